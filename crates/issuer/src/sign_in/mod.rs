//! `/login` and `/logout`: a person proves who they are, and stops being signed in.
//!
//! The answer never says whether an account exists (LG-03); guessing is slowed
//! down per account and per peer (LG-02); every sign-in makes a new session and
//! ends the one before it (LG-01).

pub(crate) mod again;
mod error;
mod flow;
mod http;

pub(crate) use error::SignInError;
pub(crate) use http::{cross_site, form_source, get, go_on, post, sign_out, with_cookies};
