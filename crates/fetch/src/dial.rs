//! Opening a TCP connection to a checked address, and to nothing else.
//!
//! ```text
//! target -> resolve once -> every address within reach? -> connect to one of these
//! ```
//!
//! One address out of reach refuses the whole name: whoever mixes public and
//! private records is trying something (DNS rebinding). The addresses that were
//! checked are the addresses that are dialled; the name is not asked again.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use http::Uri;
use tokio::net::TcpStream;

use crate::{
    reach::{AddressKind, Reach},
    resolve::Resolve,
    socket,
    target::{Host, Target},
};

/// Why no connection came about. Nothing was sent to anyone.
///
/// The text names no address and no host; causes are in `source()`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DialError {
    /// Not an absolute `http` or `https` URI with a host.
    #[error("not an absolute http or https url")]
    Target,
    /// Plain `http` where only `https` will do.
    #[error("only https is allowed here")]
    Cleartext,
    /// The host is, or resolves to, an address that must not be dialled.
    #[error("the host has an address that must not be reached ({0})")]
    Blocked(AddressKind),
    /// The name has no addresses, or its name server did not say.
    #[error("the host name could not be resolved")]
    Resolve(#[source] Arc<io::Error>),
    /// Nobody accepted the connection.
    #[error("could not connect to the host")]
    Connect(#[source] Arc<io::Error>),
    /// The other end did not prove that it is the host that was asked for.
    #[error("no secure connection to the host")]
    Tls(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// Connecting took too long.
    #[error("connecting to the host took too long")]
    Timeout,
}

/// Where `http` without TLS is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cleartext {
    Never,
    ToLoopback,
    Anywhere,
}

/// Opens connections within its reach.
pub(crate) struct Dialler {
    pub(crate) reach: Reach,
    pub(crate) cleartext: Cleartext,
    pub(crate) resolver: Arc<dyn Resolve>,
}

impl Dialler {
    /// Connects to the host of `uri`, or says why not.
    pub(crate) async fn dial(&self, uri: &Uri) -> Result<TcpStream, DialError> {
        let target = Target::of(uri).ok_or(DialError::Target)?;
        if !target.secure && self.cleartext == Cleartext::Never {
            return Err(DialError::Cleartext);
        }
        let addresses = self.addresses(&target.host).await?;
        self.check(&target, &addresses)?;
        socket::connect(&addresses, target.port)
            .await
            .map_err(|error| DialError::Connect(Arc::new(error)))
    }

    async fn addresses(&self, host: &Host<'_>) -> Result<Vec<IpAddr>, DialError> {
        let name = match host {
            Host::Address(address) => return Ok(vec![*address]),
            Host::Localhost => {
                return Ok(vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]);
            }
            Host::Name(name) => name,
        };
        let unresolved = |error| DialError::Resolve(Arc::new(error));
        let addresses = self.resolver.resolve(name).await.map_err(unresolved)?;
        if addresses.is_empty() {
            return Err(unresolved(io::ErrorKind::NotFound.into()));
        }
        Ok(addresses)
    }

    fn check(&self, target: &Target<'_>, addresses: &[IpAddr]) -> Result<(), DialError> {
        for address in addresses {
            if let Err(kind) = self.reach.check(*address) {
                tracing::debug!(?target, %address, %kind, "refused to dial");
                return Err(DialError::Blocked(kind));
            }
        }
        let local = |address: &IpAddr| AddressKind::of(*address) == AddressKind::Loopback;
        match self.cleartext {
            _ if target.secure => Ok(()),
            Cleartext::Anywhere => Ok(()),
            Cleartext::ToLoopback if addresses.iter().all(local) => Ok(()),
            Cleartext::ToLoopback | Cleartext::Never => Err(DialError::Cleartext),
        }
    }
}
