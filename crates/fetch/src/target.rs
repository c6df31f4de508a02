//! Where a URI points: scheme, host and port, told apart before anything is dialled.
//!
//! Literals never reach the resolver, and neither does `localhost` with all its
//! subdomains, which mean this machine whatever a name server says (RFC 6761 §6.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{Uri, uri::Scheme};

/// The end that a connection should lead to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    pub(crate) secure: bool,
    pub(crate) host: Host<'a>,
    pub(crate) port: u16,
}

/// The host of a [`Target`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Host<'a> {
    Address(IpAddr),
    Localhost,
    Name(&'a str),
}

impl<'a> Target<'a> {
    /// Reads the target of an absolute `http` or `https` URI.
    pub(crate) fn of(uri: &'a Uri) -> Option<Self> {
        let scheme = uri.scheme()?;
        let secure = *scheme == Scheme::HTTPS;
        if !secure && *scheme != Scheme::HTTP {
            return None;
        }
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let host = Host::of(uri.host()?)?;
        Some(Self { secure, host, port })
    }
}

impl<'a> Host<'a> {
    fn of(text: &'a str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(address.into()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let name = without_root_dot(text);
        match name {
            "" => None,
            _ if is_localhost(name) => Some(Self::Localhost),
            _ => Some(Self::Name(text)),
        }
    }
}

/// `example.com.` and `example.com` are one name, the first spelt to the root.
pub(crate) fn without_root_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn is_localhost(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(uri: &str) -> Option<String> {
        let uri: Uri = uri.parse().unwrap();
        Target::of(&uri).map(|target| format!("{:?}", target.host))
    }

    #[test]
    fn literals_localhost_and_names_are_told_apart() {
        let cases = [
            ("http://127.0.0.1/", "Address(127.0.0.1)"),
            ("http://[::1]:8080/", "Address(::1)"),
            ("http://localhost/", "Localhost"),
            ("http://LocalHost./", "Localhost"),
            ("http://a.b.localhost/", "Localhost"),
            ("http://notlocalhost/", r#"Name("notlocalhost")"#),
            ("http://localhost.example/", r#"Name("localhost.example")"#),
            ("http://docs.example./", r#"Name("docs.example.")"#),
            ("http://127.1/", r#"Name("127.1")"#),
        ];
        for (uri, expected) in cases {
            assert_eq!(host(uri).as_deref(), Some(expected), "{uri}");
        }
    }

    #[test]
    fn the_port_follows_from_the_scheme_unless_it_is_stated() {
        let cases = [
            ("http://a.example/", false, 80),
            ("https://a.example/", true, 443),
            ("https://a.example:8443/", true, 8443),
        ];
        for (uri, secure, port) in cases {
            let uri: Uri = uri.parse().unwrap();
            let target = Target::of(&uri).unwrap();
            assert_eq!((target.secure, target.port), (secure, port), "{uri}");
        }
    }

    #[test]
    fn what_has_no_host_or_another_scheme_is_no_target() {
        for uri in [
            "/path",
            "a.example:80",
            "ftp://a.example/",
            "ws://a.example/",
            "http://./",
        ] {
            assert_eq!(host(uri), None, "{uri}");
        }
    }
}
