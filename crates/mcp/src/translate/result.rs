//! Results of servers, from one era to the other.
//!
//! | | towards a stateless client | towards a session client |
//! |---|---|---|
//! | `resultType` | `complete` (P-025, R-045) | gone; an unknown one is refused (P-042) |
//! | `ttlMs`, `cacheScope` | 0 and `private` where they must be (P-015, R-046) | gone |
//! | `serverInfo` in `_meta` | as it is | gone, it is of `initialize` |
//! | content that the revision does not have | it has all | degraded ([`super::content`]) |
//!
//! Hints that a session server wrote itself are overwritten: in its revision they mean nothing.

use super::{Fault, content, input::InputRequired, listen::SUBSCRIPTION, request};
use crate::{
    envelope::{Outcome, Response, ResultView},
    era::Revision,
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite},
};

/// The name that a server gives itself, in the `_meta` of results of 2026-07-28.
pub(super) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// What a stateless server answered, if it is no error.
#[derive(Clone, Debug)]
pub enum Reading<'a> {
    /// The final result.
    Complete(ResultView<'a>),
    /// It wants something first (P-034).
    InputRequired(InputRequired<'a>),
}

/// Reads a result of a stateless server. What is neither complete nor a question is refused,
/// and so is a question in answer to anything but a call, a prompt or a resource (P-042).
pub fn read_result<'a>(response: &Response<'a>, method: Method) -> Result<Reading<'a>, Fault> {
    let result = result(response)?;
    match result.result_type.as_deref() {
        None | Some("complete") => Ok(Reading::Complete(result.clone())),
        Some("input_required") if takes_input(method) => {
            InputRequired::read(result.raw).map(Reading::InputRequired)
        }
        Some("input_required") => Err(Fault::InputRefused),
        Some(_) => Err(Fault::ResultType),
    }
}

/// Whether a server may ask for input while it serves this method (P-019, P-021).
pub const fn takes_input(method: Method) -> bool {
    matches!(
        method,
        Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead
    )
}

/// Whether a complete result must carry hints for caches.
pub const fn is_cacheable(method: Method) -> bool {
    matches!(
        method,
        Method::Discover
            | Method::ToolsList
            | Method::PromptsList
            | Method::ResourcesList
            | Method::ResourceTemplatesList
            | Method::ResourcesRead
    )
}

/// A result of a session server in the words of 2026-07-28. `id` is the caller's, as JSON.
pub fn result_to_stateless(
    response: &Response<'_>,
    method: Method,
    id: &str,
) -> Result<Vec<u8>, Fault> {
    let result = result(response)?;
    let mut rewrite = Rewrite::of(response.raw);
    rewrite.change(result.raw, completed(method));
    rewrite.change(response.raw, Changes::none().with("id", id));
    Ok(rewrite.finish())
}

/// A complete result of a stateless server in the words of a session-era revision.
pub fn result_to_session(
    response: &Response<'_>,
    method: Method,
    revision: Revision,
    id: &str,
) -> Result<Vec<u8>, Fault> {
    let Reading::Complete(result) = read_result(response, method)? else {
        return Err(Fault::Outcome);
    };
    let mut rewrite = Rewrite::of(response.raw);
    let changes = content::changes(&mut rewrite, result.raw, method, revision);
    let changes = sessionless(&mut rewrite, result.raw, changes);
    rewrite.change(result.raw, changes);
    rewrite.change(response.raw, Changes::none().with("id", id));
    Ok(rewrite.finish())
}

/// A response with only its id replaced.
pub fn response_renamed(response: &Response<'_>, id: &str) -> Vec<u8> {
    let mut rewrite = Rewrite::of(response.raw);
    rewrite.change(response.raw, Changes::none().with("id", id));
    rewrite.finish()
}

/// The result object of a response that is no error.
pub(super) fn result<'r, 'a>(response: &'r Response<'a>) -> Result<&'r ResultView<'a>, Fault> {
    match &response.outcome {
        Outcome::Result(result) if result.raw.is_object() => Ok(result),
        Outcome::Result(_) => Err(Fault::ResultShape),
        Outcome::Error(_) => Err(Fault::Outcome),
    }
}

/// What every complete result of 2026-07-28 says.
pub(super) fn completed(method: Method) -> Changes<'static> {
    let changes = Changes::none().with("resultType", "\"complete\"");
    if !is_cacheable(method) {
        return changes;
    }
    changes.with("ttlMs", "0").with("cacheScope", "\"private\"")
}

/// Takes out what only results of 2026-07-28 carry.
pub(super) fn sessionless<'a>(
    rewrite: &mut Rewrite<'a>,
    result: Raw<'a>,
    changes: Changes<'a>,
) -> Changes<'a> {
    let own = ["resultType", "ttlMs", "cacheScope"];
    let changes = own.into_iter().fold(changes, Changes::without);
    let Some(meta) = result.member(&["_meta"]).filter(Raw::is_object) else {
        return changes;
    };
    let reserved = Changes::none().without(SERVER_INFO).without(SUBSCRIPTION);
    if !meta.members().is_empty() && reserved.empty(Some(meta)) {
        return changes.without("_meta");
    }
    rewrite.change(meta, reserved);
    changes
}

/// The answer to `ping` (P-028, R-069).
pub fn pong(id: &str) -> Vec<u8> {
    response(id, "{}")
}

/// A response with a result that is JSON already.
pub(super) fn response(id: &str, result: &str) -> Vec<u8> {
    let members = [("id", id), ("result", result)];
    let members = members.map(|(name, json)| (name.to_owned(), json.to_owned()));
    let version = ("jsonrpc".to_owned(), "\"2.0\"".to_owned());
    let members: Vec<_> = [version].into_iter().chain(members).collect();
    request::object(&members).into_bytes()
}

#[cfg(test)]
mod tests;
