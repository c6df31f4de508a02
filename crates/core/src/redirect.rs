//! Redirect URIs: what may be registered, and what matches a registration.
//!
//! Registered and presented values are compared byte for byte (RFC 9700 section
//! 2.1). One exception: on the loopback interface the port floats (RFC 8252
//! section 7.3), for `localhost` too because MCP clients register it. Nothing is
//! parsed and rebuilt on the way, so no two parsers can disagree about a target.

use serde::{Deserialize, Serialize};
use url::Url;

/// Private-use schemes without a dot that belong to well-known MCP clients.
const KNOWN_SCHEMES: [&str; 9] = [
    "cursor",
    "vscode",
    "vscode-insiders",
    "vscodium",
    "windsurf",
    "zed",
    "goose",
    "claude",
    "raycast",
];

const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// A redirect URI as registered by a client.
///
/// Holding one proves that it is absolute, has no fragment and no user
/// information, and is `https`, plain `http` on loopback, or an accepted
/// private-use scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegisteredRedirect(String);

/// A redirect target that was presented in a request *and* matched a registration.
///
/// Only [`RegisteredRedirect::matching`] makes one, so code that holds it cannot
/// be tricked into redirecting anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedRedirect(String);

/// Where a redirect takes the answer, as the consent page tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A web server.
    Web {
        /// Its host name.
        host: String,
    },
    /// A program on the user's own machine, which any local program can claim to be.
    Loopback,
    /// An application that owns a private-use scheme.
    Application {
        /// The scheme, without the colon.
        scheme: String,
    },
}

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Longer than 2,048 bytes.
    #[error("redirect URI is too long")]
    TooLong,
    /// Not an absolute URI, or with characters that URIs do not have.
    #[error("redirect URI is not a plain absolute URI")]
    Malformed,
    /// Has a fragment (RFC 6749 section 3.1.2).
    #[error("redirect URI must not have a fragment")]
    Fragment,
    /// Has a user name or password.
    #[error("redirect URI must not have user information")]
    UserInformation,
    /// Neither https, nor http on loopback, nor an accepted private-use scheme.
    #[error("redirect URI must be https, http on loopback, or a private-use scheme with a dot")]
    Scheme,
}

impl RegisteredRedirect {
    /// Accepts a redirect URI for registration.
    pub fn parse(raw: &str) -> Result<Self, RedirectError> {
        if raw.len() > 2048 {
            return Err(RedirectError::TooLong);
        }
        if raw.contains('#') {
            return Err(RedirectError::Fragment);
        }
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        let url = Url::parse(raw).map_err(|_| RedirectError::Malformed)?;
        if !raw.bytes().all(plain) || url.cannot_be_a_base() && !raw.contains(":/") {
            return Err(RedirectError::Malformed);
        }
        if authority(raw).contains('@') {
            return Err(RedirectError::UserInformation);
        }
        let acceptable = match url.scheme() {
            "https" => written_plainly(raw, "https://", &url),
            "http" => loopback_parts(raw).is_some(),
            scheme => private_use(raw, scheme),
        };
        acceptable
            .then(|| Self(raw.to_owned()))
            .ok_or(RedirectError::Scheme)
    }

    /// Compares exactly; on loopback the port alone may differ.
    pub fn matching(&self, presented: &str) -> Option<MatchedRedirect> {
        let same = self.0 == presented
            || match (loopback_parts(&self.0), loopback_parts(presented)) {
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => false,
            };
        same.then(|| MatchedRedirect(presented.to_owned()))
    }

