//! Who asks: what a client says of itself, and what is known here about it.

use std::collections::HashSet;

use doorward_core::{
    client::{Client, ClientOrigin, MetadataUrl, NameDoubt, doubt},
    grant::Grant,
    redirect::Destination,
    time::UnixTime,
};
use doorward_pages::Text;
use serde::Serialize;

use crate::shared::Shared;

/// What a page tells about the client.
#[derive(Serialize)]
pub(crate) struct Who {
    name: String,
    id: String,
    /// How far the name can be believed: `administrator`, `document`, `statement`
    /// or `itself`.
    known_by: &'static str,
    /// Whose software statement it came with.
    vouched_by: Option<String>,
    /// Whose metadata document it is.
    host: Option<String>,
    /// Every address that it answers to is on the person's own machine.
    local_only: bool,
    /// What is suspicious about the name.
    doubt: Option<Text>,
    /// The version that it says it is.
    version: Option<String>,
    /// Since when it is known here.
    since: String,
    /// When this person last let it in.
    used: Option<String>,
    /// Pages about it, elsewhere.
    links: Vec<Link>,
}

/// A page elsewhere.
#[derive(Serialize)]
struct Link {
    text: Text,
    uri: String,
}

impl Shared {
    /// Who asks, told to somebody who gave it `grants` before.
    pub(crate) fn who_asks(&self, client: &Client, grants: &[Grant]) -> Who {
        let vouched_by = self.voucher_of(client);
        Who {
            name: client.name.clone(),
            id: client.id.to_string(),
            known_by: match client.origin {
                ClientOrigin::Preregistered => "administrator",
                ClientOrigin::MetadataDocument => "document",
                ClientOrigin::Dynamic if vouched_by.is_some() => "statement",
                ClientOrigin::Dynamic => "itself",
            },
            doubt: named(client).filter(|_| vouched_by.is_none()),
            vouched_by,
            host: MetadataUrl::parse(client.id.as_str()).map(|url| url.host().to_owned()),
            local_only: is_local_only(client),
            version: client.software.version.clone(),
            since: day(client.created_at),
            used: grants.iter().map(|grant| grant.created_at).max().map(day),
            links: links(client),
        }
    }
}

/// Whether any program on the person's machine could pose as the client (interop 48).
fn is_local_only(client: &Client) -> bool {
    let mut targets = client.redirects.iter().map(|uri| uri.destination());
    targets.all(|target| target == Destination::Loopback)
}

/// What is suspicious about a name that the client chose itself (CO-06).
fn named(client: &Client) -> Option<Text> {
    let doubt = match client.origin {
        ClientOrigin::Preregistered => None,
        ClientOrigin::MetadataDocument | ClientOrigin::Dynamic => doubt(&client.name),
    };
    Some(match doubt? {
        NameDoubt::Nameless => Text::of("consent-doubt-nameless"),
        NameDoubt::LooksLike(known) => Text::of("consent-doubt-looks-like").with("known", known),
        NameDoubt::MixedScripts => Text::of("consent-doubt-mixed"),
    })
}

/// Only https, and said with its host: a link of a stranger must not pass for ours (CO-07).
fn links(client: &Client) -> Vec<Link> {
    let software = &client.software;
    let said = [
        ("consent-link-about", &software.client_uri),
        ("consent-link-policy", &software.policy_uri),
        ("consent-link-terms", &software.tos_uri),
    ];
    let mut seen = HashSet::new();
    let link = |(text, uri): (&'static str, &Option<String>)| {
        let url = url::Url::parse(uri.as_deref()?).ok()?;
        let plain = url.scheme() == "https" && url.username().is_empty();
        let host = url
            .host_str()
            .filter(|_| plain && url.password().is_none())?;
        let text = Text::of(text).with("host", host);
        let uri = url.to_string();
        seen.insert(uri.clone()).then_some(Link { text, uri })
    };
    said.into_iter().filter_map(link).collect()
}

/// A day, as calendars everywhere write it.
fn day(time: UnixTime) -> String {
    let day = jiff::Timestamp::from_millisecond(time.millis());
    day.map(|day| day.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use doorward_core::id::ClientId;

    use super::*;

    #[test]
    fn only_pages_behind_https_are_linked_and_by_their_host() {
        let shown = |uri: &str| -> Vec<(String, Text)> {
            let origin = ClientOrigin::Dynamic;
            let now = UnixTime::from_seconds(0);
            let mut client = Client::public(ClientId::from_known("c"), origin, now);
            client.software.tos_uri = Some(uri.to_owned());
            let links = links(&client).into_iter();
            links.map(|link| (link.uri, link.text)).collect()
        };
        let text = Text::of("consent-link-terms").with("host", "c.example");
        let good = "https://c.example/terms";
        assert_eq!(shown(good), [(good.to_owned(), text)]);
        #[rustfmt::skip]
        let bad = [ // CO-07
            "http://c.example/", "javascript:alert(1)", "data:text/html,x", "https://mcp.example@evil.example/",
            "https://a:b@c.example/", "//c.example/", "/terms", "", "https://", "HTTPS:c d",
        ];
        for uri in bad {
            assert_eq!(shown(uri), [], "{uri}");
        }
    }

    #[test]
    fn days_are_said_as_calendars_do() {
        assert_eq!(day(UnixTime::from_seconds(1_800_000_000)), "2027-01-15");
    }
}
