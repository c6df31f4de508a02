//! `/account/security`: a person's factors, seen and changed by that person.
//!
//! Changes need a sign-in of the last ten minutes, come from a page of ours with its tag, are
//! recorded together with what they change, and concern nobody but who is signed in (AD-02). A
//! factor that is removed ends the other sessions of its person: one of them may be why it is
//! removed. The last factor stays where the operator demands one.

mod flow;
mod http;

pub(crate) use http::{add_app, add_passkey, change, confirm_app, confirm_passkey, get};
