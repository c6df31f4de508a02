//! Which addresses may be dialled (RFC 6890, the IANA special-purpose registries).
//!
//! A pure function over [`IpAddr`]: [`AddressKind::of`] says what an address is,
//! [`Reach::check`] whether that may be reached. Names play no part: a name is
//! judged by every address that it resolves to.
//!
//! Only what is known to be public is public. IPv6 outside `2000::/3` is
//! reserved, and an IPv4 address wrapped into an IPv6 one is refused outright,
//! with one exception: `64:ff9b::/96` is how a network without IPv4 reaches
//! public IPv4 servers (RFC 6052), so there the inner address is judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// How far outbound connections may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet alone: for every address that a stranger can name.
    Public,
    /// The public internet and this very machine: for development.
    Loopback,
    /// Anywhere: for hosts that the operator wrote into the configuration.
    Operator,
}

impl Reach {
    /// Refuses an address that lies out of reach, and says what it is.
    pub fn check(self, address: IpAddr) -> Result<(), AddressKind> {
        match (self, AddressKind::of(address)) {
            (Self::Operator, _) | (_, AddressKind::Public) => Ok(()),
            (Self::Loopback, AddressKind::Loopback) => Ok(()),
            (Self::Public | Self::Loopback, kind) => Err(kind),
        }
    }
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressKind {
    /// Ordinary unicast on the public internet.
    #[error("public")]
    Public,
    /// This very machine.
    #[error("loopback")]
    Loopback,
    /// Private or unique local: inside somebody's network.
    #[error("private")]
    Private,
    /// Valid on one link only.
    #[error("link-local")]
    LinkLocal,
    /// Shared behind a carrier's address translation (RFC 6598).
    #[error("shared")]
    Shared,
    /// A cloud's metadata service, which hands out credentials.
    #[error("metadata service")]
    Metadata,
    /// An IPv4 address in an IPv6 wrapping that no honest host publishes.
    #[error("embedded IPv4")]
    Embedded,
    /// A group, not a host.
    #[error("multicast")]
    Multicast,
    /// No address at all, or "this network".
    #[error("unspecified")]
    Unspecified,
    /// For examples in documents.
    #[error("documentation")]
    Documentation,
    /// For measuring network devices.
    #[error("benchmarking")]
    Benchmarking,
    /// Set aside: nothing to be reached today.
    #[error("reserved")]
    Reserved,
}

impl AddressKind {
    /// Looks the address up in the tables of special-purpose networks.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        V4.iter()
            .find(|(network, _)| network.contains(&address))
            .map_or(Self::Public, |(_, kind)| *kind)
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if NAT64.contains(&address) {
            let [.., a, b, c, d] = address.octets();
            return Self::of_v4(Ipv4Addr::new(a, b, c, d));
        }
        V6.iter()
            .find(|(network, _)| network.contains(&address))
            .map_or(Self::Reserved, |(_, kind)| *kind)
    }
}

const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// The first row that contains the address decides; in no row, it is public.
#[rustfmt::skip]
const V4: [(Ipv4Net, AddressKind); 20] = [
    (v4([169, 254, 169, 254], 32), AddressKind::Metadata), // AWS, Google Cloud, Azure and many more
    (v4([169, 254, 170, 0], 24),   AddressKind::Metadata), // AWS container credentials
    (v4([100, 100, 100, 200], 32), AddressKind::Metadata), // Alibaba Cloud
    (v4([168, 63, 129, 16], 32),   AddressKind::Metadata), // Azure: a public address that is the host
    (v4([192, 0, 0, 192], 32),     AddressKind::Metadata), // Oracle Cloud
    (v4([0, 0, 0, 0], 8),          AddressKind::Unspecified),
    (v4([10, 0, 0, 0], 8),         AddressKind::Private),
    (v4([100, 64, 0, 0], 10),      AddressKind::Shared),
    (v4([127, 0, 0, 0], 8),        AddressKind::Loopback),
    (v4([169, 254, 0, 0], 16),     AddressKind::LinkLocal),
    (v4([172, 16, 0, 0], 12),      AddressKind::Private),
    (v4([192, 0, 0, 0], 24),       AddressKind::Reserved),
    (v4([192, 0, 2, 0], 24),       AddressKind::Documentation),
    (v4([192, 88, 99, 0], 24),     AddressKind::Reserved), // 6to4 relays, withdrawn
    (v4([192, 168, 0, 0], 16),     AddressKind::Private),
    (v4([198, 18, 0, 0], 15),      AddressKind::Benchmarking),
    (v4([198, 51, 100, 0], 24),    AddressKind::Documentation),
    (v4([203, 0, 113, 0], 24),     AddressKind::Documentation),
    (v4([224, 0, 0, 0], 4),        AddressKind::Multicast),
    (v4([240, 0, 0, 0], 4),        AddressKind::Reserved), // and broadcast
];

