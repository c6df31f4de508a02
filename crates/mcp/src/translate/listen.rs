//! `subscriptions/listen` of 2026-07-28, and what a session has instead.
//!
//! ```text
//! listen { toolsListChanged, resourceSubscriptions }  <->  the stream of a session
//!                                                          + resources/subscribe for each URI
//! ```
//!
//! A [`Filter`] is what somebody wants to hear. It is cut to what a server offers
//! ([`Filter::granted`]) before it is acknowledged, and every notification is held against it
//! (R-053, P-026). A session client has not said what it wants: it hears what the server offers
//! ([`Filter::offered`]) and the resources that it subscribed to (P-038).

use std::collections::BTreeSet;

use super::{Fault, client::Speaker, opening::call, request::object, result};
use crate::{
    envelope::{Notification, Request},
    json::Raw,
    method::Method,
    rewrite::{Changes, quoted},
};

/// The member of `_meta` that names the request that a notification belongs to.
pub(super) const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// How many resources one filter may name.
pub const MAX_SUBSCRIPTIONS: usize = 1024;

/// The longest URI that may be subscribed to, in bytes.
pub const MAX_URI: usize = 8 * 1024;

/// Which changes somebody listens for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `notifications/tools/list_changed`.
    pub tools: bool,
    /// `notifications/prompts/list_changed`.
    pub prompts: bool,
    /// `notifications/resources/list_changed`.
    pub resources: bool,
    /// `notifications/resources/updated` of these.
    pub uris: BTreeSet<String>,
}

impl Filter {
    /// Reads a `subscriptions/listen` request. What it does not know it does not honour.
    pub fn of_listen(request: &Request<'_>) -> Result<Self, Fault> {
        let params = request.params.raw.ok_or(Fault::Filter)?;
        Self::read(params.member(&["notifications"]).ok_or(Fault::Filter)?)
    }

    /// Reads what a server honours of a filter.
    pub fn of_acknowledged(notification: &Notification<'_>) -> Result<Self, Fault> {
        let params = notification.params.raw.ok_or(Fault::Filter)?;
        Self::read(params.member(&["notifications"]).ok_or(Fault::Filter)?)
    }

    /// What a server with these capabilities tells every session client.
    pub fn offered(capabilities: Raw<'_>) -> Self {
        let has = |path: &[&str]| {
            let value = capabilities.member(path);
            value.and_then(|value| value.boolean()) == Some(true)
        };
        Self {
            tools: has(&["tools", "listChanged"]),
            prompts: has(&["prompts", "listChanged"]),
            resources: has(&["resources", "listChanged"]),
            uris: BTreeSet::new(),
        }
    }

    /// What of it a server with these capabilities can honour: what is acknowledged (P-026).
    #[must_use]
    pub fn granted(&self, capabilities: Raw<'_>) -> Self {
        let offered = Self::offered(capabilities);
        let subscribe = capabilities.member(&["resources", "subscribe"]);
        let subscribes = subscribe.and_then(|value| value.boolean()) == Some(true);
        Self {
            tools: self.tools && offered.tools,
            prompts: self.prompts && offered.prompts,
            resources: self.resources && offered.resources,
            uris: if subscribes {
                self.uris.clone()
            } else {
                BTreeSet::new()
            },
        }
    }

