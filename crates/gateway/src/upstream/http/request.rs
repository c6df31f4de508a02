//! The headers of a request upstream, from an allow list (P-002, GW-05, GW-06).

use bytes::Bytes;
use doorward_mcp::{
    era::{Era, Revision},
    headers::{METHOD, NAME, PARAM_PREFIX, PROTOCOL_VERSION},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// What goes upstream of a request that was allowed.
pub(crate) struct Outbound<'a> {
    pub(crate) method: Method,
    pub(crate) era: Era,
    /// The caller's headers, already checked against the body.
    pub(crate) headers: &'a HeaderMap,
    /// The session as the upstream knows it.
    pub(crate) session: Option<ServerSession>,
    pub(crate) body: Bytes,
}

/// A session as the server knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerSession {
    /// Its identifier; empty where the server gives none.
    pub(crate) id: String,
    /// The revision that the server agreed on, where that is not the client's (P-046).
    pub(crate) version: Option<Revision>,
}

impl From<String> for ServerSession {
    fn from(id: String) -> Self {
        let version = None;
        Self { id, version }
    }
}

/// `Mcp-Session-Id`.
pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Builds the headers. Whatever is not named here stays behind.
pub(super) fn headers(outbound: &Outbound<'_>, own: &[(HeaderName, HeaderValue)]) -> HeaderMap {
    let mut headers = bare(&outbound.method);
    match outbound.era {
        Era::Session => session_era(outbound, &mut headers),
        Era::Stateless => stateless_era(outbound.headers, &mut headers),
    }
    for (name, value) in own {
        headers.insert(name, value.clone());
    }
    headers
}

/// What every request has.
pub(super) fn bare(method: &Method) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(12);
    let accept = if method == Method::GET {
        "text/event-stream"
    } else {
        BOTH
    };
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    if method == Method::POST {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    headers
}

fn session_era(outbound: &Outbound<'_>, headers: &mut HeaderMap) {
    copy(outbound.headers, &VERSION, headers);
    if let Some(session) = &outbound.session {
        if let Ok(value) = HeaderValue::from_str(&session.id)
            && !value.is_empty()
        {
            headers.insert(SESSION_ID, value);
        }
        let agreed = session.version.filter(|agreed| agreed.has_version_header());
        if session.version.is_some() {
            headers.remove(VERSION);
        }
        if let Some(agreed) = agreed {
            headers.insert(VERSION, HeaderValue::from_static(agreed.as_str()));
        }
    }
    // Outside of a session, an event's number is anybody's: it would bring another caller's
    // messages (S-008, GW-20).
    let named = outbound
        .session
        .as_ref()
        .is_some_and(|session| !session.id.is_empty());
    if outbound.method == Method::GET && named {
        copy(outbound.headers, &LAST_EVENT_ID, headers);
    }
}

/// What mirrors the body was found to agree with it, so that it may go on as it came; mirrored
/// arguments are for the server to check, who has the schema.
fn stateless_era(from: &HeaderMap, headers: &mut HeaderMap) {
    for name in [&VERSION, &MIRRORED_METHOD, &MIRRORED_NAME] {
        copy(from, name, headers);
    }
    for (name, value) in from {
        if name.as_str().starts_with(PARAM_PREFIX) {
            headers.append(name, value.clone());
        }
    }
}

fn copy(from: &HeaderMap, name: &HeaderName, to: &mut HeaderMap) {
    if let Some(value) = from.get(name) {
        to.insert(name, value.clone());
    }
}

/// Whether a header is for the gateway or for the transport to set, and not for the operator.
pub(super) fn is_ours(name: &HeaderName) -> bool {
    let text = name.as_str();
    text.starts_with("mcp-") || OURS.contains(name)
}

const BOTH: &str = "application/json, text/event-stream";
pub(super) const VERSION: HeaderName = HeaderName::from_static(PROTOCOL_VERSION);
const MIRRORED_METHOD: HeaderName = HeaderName::from_static(METHOD);
const MIRRORED_NAME: HeaderName = HeaderName::from_static(NAME);
const OURS: [HeaderName; 12] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::HOST,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer canary"),
            ("cookie", "a=canary"),
            ("proxy-authorization", "Basic canary"),
            ("dpop", "canary"),
            ("origin", "https://canary"),
            ("host", "canary"),
            ("expect", "100-continue"),
            ("te", "trailers"),
            ("forwarded", "for=canary"),
            ("x-forwarded-user", "canary"),
            ("x-user", "canary"),
            ("x-doorward-user", "canary"),
            ("remote-user", "canary"),
            ("user-agent", "canary"),
            ("accept-encoding", "gzip"),
            ("mcp-session-id", "canary"),
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "read_file"),
            ("mcp-param-region", "eu"),
            ("last-event-id", "7"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_stream_is_resumed_within_a_session_only() {
        // S-008, GW-20
        let outbound = Outbound {
            method: Method::GET,
            era: Era::Session,
            headers: &hostile(),
            session: None,
            body: Bytes::new(),
        };
        assert!(!headers(&outbound, &[]).contains_key(LAST_EVENT_ID));
    }

    fn names(method: Method, era: Era) -> Vec<String> {
        let outbound = Outbound {
            method,
            era,
            headers: &hostile(),
            session: Some("inner".to_owned().into()),
            body: Bytes::new(),
        };
        let own = [(
            header::AUTHORIZATION,
            HeaderValue::from_static("Bearer own"),
        )];
        let built = headers(&outbound, &own);
        assert!(
            built
                .values()
                .all(|value| !value.as_bytes().windows(6).any(|part| part == b"canary"))
        );
        let mut names: Vec<_> = built.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_listed_headers_go_upstream() {
        // P-002, GW-01, GW-05, GW-06
        #[rustfmt::skip]
        let cases = [
            (Method::POST, Era::Session, "accept authorization content-type mcp-protocol-version mcp-session-id"),
            (Method::GET, Era::Session, "accept authorization last-event-id mcp-protocol-version mcp-session-id"),
            (Method::DELETE, Era::Session, "accept authorization mcp-protocol-version mcp-session-id"),
            (Method::POST, Era::Stateless, "accept authorization content-type mcp-method mcp-name mcp-param-region mcp-protocol-version"),
        ];
        for (method, era, expected) in cases {
            assert_eq!(
                names(method.clone(), era).join(" "),
                expected,
                "{method} {era:?}"
            );
        }
    }

    #[test]
    fn the_operator_cannot_configure_what_the_transport_sets() {
        for name in [
            "host",
            "content-length",
            "connection",
            "mcp-session-id",
            "accept",
            "expect",
        ] {
            assert!(is_ours(&HeaderName::from_static(name)), "{name}");
        }
        for name in ["authorization", "x-api-key", "cookie", "user-agent"] {
            assert!(!is_ours(&HeaderName::from_static(name)), "{name}");
        }
    }
}