/// The first row that contains the address decides; in no row, it is reserved.
#[rustfmt::skip]
const V6: [(Ipv6Net, AddressKind); 21] = [
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128), AddressKind::Metadata), // AWS
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),  AddressKind::Metadata), // Google Cloud
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128),              AddressKind::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128),              AddressKind::Loopback),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96),               AddressKind::Embedded), // IPv4-compatible
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),          AddressKind::Embedded), // IPv4-mapped
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),          AddressKind::Embedded), // IPv4-translated
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),       AddressKind::Embedded), // local-use NAT64
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),           AddressKind::Reserved), // discard
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32),          AddressKind::Embedded), // Teredo
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48),          AddressKind::Benchmarking),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),          AddressKind::Reserved), // protocol assignments
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),      AddressKind::Documentation),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),          AddressKind::Embedded), // 6to4
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),          AddressKind::Documentation),
    (v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3),           AddressKind::Public),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),           AddressKind::Private),  // unique local
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),          AddressKind::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),          AddressKind::Private),  // site-local, withdrawn
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),           AddressKind::Multicast),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 0),                AddressKind::Reserved),
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_what_the_registries_say() {
        use AddressKind::*;
        #[rustfmt::skip]
        let cases = [
            // RG-01, and both edges of every network
            ("0.0.0.0", Unspecified), ("0.255.255.255", Unspecified), ("1.0.0.0", Public),
            ("9.255.255.255", Public), ("10.0.0.0", Private), ("10.255.255.255", Private), ("11.0.0.0", Public),
            ("100.63.255.255", Public), ("100.64.0.0", Shared), ("100.127.255.255", Shared), ("100.128.0.0", Public),
            ("100.100.100.200", Metadata), ("100.100.100.201", Shared),
            ("126.255.255.255", Public), ("127.0.0.0", Loopback), ("127.255.255.255", Loopback), ("128.0.0.0", Public),
            ("168.63.129.16", Metadata), ("168.63.129.17", Public),
            ("169.253.255.255", Public), ("169.254.0.0", LinkLocal), ("169.254.255.255", LinkLocal), ("169.255.0.0", Public),
            ("169.254.169.254", Metadata), ("169.254.170.2", Metadata), ("169.254.169.253", LinkLocal),
            ("172.15.255.255", Public), ("172.16.0.0", Private), ("172.31.255.255", Private), ("172.32.0.0", Public),
            ("191.255.255.255", Public), ("192.0.0.0", Reserved), ("192.0.0.192", Metadata), ("192.0.0.255", Reserved),
            ("192.0.1.0", Public), ("192.0.2.0", Documentation), ("192.0.2.255", Documentation), ("192.0.3.0", Public),
            ("192.88.99.1", Reserved), ("192.167.255.255", Public), ("192.168.0.0", Private), ("192.168.255.255", Private),
            ("192.169.0.0", Public), ("198.17.255.255", Public), ("198.18.0.0", Benchmarking),
            ("198.19.255.255", Benchmarking), ("198.20.0.0", Public), ("198.51.100.7", Documentation),
            ("203.0.113.7", Documentation), ("223.255.255.255", Public), ("224.0.0.0", Multicast),
            ("239.255.255.255", Multicast), ("240.0.0.0", Reserved), ("255.255.255.255", Reserved),
            ("::", Unspecified), ("::1", Loopback), ("::2", Embedded), ("::127.0.0.1", Embedded), ("::8.8.8.8", Embedded),
            ("::ffff:127.0.0.1", Embedded), ("::ffff:10.0.0.1", Embedded), ("::ffff:8.8.8.8", Embedded),
            ("::ffff:0:10.0.0.1", Embedded),
            ("64:ff9b::10.0.0.1", Private), ("64:ff9b::127.0.0.1", Loopback), ("64:ff9b::169.254.169.254", Metadata),
            ("64:ff9b::8.8.8.8", Public), ("64:ff9b:1::8.8.8.8", Embedded), ("64:ff9b:0:1::8.8.8.8", Reserved),
            ("100::1", Reserved), ("1fff::1", Reserved),
            ("2000::1", Public), ("2001:0:0a00:1::1", Embedded), ("2001:2::1", Benchmarking), ("2001:20::1", Reserved),
            ("2001:200::1", Public), ("2001:4860:4860::8888", Public), ("2001:db8::1", Documentation),
            ("2002:7f00:1::1", Embedded), ("2002:808:808::1", Embedded), ("2003::1", Public),
            ("2606:4700:4700::1111", Public), ("3fff:fff::1", Documentation), ("3fff:1000::1", Public),
            ("4000::1", Reserved), ("5f00::1", Reserved),
            ("fc00::1", Private), ("fd00::1", Private), ("fdff:ffff::1", Private),
            ("fd00:ec2::254", Metadata), ("fd20:ce::254", Metadata), ("fd00:ec2::253", Private),
            ("fe00::1", Reserved), ("fe80::1", LinkLocal), ("febf::1", LinkLocal), ("fec0::1", Private),
            ("ff02::1", Multicast),
        ];
        for (address, kind) in cases {
            assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
        }
    }

    #[test]
    fn each_reach_admits_what_it_says() {
        let cases = [
            ("8.8.8.8", true, true),
            ("64:ff9b::8.8.8.8", true, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("::ffff:127.0.0.1", false, false),
            ("10.0.0.1", false, false),
            ("169.254.169.254", false, false),
            ("0.0.0.0", false, false),
        ];
        for (address, public, loopback) in cases {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(Reach::Public.check(address).is_ok(), public, "{address}");
            assert_eq!(
                Reach::Loopback.check(address).is_ok(),
                loopback,
                "{address}"
            );
            assert_eq!(Reach::Operator.check(address), Ok(()), "{address}");
        }
    }
}
