//! The public URL: the issuer identifier, byte for byte (MD-01).

use std::net::{IpAddr, SocketAddr};

use doorward_core::resource::canonical;
use url::{Host, Url};

/// An origin, or an origin and a path, in canonical form and without a trailing slash.
/// Holding one proves that tokens sent to it travel encrypted or stay on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    text: String,
    url: Url,
}

impl PublicUrl {
    /// Takes `text` when it is fit to be an issuer; the error says what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|_| format!("`{text}` is not a URL; write it like https://mcp.example.com"))?;
        let expected = canonical(text).ok_or_else(|| {
            format!("`{text}` must be an http(s) origin without query, fragment or user name")
        })?;
        if expected != text {
            return Err(format!("`{text}` must be written as `{expected}`"));
        }
        if url.as_str().trim_end_matches('/') != text {
            return Err(format!(
                "the path of `{text}` must be written in its plain form"
            ));
        }
        if url.scheme() != "https" && !is_loopback(&url) {
            // S-024
            return Err(format!(
                "`{text}` must be https: tokens would cross the network in clear"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The URL of a listener on loopback.
    pub(crate) fn of_listener(address: SocketAddr) -> Result<Self, String> {
        Self::parse(&format!("http://{address}"))
    }

    /// Whether only programs on this machine reach it.
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether passkeys can belong to it: to a name, or to this machine.
    pub(crate) fn takes_passkeys(&self) -> bool {
        let named = matches!(self.url.host(), Some(Host::Domain(_)));
        named || self.url.scheme() == "http"
    }

    /// Whether it is https and has no path.
    pub(crate) fn is_encrypted_origin(&self) -> bool {
        self.url.scheme() == "https" && self.url.path() == "/"
    }

    /// Its host.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The URL as published.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What requests must name as their host: with and without a default port.
    pub(crate) fn authorities(&self) -> Vec<String> {
        let host = self.url.host_str().unwrap_or_default();
        match (self.url.port(), self.url.port_or_known_default()) {
            (Some(port), _) => vec![format!("{host}:{port}")],
            (None, Some(port)) => vec![host.to_owned(), format!("{host}:{port}")],
            (None, None) => vec![host.to_owned()],
        }
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the host of `url` is this machine by its very name.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_canonical_and_encrypted_or_local() {
        #[rustfmt::skip]
        let cases = [
            ("https://mcp.example.com",        true),
            ("https://mcp.example.com/door",   true),
            ("https://mcp.example.com:8443",   true),
            ("http://127.0.0.1:8080",          true),
            ("http://localhost:8080",          true),
            ("http://[::1]:8080",              true),
            ("http://mcp.example.com",         false), // S-024
            ("http://127.0.0.1.example.com",   false), // S-024
            ("http://192.168.1.2:8080",        false), // S-024
            ("https://mcp.example.com/",       false), // MD-01
            ("https://MCP.example.com",        false), // MD-01
            ("https://mcp.example.com:443",    false),
            ("https://mcp.example.com?x=1",    false),
            ("https://mcp.example.com/#x",     false),
            ("https://u:p@mcp.example.com",    false),
            ("https://mcp.example.com/a/../b", false),
            ("ftp://mcp.example.com",          false),
            ("mcp.example.com",                false),
            ("",                               false),
        ];
        for (text, expected) in cases {
            assert_eq!(PublicUrl::parse(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_default_port_may_be_written_or_not() {
        let of = |text| PublicUrl::parse(text).unwrap().authorities();
        assert_eq!(of("https://a.example"), ["a.example", "a.example:443"]);
        assert_eq!(of("http://127.0.0.1:8080"), ["127.0.0.1:8080"]);
        assert_eq!(of("http://[::1]:8080"), ["[::1]:8080"]);
    }
}
