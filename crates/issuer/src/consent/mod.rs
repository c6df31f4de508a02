//! `/consent`: the person decides, knowing who asks for what and where the answer goes.
//!
//! The page says how far the name can be believed, which tools a yes opens, what
//! of it is new, and for how long; everything can be left out. Allow and Deny are
//! equally easy, and Deny comes first, so that no key pressed by habit allows
//! anything. What counts is the sealed request and the session; the form only
//! carries the choice (CO-09). Whoever answers twice is told what became of the
//! first answer.

pub(crate) mod choices;
mod constraint;
mod error;
mod http;
mod outcome;
mod page;
mod room;
pub(crate) mod target;
pub(crate) mod tools;
mod who;

pub(crate) use http::{comes_from_sign_in, get, post};
pub(crate) use page::{GRANTS_LOOKED_AT, Terms, held_at};
pub(crate) use who::Who;