    /// Where the answer goes.
    pub fn destination(&self) -> Destination {
        destination(&self.0)
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RegisteredRedirect {
    type Error = RedirectError;

    fn try_from(raw: String) -> Result<Self, RedirectError> {
        Self::parse(&raw)
    }
}

impl From<RegisteredRedirect> for String {
    fn from(redirect: RegisteredRedirect) -> Self {
        redirect.0
    }
}

impl MatchedRedirect {
    /// The URI exactly as it was presented.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the answer goes.
    pub fn destination(&self) -> Destination {
        destination(&self.0)
    }

    /// The origin for `form-action` in a Content-Security-Policy: browsers apply that
    /// directive to the redirect that follows the form.
    pub fn content_security_source(&self) -> String {
        match destination(&self.0) {
            Destination::Application { scheme } => format!("{scheme}:"),
            Destination::Web { .. } | Destination::Loopback => {
                let scheme = self.0.split("://").next().unwrap_or_default();
                format!("{scheme}://{}", authority(&self.0))
            }
        }
    }

    /// The URI with response parameters appended to its query (RFC 6749 section 4.1.2).
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        let joint = match self.0.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{joint}{}", self.0, query.finish())
    }
}

fn destination(raw: &str) -> Destination {
    if loopback_parts(raw).is_some() {
        return Destination::Loopback;
    }
    let scheme = raw.split(':').next().unwrap_or_default();
    if scheme == "https" {
        let host = authority(raw);
        Destination::Web {
            host: host.to_owned(),
        }
    } else {
        Destination::Application {
            scheme: scheme.to_owned(),
        }
    }
}

/// What stands between `//` and the next `/`, `?` or the end; empty without `//`.
fn authority(raw: &str) -> &str {
    let rest = raw.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Whether the parser read the very host that is written there, and it is one that a
/// Content-Security-Policy can name without meaning something else (`;`, `,`, `*`).
fn written_plainly(raw: &str, prefix: &str, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let nameable = host.starts_with('[') || host.bytes().all(letters);
    !host.is_empty()
        && nameable
        && raw
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix(host))
            .is_some_and(|rest| {
                rest.is_empty()
                    || rest.starts_with('/')
                    || rest.starts_with('?')
                    || port_and_rest(rest).is_some()
            })
}

/// The loopback host and everything behind the port; `None` for other targets.
fn loopback_parts(raw: &str) -> Option<(&'static str, &str)> {
    LOOPBACK.into_iter().find_map(|host| {
        let rest = raw.strip_prefix(host)?;
        let rest = port_and_rest(rest).map_or(rest, |(_, rest)| rest);
        let ends = rest.is_empty() || rest.starts_with('/') || rest.starts_with('?');
        (ends && !rest.contains('#')).then_some((host, rest))
    })
}

/// Splits `:port` off when it is a port from 1 to 65535 in plain digits.
fn port_and_rest(rest: &str) -> Option<(u16, &str)> {
    let digits = rest.strip_prefix(':')?;
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (port, rest) = digits.split_at_checked(end)?;
    let number: u16 = port.parse().ok()?;
    let ends = rest.is_empty() || rest.starts_with('/') || rest.starts_with('?');
    (number != 0 && !port.starts_with('0') && ends).then_some((number, rest))
}

fn private_use(raw: &str, scheme: &str) -> bool {
    let written = raw
        .strip_prefix(scheme)
        .is_some_and(|rest| rest.starts_with(":/"));
    let known = KNOWN_SCHEMES.contains(&scheme) || scheme.contains('.');
    written && known
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn presented_uris_match_exactly_except_for_a_loopback_port() {
        struct Case(&'static str, &'static str, &'static str, bool);
        const HTTPS: &str = "https://c.example/cb";
        const LOCAL: &str = "http://127.0.0.1/cb";
        #[rustfmt::skip]
        let cases = [
            Case("same bytes",             HTTPS, HTTPS, true),
            Case("slash added",            HTTPS, "https://c.example/cb/", false),
            Case("path case",              HTTPS, "https://c.example/CB", false),
            Case("query added",            HTTPS, "https://c.example/cb?x=1", false),
            Case("empty query",            HTTPS, "https://c.example/cb?", false),
            Case("fragment",               HTTPS, "https://c.example/cb#x", false),
            Case("longer path",            HTTPS, "https://c.example/cbx", false),
            Case("traversal",              HTTPS, "https://c.example/cb/..;/open", false),
            Case("encoded traversal",      HTTPS, "https://c.example/cb/%2e%2e/x", false),
            Case("suffix host",            HTTPS, "https://c.example.evil.test/cb", false),
            Case("subdomain",              HTTPS, "https://x.c.example/cb", false),
            Case("plain http",             HTTPS, "http://c.example/cb", false),
            Case("other port",             HTTPS, "https://c.example:444/cb", false),
            Case("default port",           HTTPS, "https://c.example:443/cb", false),
            Case("host case",              HTTPS, "https://C.example/cb", false),
            Case("scheme case",            HTTPS, "HTTPS://c.example/cb", false),
            Case("user information",       HTTPS, "https://c.example@evil.test/cb", false),
            Case("backslash",              HTTPS, "https://c.example\\@evil.test", false),
            Case("leading space",          HTTPS, " https://c.example/cb", false),
            Case("trailing tab",           HTTPS, "https://c.example/cb\t", false),
            Case("encoded dot",            HTTPS, "https://c.example%2eevil.test/cb", false),
            Case("full-width",             HTTPS, "https://ｃ.example/cb", false),
            Case("empty",                  HTTPS, "", false),
            Case("loopback port floats",   LOCAL, "http://127.0.0.1:5123/cb", true),
            Case("lowest port",            LOCAL, "http://127.0.0.1:1/cb", true),
            Case("highest port",           LOCAL, "http://127.0.0.1:65535/cb", true),
            Case("registered with a port", "http://127.0.0.1:33418/", "http://127.0.0.1:40000/", true),
            Case("IPv6 loopback",          "http://[::1]:1/cb", "http://[::1]:2/cb", true),
            Case("localhost, interop 21",  "http://localhost/callback", "http://localhost:51234/callback", true),
            Case("port zero",              LOCAL, "http://127.0.0.1:0/cb", false),
            Case("port too large",         LOCAL, "http://127.0.0.1:99999/cb", false),
            Case("two ports",              LOCAL, "http://127.0.0.1:80:81/cb", false),
            Case("short form",             LOCAL, "http://127.1:5/cb", false),
            Case("hexadecimal",            LOCAL, "http://0x7f000001:5/cb", false),
            Case("decimal",                LOCAL, "http://2130706433:5/cb", false),
            Case("mapped",                 LOCAL, "http://[::ffff:127.0.0.1]:5/cb", false),
            Case("names differ",           LOCAL, "http://localhost:5/cb", false),
            Case("https on loopback",      LOCAL, "https://127.0.0.1:5/cb", false),
            Case("loopback path fixed",    LOCAL, "http://127.0.0.1:5/cb/", false),
            Case("loopback look-alike",    LOCAL, "http://127.0.0.1.evil.test/cb", false),
            Case("localhost look-alike",   "http://localhost/cb", "http://localhost.evil.test:1/cb", false),
            Case("port as user",           "http://localhost/cb", "http://localhost:80@evil.test/cb", false),
            Case("loopback fragment",      LOCAL, "http://127.0.0.1:5/cb#x", false),
            Case("private use exact",      "cursor://anysphere.cursor-mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback", true),
            Case("private use other",      "cursor://anysphere.cursor-mcp/oauth/callback", "cursor://evil/oauth/callback", false),
        ];
        for Case(name, registered, presented, expected) in cases {
            let registered = RegisteredRedirect::parse(registered).expect(name);
            assert_eq!(registered.matching(presented).is_some(), expected, "{name}"); // AZ-01..AZ-04
        }
    }

    #[test]
    fn only_safe_targets_can_be_registered() {
        struct Case(&'static str, &'static str, Result<(), RedirectError>);
        use RedirectError::{Fragment, Malformed, Scheme, UserInformation};
        #[rustfmt::skip]
        let cases = [
            Case("https",                "https://claude.ai/api/mcp/auth_callback", Ok(())),
            Case("https port",           "https://c.example:8443/cb", Ok(())),
            Case("loopback",             "http://127.0.0.1:33418", Ok(())),
            Case("localhost",            "http://localhost:6274/oauth/callback", Ok(())),
            Case("known scheme",         "cursor://anysphere.cursor-mcp/oauth/callback", Ok(())), // interop 11
            Case("reverse domain",       "com.example.app:/cb", Ok(())),
            Case("script",               "javascript:alert(1)//", Err(Malformed)), // AZ-05
            Case("script case",          "JaVaScRiPt://x/%0aalert(1)", Err(Scheme)),
            Case("data",                 "data:text/html,x", Err(Malformed)),
            Case("unknown scheme",       "evil://x/cb", Err(Scheme)),
            Case("file",                 "file:///etc/passwd", Err(Scheme)),
            Case("http elsewhere",       "http://192.168.0.2/cb", Err(Scheme)),
            Case("http name",            "http://c.example/cb", Err(Scheme)),
            Case("fragment",             "https://c.example/cb#x", Err(Fragment)),
            Case("user information",     "https://c.example@evil.test/cb", Err(UserInformation)),
            Case("two users",            "https://a@b@evil.test", Err(UserInformation)),
            Case("backslash",            "https://c.example\\@evil.test", Err(Malformed)),
            Case("newline",              "https://c.example/\ncb", Err(Malformed)),
            Case("one slash",            "https:/evil.test", Err(Scheme)),
            Case("no scheme",            "//evil.test", Err(Malformed)),
            Case("host case",            "https://C.example/cb", Err(Scheme)),
            Case("full-width",           "https://ｃ.example/cb", Err(Malformed)),
            Case("policy separator",     "https://c.example;sandbox/cb", Err(Scheme)), // CO-07
            Case("policy list",          "https://c.example,x/cb", Err(Scheme)),
            Case("policy wildcard",      "https://*/cb", Err(Scheme)),
            Case("IPv6",                 "https://[2001:db8::1]/cb", Ok(())),
        ];
        for Case(name, raw, expected) in cases {
            assert_eq!(RegisteredRedirect::parse(raw).map(drop), expected, "{name}");
        }
    }

    #[test]
    fn answers_are_appended_to_the_query_that_is_there() {
        let matched = |raw: &str| {
            RegisteredRedirect::parse(raw)
                .expect(raw)
                .matching(raw)
                .expect(raw)
        };
        let to = matched("https://c.example/cb?tenant=1");
        assert_eq!(
            to.with(&[("code", "a b&c")]),
            "https://c.example/cb?tenant=1&code=a+b%26c"
        );
        assert_eq!(
            matched("https://c.example/cb").with(&[("a", "b")]),
            "https://c.example/cb?a=b"
        );
    }

    #[test]
    fn the_form_action_source_names_the_origin_or_the_scheme() {
        let matched = |raw: &str| {
            RegisteredRedirect::parse(raw)
                .expect(raw)
                .matching(raw)
                .expect(raw)
        };
        assert_eq!(
            matched("http://127.0.0.1:5/cb").content_security_source(),
            "http://127.0.0.1:5"
        ); // CO-10
        assert_eq!(
            matched("cursor://x.y/cb").content_security_source(),
            "cursor:"
        );
    }

    proptest! {
        #[test]
        fn matching_is_never_wider_than_the_registration(tail in "\\PC{0,40}") {
            let registered = RegisteredRedirect::parse("https://c.example/cb").expect("valid");
            let presented = format!("https://c.example/cb{tail}");
            prop_assert_eq!(registered.matching(&presented).is_some(), tail.is_empty());
        }

        #[test]
        fn parsing_never_panics(raw in "\\PC{0,80}") {
            let _ = RegisteredRedirect::parse(&raw);
        }
    }
}
