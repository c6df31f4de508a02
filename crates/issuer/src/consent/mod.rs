//! `/consent`: the person decides, knowing who asks for what and where the answer goes.
//!
//! The page says how far the name can be believed, which tools a yes opens, and
//! for how long. Allow and Deny are equally easy. What counts is the sealed
//! request and the session; the form only carries the choice (CO-09).

pub(crate) mod choices;
mod constraint;
mod error;
mod http;
mod page;
pub(crate) mod target;

pub(crate) use http::{get, post};
pub(crate) use page::ServerView;
