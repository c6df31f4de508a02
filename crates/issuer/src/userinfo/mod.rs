//! `/userinfo` (OpenID Connect Core section 5.3): tells a client who the person is.
//!
//! A token is taken from the `Authorization` header alone, and only one whose audience is
//! this very endpoint; one that is bound to a key needs its proof. Grant and account are
//! looked up for every answer, so what was revoked or disabled tells nothing any more.

mod error;
mod flow;
mod http;

pub(crate) use http::answer;
