//! Notifications, and the small requests that a session has in the place of `_meta`.
//!
//! | notification of a server | towards a stateless client | towards a session client |
//! |---|---|---|
//! | `progress` | on the stream of the request that has the token, with its token (P-028) | the same |
//! | `message` | on that stream, at or above the level that the request set (R-050, P-027) | as it is |
//! | `*/list_changed`, `resources/updated` | on listen streams, with `subscriptionId` (P-026) | without it (P-038) |
//! | `cancelled` | withdraws a question of the server | – |
//! | `elicitation/complete` | swallowed (P-024) | – |
//! | `tasks/status`, `tasks` | swallowed (P-043) | swallowed |
//! | `subscriptions/acknowledged` | – | swallowed, it answers the gateway |
//!
//! Of a session client a stateless server hears `cancelled` alone, as the end of a stream
//! (P-037); `initialized`, `roots/list_changed` and progress are absorbed (P-039).

use super::{
    listen::{SUBSCRIPTION, notification},
    opening::call,
    request::place,
};
use crate::{
    envelope::{LogLevel, Notification},
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
};

/// Where a notification of a server goes in the other era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// To the request whose progress token it names.
    Progress,
    /// To the request that it was sent with, if that wants log messages.
    Log,
    /// To whoever listens for it.
    Listeners,
    /// To the question of the server that it withdraws.
    Question,
    /// Nowhere: the other era does not have it.
    Nowhere,
}

/// Where a notification of a session server goes towards stateless clients.
pub const fn destination(method: Method) -> Destination {
    match method {
        Method::Progress => Destination::Progress,
        Method::LogMessage => Destination::Log,
        Method::ToolsListChanged
        | Method::PromptsListChanged
        | Method::ResourcesListChanged
        | Method::ResourceUpdated => Destination::Listeners,
        Method::Cancelled => Destination::Question,
        _ => Destination::Nowhere,
    }
}

/// The same towards session clients, of a stateless server: it asks no questions of its own,
/// and what it says of a listen stream is for the gateway.
pub const fn destination_in_session(method: Method) -> Destination {
    match method {
        Method::Cancelled => Destination::Nowhere,
        other => destination(other),
    }
}

/// A progress notification with the token of the request's owner, as JSON (P-006, P-028).
pub fn progress_for(notification: &Notification<'_>, token: &str) -> Vec<u8> {
    let mut rewrite = Rewrite::of(notification.raw);
    if let Some(params) = notification.params.raw {
        rewrite.change(
            params,
            Changes::none().with("progressToken", token.to_owned()),
        );
    }
    rewrite.finish()
}

/// Whether a log message is for a request that set `level`. Without one nothing is, and a
/// message whose level nobody knows is not.
pub fn is_logged(notification: &Notification<'_>, level: Option<LogLevel>) -> bool {
    let stated = notification
        .params
        .raw
        .and_then(|params| params.member(&["level"]));
    let stated = stated.and_then(|stated| LogLevel::parse(&stated.text()?));
    matches!((stated, level), (Some(stated), Some(level)) if stated >= level)
}

/// A change notification for the listener whose request has this id, as JSON.
pub fn for_listener(notification: &Notification<'_>, id: &str) -> Vec<u8> {
    let meta = Changes::none().with(SUBSCRIPTION, id.to_owned());
    with_meta(notification, meta)
}

/// A change notification of a stateless server for session clients (P-038).
pub fn for_session(notification: &Notification<'_>) -> Vec<u8> {
    with_meta(notification, Changes::none().without(SUBSCRIPTION))
}

fn with_meta(notification: &Notification<'_>, meta: Changes<'_>) -> Vec<u8> {
    let mut rewrite = Rewrite::of(notification.raw);
    let params = place(&mut rewrite, &notification.params, Changes::none(), meta);
    rewrite.change(notification.raw, params);
    rewrite.finish()
}

/// A cancellation of the request with this id, as JSON (P-017, P-048).
pub fn cancelled(id: &str, reason: Option<&str>) -> Vec<u8> {
    let params = Changes::none().with("requestId", id);
    let params = match reason {
        Some(reason) => params.with("reason", quoted(reason)),
        None => params,
    };
    notification(Method::Cancelled, &params.alone())
}

/// The reason that a cancellation gives.
pub fn cancellation_reason(notification: &Notification<'_>) -> Option<String> {
    let reason = notification.params.raw?.member(&["reason"])?;
    reason.text().map(String::from)
}

/// `logging/setLevel` (P-027).
pub fn set_level_request(id: &str, level: LogLevel) -> Vec<u8> {
    let params = Changes::none().with("level", quoted(level.as_str()));
    call(id, Method::SetLevel, &params.alone())
}

/// The level that `logging/setLevel` sets; `None` if nobody knows it, which is `-32602`.
pub fn level_set(params: Option<Raw<'_>>) -> Option<LogLevel> {
    LogLevel::parse(&params?.member(&["level"])?.text()?)
}

#[cfg(test)]
mod tests;
