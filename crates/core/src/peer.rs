//! Where a request came from.

use std::net::IpAddr;

/// The network peer of a request, after trusted proxies were taken into account.
/// The listener puts it into the request's extensions; nothing else may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);
