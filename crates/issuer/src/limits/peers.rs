//! What of an address a limit counts.

use std::net::IpAddr;

/// What of an address counts as one peer: IPv6 hosts own a whole /64.
pub(crate) fn peer_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    peer.map(|address| match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    })
}

/// What of an address counts as one stranger, where being counted puts off nobody who is right:
/// an IPv4 address, and all of what an IPv6 customer may be given, a /48.
pub(crate) fn stranger_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    match peer.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => Some(IpAddr::V4(address)),
        Some(IpAddr::V6(_)) | None => prefix_key(peer),
    }
}

/// What of an address counts as one network: what a single customer is given at least, an
/// IPv4 /24 or an IPv6 /48.
pub(crate) fn prefix_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    peer.map(|address| match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4((u32::from(address) & !0xff).into()),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !(u128::MAX >> 48)).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ipv6_network_is_one_peer() {
        let key = |text: &str| peer_key(Some(text.parse().expect("address")));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }

    #[test]
    fn a_stranger_has_one_ipv4_address_or_a_whole_ipv6_network() {
        let key = |text: &str| stranger_key(Some(text.parse().expect("address")));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:ffff::2"));
        assert_ne!(key("2001:db8:1::1"), key("2001:db8:2::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }

    #[test]
    fn one_network_registers_as_one() {
        let key = |text: &str| prefix_key(Some(text.parse().expect("address")));
        assert_eq!(key("192.0.2.1"), key("192.0.2.255"));
        assert_ne!(key("192.0.2.1"), key("192.0.3.1"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:ffff::2"));
        assert_ne!(key("2001:db8:1::1"), key("2001:db8:2::1"));
        assert_eq!(key("::ffff:192.0.2.9"), key("192.0.2.1"));
    }
}
