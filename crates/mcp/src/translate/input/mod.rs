//! What a server wants of the user or the client while it serves a request.
//!
//! ```text
//! session server: a request of its own      <->  stateless server: an entry of inputRequests
//! session client: a response to it          <->  stateless client: an entry of inputResponses
//! ```
//!
//! - [`InputRequest`] is one question, read from either form and written in the other;
//! - [`InputRequired`] is a result full of them, with the state to hand back;
//! - [`InputResponses`] is what a retry brings; [`Answer`] is what a session client said;
//! - [`UrlElicitation`] is a page to visit, as the error `-32042` of 2025-11-25 names it.
//!
//! It refuses questions that are none of elicitation, sampling and roots, more than
//! [`MAX_INPUTS`] at once, and answers that are not those of their question.

mod answer;
mod question;
mod required;
mod url;

pub use answer::{Answer, InputResponses};
pub use question::{InputKind, InputRequest};
pub use required::{InputRequired, input_required};
pub use url::{UrlElicitation, url_elicitation_error, url_tool_error};

/// How many questions may be open in one request.
pub const MAX_INPUTS: usize = 64;

#[cfg(test)]
mod tests;
