//! Device authorization (RFC 8628): a device without a browser asks, a person answers elsewhere.
//!
//! ```text
//! POST /device_authorization   begin    both codes
//! GET  /device                 page     type the user code
//! POST /device                 page     look at who asks for what, then allow or deny
//! POST /token                  (token)  the device polls
//! ```
//!
//! Whoever lures a person to the page can have them approve somebody else's device
//! (RFC 8628 section 5.4): so the page is only for who is signed in, shows the code
//! again, never skips the question, and says when to say no.

mod answer;
mod begin;
mod error;
mod page;

pub(crate) use begin::post as begin;
pub(crate) use page::{get, post};

use doorward_core::device::UserCode;

/// How the sign-in page tells a device's code from a sealed authorization request, which has
/// no dot.
const MARK: &str = "device.";

/// What the sign-in page carries to come back here.
fn flow_of(code: Option<&UserCode>) -> String {
    code.map_or_else(|| MARK.to_owned(), |code| format!("{MARK}{code}"))
}

/// The page that [`flow_of`] leads back to, with the code when it is one.
pub(crate) fn page_of(flow: &str) -> Option<String> {
    let code = UserCode::parse(flow.strip_prefix(MARK)?);
    Some(code.map_or_else(
        || "/device?from=sign-in".to_owned(),
        |code| format!("/device?user_code={code}&from=sign-in"),
    ))
}
