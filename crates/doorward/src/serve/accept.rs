//! Accepting connections, as many as fit.

use std::{
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use super::{
    Drain, connection,
    front::{Door, Front},
    room::Room,
    tls,
};

/// A TLS handshake must be complete this soon.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What was sent and is not acknowledged or not read for this long ends the connection.
#[cfg(target_os = "linux")]
const UNREAD: u32 = 60_000;

/// What connections are accepted with.
#[derive(Clone)]
pub(crate) struct Accepting {
    /// Who answers.
    pub(super) front: Arc<Front>,
    /// TLS, when it ends here.
    pub(super) tls: Option<TlsAcceptor>,
    /// Where connections have their places.
    pub(super) room: Room,
    /// When to stop.
    pub(super) drain: Drain,
    /// What still runs.
    pub(super) connections: TaskTracker,
}

/// Accepts until the drain begins. A full house waits instead of refusing.
pub(crate) async fn accept(listener: TcpListener, accepting: Accepting) {
    loop {
        let Some(place) = accepting.room.place().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = accepting.drain.begun() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let one = accepting.clone();
                accepting.connections.spawn(async move {
                    let _open = one.front.counters().connected();
                    if let Err(error) = one.serve(stream).await {
                        tracing::debug!(%error, "connection not served");
                    }
                    drop(place);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

impl Accepting {
    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let remote = stream.peer_addr()?.ip();
        stream.set_nodelay(true)?;
        rustix::net::sockopt::set_socket_keepalive(&stream, true)?;
        #[cfg(target_os = "linux")]
        rustix::net::sockopt::set_tcp_user_timeout(&stream, UNREAD)?;
        let (front, drain) = (Arc::clone(&self.front), self.drain.clone());
        let door = Door {
            front,
            remote,
            certificate: None,
        };
        match &self.tls {
            None => connection::serve(stream, door, drain).await,
            // Boxed, so that connections without TLS are not as large as those with it.
            Some(tls) => Box::pin(encrypted(tls, stream, (door, drain))).await?,
        }
        Ok(())
    }
}

async fn encrypted(
    tls: &TlsAcceptor,
    stream: TcpStream,
    (door, drain): (Door, Drain),
) -> io::Result<()> {
    let stream = timeout(HANDSHAKE, tls.accept(stream)).await??;
    let path = door.front.looks_at_paths();
    let certificate = tls::presented(stream.get_ref().1, path);
    let door = Door {
        certificate,
        ..door
    };
    connection::serve(stream, door, drain).await;
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}
