//! Listening, or saying clearly why not.

use std::{io::ErrorKind, net::SocketAddr};

use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens at `address`; `choose` tells how another address is chosen.
pub(crate) async fn bind(address: SocketAddr, choose: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let (cause, fix) = match error.kind() {
            ErrorKind::AddrInUse => ("another program does already", "stop that one or"),
            ErrorKind::AddrNotAvailable => (
                "this machine does not have that address",
                "write one that it has, or",
            ),
            ErrorKind::PermissionDenied => (
                "this user may not use that port",
                "take a port above 1023, or",
            ),
            _ => return Failure::new(format!("cannot listen on {address}: {error}")),
        };
        Failure::new(format!("cannot listen on {address}: {cause}"))
            .fix(format!("{fix} choose another with {choose}"))
    })
}
