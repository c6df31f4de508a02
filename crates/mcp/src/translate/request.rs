//! Requests of clients, from one era to the other.
//!
//! Towards a session server the reserved members of `_meta` go, and so does what only a retry
//! carries; towards a stateless server they are put in from what the session agreed on (P-032,
//! P-039). Ids and progress tokens are those of the next hop (P-006). Everything else keeps
//! its bytes. The parameter `task` goes both ways: it means nothing in 2026-07-28, and what it
//! asks of 2025-11-25 cannot be answered across eras (P-043, X-027).

use super::client::{CAPABILITIES, INFO, LEVEL, Speaker, VERSION};
use crate::{
    envelope::{Params, Request},
    json::Raw,
    rewrite::{Changes, Rewrite, quoted},
};

/// What a request is known by on its next hop, as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    /// Its id there.
    pub id: &'a str,
    /// What its progress token becomes, if it has one; without it, the token stays.
    pub token: Option<&'a str>,
}

/// Parameters that only a retry of the stateless era carries.
const RETRY: [&str; 2] = ["inputResponses", "requestState"];

/// A stateless request in the words of the session era.
pub fn request_to_session(request: &Request<'_>, hop: Hop<'_>) -> Vec<u8> {
    let reserved = [VERSION, CAPABILITIES, INFO, LEVEL].into_iter();
    let meta = reserved.fold(Changes::none(), Changes::without);
    rewritten(request, hop, retryless(), meta)
}

/// A request of a session in the words of 2026-07-28.
pub fn request_to_stateless(request: &Request<'_>, hop: Hop<'_>, speaker: Speaker<'_>) -> Vec<u8> {
    rewritten(request, hop, retryless(), speaker.meta())
}

/// A request with only its id and progress token replaced: both sides are of one era.
pub fn request_renamed(request: &Request<'_>, hop: Hop<'_>) -> Vec<u8> {
    rewritten(request, hop, Changes::none(), Changes::none())
}

/// The retry of a stateless request: the original with the answers, keyed as the server keyed
/// its questions, and exactly the state that it handed out (P-034). `answers` and `state` are
/// JSON; what an earlier retry carried is gone.
pub fn retry(
    original: &Request<'_>,
    hop: Hop<'_>,
    answers: &[(String, String)],
    state: Option<&str>,
) -> Vec<u8> {
    let mut params = Changes::none();
    params = match answers {
        [] => params.without("inputResponses"),
        answers => params.with("inputResponses", object(answers)),
    };
    params = match state {
        Some(state) => params.with("requestState", state),
        None => params.without("requestState"),
    };
    rewritten(original, hop, params, Changes::none())
}

/// What makes two requests the same for a retry: the method and the parameters without `_meta`
/// and without what only a retry carries. What a `requestState` is bound to (P-022). The order
/// of members, spacing and escapes do not count: clients write a retry anew.
pub fn salient(request: &Request<'_>) -> Vec<u8> {
    let params = request.params.raw.map(|params| params.members());
    let mut params = params.unwrap_or_default();
    params.retain(|(key, _)| !["task", "_meta"].contains(&&**key) && !RETRY.contains(&&**key));
    let mut out = format!("[{},", quoted(&request.method));
    canonical_members(params, &mut out);
    out.push(']');
    out.into_bytes()
}

/// Writes a value so that equal values are equal bytes; numbers stay as they are spelled.
pub(super) fn canonical(value: Raw<'_>, out: &mut String) {
    if value.is_object() {
        return canonical_members(value.members(), out);
    }
    if value.is_array() {
        out.push('[');
        for element in value.elements() {
            canonical(element, out);
            out.push(',');
        }
        return out.push(']');
    }
    match value.text() {
        Some(text) => out.push_str(&quoted(&text)),
        None => out.push_str(value.as_str()),
    }
}

fn canonical_members(mut members: Vec<(String, Raw<'_>)>, out: &mut String) {
    members.sort_by(|(left, _), (right, _)| left.cmp(right));
    out.push('{');
    for (key, value) in members {
        out.push_str(&quoted(&key));
        out.push(':');
        canonical(value, out);
        out.push(',');
    }
    out.push('}');
}

/// An object of members that are JSON already.
pub(super) fn object(members: &[(String, String)]) -> String {
    let with = |changes: Changes<'static>, (name, json): &(String, String)| {
        changes.with(name.clone(), json.clone())
    };
    members.iter().fold(Changes::none(), with).alone()
}

fn retryless<'a>() -> Changes<'a> {
    let names = RETRY.into_iter();
    names.fold(Changes::none().without("task"), Changes::without)
}

fn rewritten(
    request: &Request<'_>,
    hop: Hop<'_>,
    params: Changes<'_>,
    mut meta: Changes<'_>,
) -> Vec<u8> {
    let mut rewrite = Rewrite::of(request.raw);
    if let (Some(_), Some(token)) = (request.params.meta.progress_token, hop.token) {
        meta = meta.with("progressToken", token.to_owned());
    }
    let message = place(&mut rewrite, &request.params, params, meta);
    rewrite.change(request.raw, message.with("id", hop.id));
    rewrite.finish()
}

/// Changes `params` and `params._meta`, which may be missing or become empty, and says what
/// that changes in the message.
pub(super) fn place<'a>(
    rewrite: &mut Rewrite<'a>,
    read: &Params<'a>,
    mut params: Changes<'a>,
    meta: Changes<'a>,
) -> Changes<'a> {
    let existing = read.meta.raw.filter(Raw::is_object);
    let is_changed = !meta.are_none();
    if is_changed && meta.empty(existing) {
        params = params.without("_meta");
    } else if let Some(existing) = existing {
        rewrite.change(existing, meta);
    } else if is_changed {
        params = params.with("_meta", meta.alone());
    }
    if params.are_none() {
        return Changes::none();
    }
    if params.empty(read.raw) {
        return Changes::none().without("params");
    }
    match read.raw {
        Some(object) => rewrite.change(object, params),
        None => return Changes::none().with("params", params.alone()),
    }
    Changes::none()
}

#[cfg(test)]
mod tests;
