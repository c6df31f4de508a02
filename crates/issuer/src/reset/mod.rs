//! `/forgot` and `/reset`: a forgotten password is replaced with a one-time link.
//!
//! ```text
//! /forgot  name or address -> one and the same answer, at once
//!              └─ behind it: accounts with an address get a letter with a link
//! /reset   the link -> a new password; sessions end, grants by choice
//!              └─ and nobody is signed in: the sign-in page asks for all that is owed
//! ```
//!
//! Whether there is an account shows neither in text nor status nor time (LG-03):
//! nothing is looked up before the answer has left. `/forgot` exists only where
//! letters are sent. Links are built from the configured public URL, live for an
//! hour, and the newest of an account is the only one that works (LG-09).

mod asking;
mod error;
mod flow;
mod http;

pub(crate) use asking::Asking;
pub(crate) use http::{forgot, get, post, send};
