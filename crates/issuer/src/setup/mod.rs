//! `/setup`: makes the first administrator.
//!
//! Only while there is no account, and only with the one-time link that the
//! terminal shows (LG-09). Afterwards the page does not exist.

mod error;
mod flow;
mod http;

pub(crate) use http::{done, get, post};
