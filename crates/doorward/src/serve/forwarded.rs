//! Where a request came from, when proxies stand in between.
//!
//! `X-Forwarded-For` counts only as far as trusted proxies wrote it: read from
//! the right, the first address that is not a trusted proxy is the peer. Nothing
//! else that is forwarded (`Host`, `Proto`, `Prefix`, `Forwarded`) counts for
//! anything (MD-03).

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The network peer of a request that arrived from `remote`.
pub(super) fn peer(remote: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let remote = remote.to_canonical();
    if !trusted(remote, proxies) {
        return remote;
    }
    let mut nearest = remote;
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    let lines = lines
        .iter()
        .rev()
        .map(|line| line.to_str().unwrap_or_default());
    for entry in lines.flat_map(|line| line.rsplit(',')) {
        // What a proxy wrote unreadably came from further away: stop at the proxy.
        let Ok(address) = entry.trim().parse::<IpAddr>() else {
            return nearest;
        };
        nearest = address.to_canonical();
        if !trusted(nearest, proxies) {
            return nearest;
        }
    }
    nearest
}

/// Whether a request was sent by a program of this machine for itself: over loopback, by no
/// trusted proxy, and without a word that anybody forwarded it. What a proxy says of itself only
/// ever takes this away.
pub(super) fn is_of_this_machine(remote: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> bool {
    let remote = remote.to_canonical();
    let forwarded = || {
        headers
            .keys()
            .any(|name| tells_of_forwarding(name.as_str()))
    };
    remote.is_loopback() && !trusted(remote, proxies) && !forwarded()
}

/// Whether proxies and tunnels add this header to what they forward.
fn tells_of_forwarding(name: &str) -> bool {
    name.starts_with("x-forwarded") || FORWARDING.contains(&name)
}

const FORWARDING: [&str; 9] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-original-host",
    "true-client-ip",
    "cf-connecting-ip",
    "cf-ray",
    "fly-client-ip",
];

/// Whether a connection from `remote` is one of a trusted proxy.
pub(super) fn is_proxy(remote: IpAddr, proxies: &[IpNet]) -> bool {
    trusted(remote.to_canonical(), proxies)
}

/// Whether a connection from `remote` looks like one of a proxy that nobody named: it is from
/// this machine or a private network, and says for whom it came. All who come through it count
/// as one peer.
pub(super) fn is_unnamed_proxy(remote: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> bool {
    let remote = remote.to_canonical();
    is_near(remote) && headers.contains_key(FORWARDED_FOR) && !trusted(remote, proxies)
}

/// Whether it is an address of this machine or of a private network (RFC 1918, RFC 4193).
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|proxy| proxy.contains(&address))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_proxy_that_nobody_named_is_noticed_and_a_far_peer_is_none() {
        let named = ["10.0.0.0/8".parse().unwrap()];
        let mut forwarded = HeaderMap::new();
        forwarded.append(FORWARDED_FOR, HeaderValue::from_static("1.1.1.1"));
        for (remote, expected) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("::1", true),
            ("172.17.0.1", true),
            ("fd00::1", true),
            ("10.0.0.1", false), // named
            ("9.9.9.9", false),  // anybody can send the header
            ("2001:db8::1", false),
        ] {
            let remote = remote.parse().unwrap();
            let found = is_unnamed_proxy(remote, &forwarded, &named);
            assert_eq!(found, expected, "{remote}");
            assert!(!is_unnamed_proxy(remote, &HeaderMap::new(), &named));
        }
    }

    #[test]
    fn only_a_program_of_this_machine_that_speaks_for_itself_is_of_this_machine() {
        #[rustfmt::skip]
        let cases = [
            ("127.0.0.1",        "accept",            true),
            ("127.0.0.7",        "accept",            true),
            ("::1",              "accept",            true),
            ("::ffff:127.0.0.1", "accept",            true),
            ("127.0.0.2",        "accept",            false), // a trusted proxy
            ("192.168.0.2",      "accept",            false),
            ("9.9.9.9",          "accept",            false),
            ("127.0.0.1",        "x-forwarded-for",   false),
            ("127.0.0.1",        "x-forwarded-proto", false),
            ("127.0.0.1",        "forwarded",         false),
            ("127.0.0.1",        "via",               false),
            ("::1",              "cf-connecting-ip",  false),
            ("127.0.0.1",        "x-real-ip",         false),
        ];
        let proxies = ["127.0.0.2/32".parse().unwrap()];
        for (remote, header, expected) in cases {
            let mut headers = HeaderMap::new();
            let name = HeaderName::from_static(header);
            headers.append(name, HeaderValue::from_static("127.0.0.1"));
            let found = is_of_this_machine(remote.parse().unwrap(), &headers, &proxies);
            assert_eq!(found, expected, "{remote} {header}");
        }
    }

    #[test]
    fn only_what_trusted_proxies_wrote_counts() {
        #[rustfmt::skip]
        let cases: &[(&str, &str, &[&str], &str)] = &[
            ("no proxy",               "9.9.9.9",  &[],                          "9.9.9.9"),
            ("spoofed, MD-03",         "9.9.9.9",  &["1.1.1.1"],                 "9.9.9.9"),
            ("one proxy",              "10.0.0.1", &["1.1.1.1"],                 "1.1.1.1"),
            ("spoofed on the left",    "10.0.0.1", &["8.8.8.8, 1.1.1.1"],        "1.1.1.1"),
            ("two proxies",            "10.0.0.1", &["1.1.1.1, 10.0.0.2"],       "1.1.1.1"),
            ("two header lines",       "10.0.0.1", &["8.8.8.8", "1.1.1.1"],      "1.1.1.1"),
            ("unreadable",             "10.0.0.1", &["1.1.1.1, x"],              "10.0.0.1"),
            ("empty",                  "10.0.0.1", &[""],                        "10.0.0.1"),
            ("proxies only",           "10.0.0.1", &["10.0.0.2"],                "10.0.0.2"),
            ("mapped IPv4",            "::ffff:10.0.0.1", &["::ffff:1.1.1.1"],   "1.1.1.1"),
            ("IPv6",                   "10.0.0.1", &["2001:db8::1"],             "2001:db8::1"),
        ];
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        for (name, remote, lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            let found = peer(remote.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.to_string(), *expected, "{name}");
        }
    }
}
