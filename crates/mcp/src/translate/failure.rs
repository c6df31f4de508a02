//! Errors of servers, from one era to the other (P-025, P-041, R-051).
//!
//! | code | towards a stateless client | towards a session client |
//! |---|---|---|
//! | -32002 resource not found | -32602 | – |
//! | -32602 with the URI of what was read | – | -32002 |
//! | -32042 visit a URL first | a question, see [`super::input`]; else its number changes | – |
//! | -32020 to -32022 | their number changes: a session server means something else | -32603 |
//! | other -32023 to -32099 | their number changes | as they are |
//! | all others | as they are | as they are |
//!
//! A number that changes is 1000 less: -32050 is told as -33050, outside of everything that
//! JSON-RPC and MCP reserve. Message and data stay, unless they are about headers and versions
//! that the client never sent.

use super::{Fault, input::UrlElicitation};
use crate::{
    envelope::{ErrorView, Outcome, Response},
    error::Code,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
};

/// "Resource not found" of 2024-11-05 to 2025-11-25.
pub const RESOURCE_NOT_FOUND: i64 = -32002;

/// How far a code moves that must not be told as it is.
const MOVED_BY: i64 = 1000;

/// The codes that the specification keeps for itself.
const RESERVED: std::ops::RangeInclusive<i64> = -32099..=-32020;

/// What an error of a session server means to a stateless client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An error, with the caller's id.
    Error(Vec<u8>),
    /// The user must visit these pages first (P-024).
    UrlElicitations(Vec<UrlElicitation>),
}

/// An error of a session server in the words of 2026-07-28.
pub fn error_to_stateless(response: &Response<'_>, id: &str) -> Result<Failure, Fault> {
    let error = error(response)?;
    if let Some(elicitations) = UrlElicitation::of_error(error) {
        return Ok(Failure::UrlElicitations(elicitations));
    }
    let changes = Changes::none();
    let changes = match code_to_stateless(error.code) {
        code if code == error.code => changes,
        code => changes.with("code", code.to_string()),
    };
    Ok(Failure::Error(rewritten(response, error, id, changes)))
}

/// An error of a stateless server in the words of the session era.
pub fn error_to_session(
    response: &Response<'_>,
    method: Method,
    id: &str,
) -> Result<Vec<u8>, Fault> {
    let error = error(response)?;
    let changes = Changes::none();
    let changes = match error.code {
        -32022..=-32020 => internal(error, changes),
        -32602 if is_missing_resource(error, method) => {
            changes.with("code", RESOURCE_NOT_FOUND.to_string())
        }
        _ => changes,
    };
    Ok(rewritten(response, error, id, changes))
}

/// The code of a session server's error as a stateless client may see it (P-025, R-051).
pub fn code_to_stateless(code: i64) -> i64 {
    match code {
        RESOURCE_NOT_FOUND => Code::InvalidParams.number(),
        reserved if RESERVED.contains(&reserved) => reserved - MOVED_BY,
        other => other,
    }
}

/// What is about headers, versions and capabilities of the gateway's own request (P-041).
fn internal<'a>(error: &ErrorView<'_>, changes: Changes<'a>) -> Changes<'a> {
    let code = Code::Internal.number().to_string();
    let changes = changes.with("code", code);
    if error.code == Code::MissingCapability.number() {
        return changes;
    }
    let message = "The server did not accept what the gateway sent";
    changes.with("message", quoted(message)).without("data")
}

/// Only an error that names the resource is about its absence; other parameters may be wrong.
fn is_missing_resource(error: &ErrorView<'_>, method: Method) -> bool {
    let reads = matches!(
        method,
        Method::ResourcesRead | Method::ResourcesSubscribe | Method::ResourcesUnsubscribe
    );
    reads
        && error
            .data
            .is_some_and(|data| data.member(&["uri"]).is_some())
}

fn error<'r, 'a>(response: &'r Response<'a>) -> Result<&'r ErrorView<'a>, Fault> {
    match &response.outcome {
        Outcome::Error(error) => Ok(error),
        Outcome::Result(_) => Err(Fault::Outcome),
    }
}

fn rewritten<'a>(
    response: &Response<'a>,
    error: &ErrorView<'a>,
    id: &'a str,
    changes: Changes<'a>,
) -> Vec<u8> {
    let mut rewrite = Rewrite::of(response.raw);
    rewrite.change(error.raw, changes);
    rewrite.change(response.raw, Changes::none().with("id", id));
    rewrite.finish()
}

#[cfg(test)]
mod tests;