    /// What either wants: what several listeners share one stream for.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            tools: self.tools || other.tools,
            prompts: self.prompts || other.prompts,
            resources: self.resources || other.resources,
            uris: self.uris.union(&other.uris).cloned().collect(),
        }
    }

    /// Whether nothing is listened for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether whoever listens like this is told `notification`. Progress and log messages
    /// never are (R-053).
    pub fn admits(&self, notification: &Notification<'_>) -> bool {
        match Method::notification(&notification.method) {
            Some(Method::ToolsListChanged) => self.tools,
            Some(Method::PromptsListChanged) => self.prompts,
            Some(Method::ResourcesListChanged) => self.resources,
            Some(Method::ResourceUpdated) => {
                updated_uri(notification).is_some_and(|uri| self.uris.contains(&uri))
            }
            Some(_) | None => false,
        }
    }

    /// The same where it is looked at elsewhere what may be read: servers may also tell of what is
    /// within a resource that was subscribed to.
    pub fn covers(&self, notification: &Notification<'_>) -> bool {
        let is_update = Method::notification(&notification.method) == Some(Method::ResourceUpdated);
        let uri = updated_uri(notification).filter(|_| is_update);
        let is_within = |uri: String| self.uris.iter().any(|outer| is_within(&uri, outer));
        self.admits(notification) || uri.is_some_and(is_within)
    }

    /// The filter as JSON.
    pub fn to_json(&self) -> String {
        let mut members = Changes::none();
        let flags = [
            ("toolsListChanged", self.tools),
            ("promptsListChanged", self.prompts),
            ("resourcesListChanged", self.resources),
        ];
        for (name, _) in flags.into_iter().filter(|(_, wanted)| *wanted) {
            members = members.with(name, "true");
        }
        if !self.uris.is_empty() {
            let uris: Vec<_> = self.uris.iter().map(|uri| quoted(uri)).collect();
            members = members.with("resourceSubscriptions", format!("[{}]", uris.join(",")));
        }
        members.alone()
    }

    fn read(filter: Raw<'_>) -> Result<Self, Fault> {
        if !filter.is_object() {
            return Err(Fault::Filter);
        }
        let flag = |name| match filter.member(&[name]).filter(|value| !value.is_null()) {
            None => Ok(false),
            Some(value) => value.boolean().ok_or(Fault::Filter),
        };
        Ok(Self {
            tools: flag("toolsListChanged")?,
            prompts: flag("promptsListChanged")?,
            resources: flag("resourcesListChanged")?,
            uris: uris(filter.member(&["resourceSubscriptions"]))?,
        })
    }
}

fn uris(value: Option<Raw<'_>>) -> Result<BTreeSet<String>, Fault> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(BTreeSet::new());
    };
    let elements = value
        .is_array()
        .then(|| value.elements())
        .ok_or(Fault::Filter)?;
    if elements.len() > MAX_SUBSCRIPTIONS {
        return Err(Fault::Filter);
    }
    let uri = |element: Raw<'_>| {
        element
            .text()
            .filter(|uri| uri.len() <= MAX_URI)
            .map(String::from)
    };
    elements
        .into_iter()
        .map(uri)
        .collect::<Option<_>>()
        .ok_or(Fault::Filter)
}

/// Whether a URI goes on where another one ends, with a part of its own.
fn is_within(uri: &str, outer: &str) -> bool {
    let rest = uri.strip_prefix(outer);
    rest.is_some_and(|rest| outer.ends_with('/') || rest.starts_with(['/', '?', '#']))
}

/// The resource that `notifications/resources/updated` is about.
pub fn updated_uri(notification: &Notification<'_>) -> Option<String> {
    let uri = notification.params.raw?.member(&["uri"])?;
    uri.text().map(String::from)
}

/// A `subscriptions/listen` request.
pub fn listen_request(id: &str, speaker: Speaker<'_>, filter: &Filter) -> Vec<u8> {
    let params = Changes::none()
        .with("_meta", speaker.meta().alone())
        .with("notifications", filter.to_json());
    call(id, Method::SubscriptionsListen, &params.alone())
}

/// `resources/subscribe` or `resources/unsubscribe` to one URI.
pub fn subscribe_request(id: &str, method: Method, uri: &str) -> Vec<u8> {
    call(
        id,
        method,
        &Changes::none().with("uri", quoted(uri)).alone(),
    )
}

/// The first message of a listen stream: what is honoured (R-053). `id` is that of the request.
pub fn acknowledged(id: &str, granted: &Filter) -> Vec<u8> {
    let meta = Changes::none().with(SUBSCRIPTION, id).alone();
    let params = Changes::none()
        .with("_meta", meta)
        .with("notifications", granted.to_json());
    notification(Method::SubscriptionAcknowledged, &params.alone())
}

/// The last message of a listen stream that the server ends (R-054).
pub fn listen_ended(id: &str) -> Vec<u8> {
    let meta = Changes::none().with(SUBSCRIPTION, id).alone();
    let result = Changes::none()
        .with("resultType", "\"complete\"")
        .with("_meta", meta);
    result::response(id, &result.alone())
}

/// A notification with parameters that are JSON already.
pub(super) fn notification(method: Method, params: &str) -> Vec<u8> {
    let members = [
        ("jsonrpc", "\"2.0\""),
        ("method", &quoted(method.as_str())),
        ("params", params),
    ];
    let members = members.map(|(name, json)| (name.to_owned(), json.to_owned()));
    object(&members).into_bytes()
}

#[cfg(test)]
mod tests;
