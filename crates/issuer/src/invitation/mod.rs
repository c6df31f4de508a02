//! `/invitation`: whoever holds the link makes the account that an administrator described.
//!
//! The link works once and for as long as its maker said (LG-09). Role, groups and
//! address come from the invitation and never from the form (AD-02); the name is the
//! invited one, or the person's choice where none is given.

mod error;
mod flow;
mod http;

pub(crate) use http::{get, post};
