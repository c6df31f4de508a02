//! Whom requests are for: the `Host` check (MD-03, GW-21, R-028).

use std::net::SocketAddr;

use http::{HeaderMap, Uri, header};

use super::refusal::FrontRefusal;
use crate::config::PublicUrl;

/// The authorities that are served.
#[derive(Clone, Debug)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// The public URL's own, and on a loopback listener the names of this machine.
    pub(super) fn new(public_url: &PublicUrl, listen: SocketAddr) -> Self {
        let mut names = public_url.authorities();
        names.extend(local_names(listen));
        Self(names)
    }

    /// For the ops listener: names of this machine, or anything when it is not on loopback.
    pub(super) fn local(listen: SocketAddr) -> Option<Self> {
        let names = local_names(listen);
        (!names.is_empty()).then_some(Self(names))
    }

    /// Whether the request is for one of these hosts, and says so once.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), FrontRefusal> {
        let mut named = headers.get_all(header::HOST).iter();
        let host = match (named.next(), named.next()) {
            (_, Some(_)) => return Err(FrontRefusal::AmbiguousHost),
            (host, None) => host.map(|host| host.as_bytes()),
        };
        let target = uri
            .authority()
            .map(|authority| authority.as_str().as_bytes());
        let host = match (target, host) {
            (Some(target), Some(host)) if !target.eq_ignore_ascii_case(host) => {
                return Err(FrontRefusal::AmbiguousHost);
            }
            (Some(host), _) | (None, Some(host)) => host,
            (None, None) => return Err(FrontRefusal::AmbiguousHost),
        };
        let written_so = |name: &String| name.as_bytes() == host;
        let ours = |name: &String| name.as_bytes().eq_ignore_ascii_case(host);
        if self.0.iter().any(written_so) || self.0.iter().any(ours) {
            Ok(())
        } else {
            Err(FrontRefusal::ForeignHost)
        }
    }
}

fn local_names(listen: SocketAddr) -> Vec<String> {
    if !listen.ip().is_loopback() {
        return Vec::new();
    }
    let own = match listen {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "[::1]".to_owned(),
    ];
    if !names.contains(&own) {
        names.push(own);
    }
    let port = listen.port();
    names.iter().map(|name| format!("{name}:{port}")).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(public: &str, listen: &str, target: &str, hosts: &[&str]) -> Result<(), FrontRefusal> {
        let hosts_served = Hosts::new(&PublicUrl::parse(public).unwrap(), listen.parse().unwrap());
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_str(host).unwrap());
        }
        hosts_served.check(&target.parse().unwrap(), &headers)
    }

    #[test]
    fn only_requests_for_this_server_pass() {
        use FrontRefusal::{AmbiguousHost, ForeignHost};
        const PUBLIC: &str = "https://mcp.example.com";
        const LOCAL: &str = "127.0.0.1:8080";
        const WIDE: &str = "10.0.0.1:8080";
        #[rustfmt::skip]
        type Case<'a> = (&'a str, &'a str, &'a str, &'a [&'a str], Result<(), FrontRefusal>);
        let cases: &[Case<'_>] = &[
            ("public", LOCAL, "/x", &["mcp.example.com"], Ok(())),
            (
                "public, other case",
                LOCAL,
                "/x",
                &["MCP.Example.com"],
                Ok(()),
            ),
            (
                "public, default port",
                LOCAL,
                "/x",
                &["mcp.example.com:443"],
                Ok(()),
            ),
            (
                "public, other port",
                LOCAL,
                "/x",
                &["mcp.example.com:444"],
                Err(ForeignHost),
            ),
            (
                "loopback names, R-028",
                LOCAL,
                "/x",
                &["localhost:8080"],
                Ok(()),
            ),
            ("loopback address", LOCAL, "/x", &["127.0.0.1:8080"], Ok(())),
            ("loopback, IPv6", LOCAL, "/x", &["[::1]:8080"], Ok(())),
            (
                "loopback, other port",
                LOCAL,
                "/x",
                &["localhost:8081"],
                Err(ForeignHost),
            ),
            (
                "loopback, no port",
                LOCAL,
                "/x",
                &["localhost"],
                Err(ForeignHost),
            ),
            (
                "rebinding, GW-21",
                LOCAL,
                "/x",
                &["evil.example:8080"],
                Err(ForeignHost),
            ),
            (
                "look-alike",
                LOCAL,
                "/x",
                &["localhost.evil:8080"],
                Err(ForeignHost),
            ),
            (
                "user information",
                LOCAL,
                "/x",
                &["mcp.example.com@evil"],
                Err(ForeignHost),
            ),
            (
                "loopback not listened",
                WIDE,
                "/x",
                &["localhost:8080"],
                Err(ForeignHost),
            ),
            ("no host", LOCAL, "/x", &[], Err(AmbiguousHost)),
            (
                "two hosts, MD-03",
                LOCAL,
                "/x",
                &["mcp.example.com", "mcp.example.com"],
                Err(AmbiguousHost),
            ),
            (
                "absolute form",
                LOCAL,
                "http://mcp.example.com/x",
                &["mcp.example.com"],
                Ok(()),
            ),
            (
                "absolute form, other host, MD-03",
                LOCAL,
                "http://evil.example/x",
                &["mcp.example.com"],
                Err(AmbiguousHost),
            ),
            (
                "HTTP/2 without host",
                LOCAL,
                "https://mcp.example.com/x",
                &[],
                Ok(()),
            ),
            (
                "HTTP/2, foreign",
                LOCAL,
                "https://evil.example/x",
                &[],
                Err(ForeignHost),
            ),
        ];
        for (name, listen, target, hosts, expected) in cases {
            assert_eq!(check(PUBLIC, listen, target, hosts), *expected, "{name}");
        }
    }
}
