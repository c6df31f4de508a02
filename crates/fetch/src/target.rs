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
