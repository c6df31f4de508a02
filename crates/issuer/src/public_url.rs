//! The issuer identifier, taken apart once.
//!
//! It is an origin, or an origin with a path prefix, without a trailing slash:
//! the one constant behind metadata, `iss` and every link (A-001, interop 24).
//! Passkeys belong to its host, or to `localhost` on this computer: an address is no relying
//! party. Plain http is refused except on loopback.

use doorward_passkeys::RelyingParty;
use url::{Host, Url};

/// The public URL of this deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    text: String,
    origin: String,
    secure: bool,
    loopback: bool,
    relying_party: Option<RelyingParty>,
}

/// Why a text cannot be the public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an absolute http or https URL written in its canonical form.
    #[error("public_url must be an absolute URL in plain form, such as https://mcp.example.com")]
    Malformed,
    /// Ends in a slash.
    #[error("public_url must not end in a slash")]
    TrailingSlash,
    /// Plain http on an address that others reach.
    #[error("public_url must be https unless it is on this computer (127.0.0.1 or localhost)")]
    Insecure,
}

impl PublicUrl {
    /// Takes `text` when it is an origin with an optional path prefix.
    pub(crate) fn parse(text: &str) -> Result<Self, PublicUrlError> {
        if text.ends_with('/') {
            return Err(PublicUrlError::TrailingSlash);
        }
        let url = Url::parse(text).map_err(|_| PublicUrlError::Malformed)?;
        let origin = url.origin().ascii_serialization();
        let prefix = text
            .strip_prefix(&origin)
            .ok_or(PublicUrlError::Malformed)?;
        let web = matches!(url.scheme(), "http" | "https");
        let symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let plain = prefix.is_empty() || prefix.starts_with('/') && url.path() == prefix;
        if !web || !plain || !prefix.bytes().all(symbol) {
            return Err(PublicUrlError::Malformed);
        }
        let (secure, loopback) = (url.scheme() == "https", is_loopback(&url));
        if !secure && !loopback {
            return Err(PublicUrlError::Insecure);
        }
        let relying_party = relying_party(&url, &origin);
        Ok(Self {
            text: text.to_owned(),
            origin,
            secure,
            loopback,
            relying_party,
        })
    }

    /// The issuer identifier, byte for byte as configured.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The origin, as browsers send it in `Origin`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, with the port when it is not the usual one.
    pub(crate) fn authority(&self) -> &str {
        let authority = self.origin.split_once("://");
        authority.map_or("", |(_, authority)| authority)
    }

    /// Whom passkeys are for; nobody where the host is an address of another computer.
    pub(crate) fn relying_party(&self) -> Option<&RelyingParty> {
        self.relying_party.as_ref()
    }

    /// The path prefix: empty, or with a leading and without a trailing slash.
    pub(crate) fn prefix(&self) -> &str {
        self.text.strip_prefix(&self.origin).unwrap_or_default()
    }

    /// Whether it is https.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether only this computer reaches it.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

fn relying_party(url: &Url, origin: &str) -> Option<RelyingParty> {
    match url.host()? {
        Host::Domain(name) => Some(RelyingParty {
            id: name.to_owned(),
            origin: origin.to_owned(),
        }),
        Host::Ipv4(_) | Host::Ipv6(_) if url.scheme() == "http" && is_loopback(url) => {
            let port = url.port().map(|port| format!(":{port}"));
            Some(RelyingParty {
                id: "localhost".to_owned(),
                origin: format!("http://localhost{}", port.unwrap_or_default()),
            })
        }
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_a_name() {
        #[rustfmt::skip]
        let cases = [
            ("https://mcp.example",       Some(("mcp.example", "https://mcp.example"))),
            ("https://mcp.example:8443/a", Some(("mcp.example", "https://mcp.example:8443"))),
            ("http://localhost:8080",     Some(("localhost", "http://localhost:8080"))),
            ("http://127.0.0.1:8080",     Some(("localhost", "http://localhost:8080"))),
            ("http://[::1]",              Some(("localhost", "http://localhost"))),
            ("https://127.0.0.1:8080",    None),
            ("https://192.0.2.1",         None),
            ("https://[2001:db8::1]",     None),
        ];
        for (text, expected) in cases {
            let url = PublicUrl::parse(text).expect(text);
            let party = url.relying_party();
            let told = party.map(|party| (party.id.as_str(), party.origin.as_str()));
            assert_eq!(told, expected, "{text}");
        }
        let url = PublicUrl::parse("https://mcp.example:8443/a").expect("good");
        assert_eq!(url.authority(), "mcp.example:8443");
    }

    #[test]
    fn a_public_url_is_an_origin_with_an_optional_prefix() {
        for (text, origin, prefix) in [
            ("https://mcp.example", "https://mcp.example", ""),
            (
                "https://mcp.example:8443/a/b",
                "https://mcp.example:8443",
                "/a/b",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
            ("http://[::1]:8080", "http://[::1]:8080", ""),
            ("http://localhost", "http://localhost", ""),
        ] {
            let url = PublicUrl::parse(text).expect(text);
            assert_eq!(
                (url.as_str(), url.origin(), url.prefix()),
                (text, origin, prefix)
            );
        }
    }

    #[test]
    fn what_could_be_written_in_two_ways_is_refused() {
        use PublicUrlError::{Insecure, Malformed, TrailingSlash};
        #[rustfmt::skip]
        let cases = [
            ("https://mcp.example/",        TrailingSlash), // interop 24
            ("https://mcp.example/a/",      TrailingSlash),
            ("https://mcp.example?x=1",     Malformed),
            ("https://mcp.example#x",       Malformed),
            ("https://u@mcp.example",       Malformed),
            ("https://MCP.example",         Malformed),
            ("https://mcp.example:443",     Malformed),
            ("https://mcp.example/a/../b",  Malformed),
            ("https://mcp.example/a{b}",    Malformed),
            ("ftp://mcp.example",           Malformed),
            ("mcp.example",                 Malformed),
            ("http://mcp.example",          Insecure),
            ("http://localhost.example",    Insecure),
        ];
        for (text, expected) in cases {
            assert_eq!(PublicUrl::parse(text), Err(expected), "{text}");
        }
    }
}
