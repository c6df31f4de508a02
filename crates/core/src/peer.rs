//! Where a request came from.

use std::net::IpAddr;

/// The network peer of a request, after trusted proxies were taken into account.
/// The listener puts it into the request's extensions; nothing else may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

/// The request was sent by a program of this very machine, and nobody forwarded it. The listener
/// puts it into the request's extensions; nothing else may. Without it a server that is exposed
/// locally does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SameMachine;
