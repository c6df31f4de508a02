//! TCP sockets: connecting to the first of several addresses that answers, and
//! the options that every connection gets.
//!
//! Both address families are tried, the preferred one with a head start
//! (RFC 8305), so that a host with a broken family costs a quarter of a second
//! and not the whole deadline.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use rustix::net::sockopt;
use tokio::net::TcpStream;

const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to one of `addresses`, which are never looked beyond.
pub(crate) async fn connect(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let preferred_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .iter()
        .map(|address| SocketAddr::new(*address, port))
        .partition(|address| address.is_ipv6() == preferred_v6);
    let socket = race(&preferred, &other).await?;
    tune(&socket)?;
    Ok(socket)
}

async fn race(preferred: &[SocketAddr], other: &[SocketAddr]) -> io::Result<TcpStream> {
    if other.is_empty() {
        return TcpStream::connect(preferred).await;
    }
    let mut first = pin!(TcpStream::connect(preferred));
    let late = async {
        tokio::time::sleep(HEAD_START).await;
        TcpStream::connect(other).await
    };
    tokio::select! {
        won = &mut first => match won {
            Ok(socket) => Ok(socket),
            Err(_) => TcpStream::connect(other).await,
        },
        won = late => match won {
            Ok(socket) => Ok(socket),
            Err(_) => first.await,
        },
    }
}

/// Sends small messages at once, and notices a peer that vanished under a long stream.
fn tune(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, Duration::from_secs(60))?;
    sockopt::set_tcp_keepintvl(socket, Duration::from_secs(15))?;
    Ok(())
}

/// A connected socket as hyper wants it.
///
/// Says nothing about its addresses: what a connection tells, the pooled client
/// would copy into every single response.
pub(crate) struct Socket(TokioIo<TcpStream>);

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self(TokioIo::new(stream))
    }

    fn inner(self: Pin<&mut Self>) -> Pin<&mut TokioIo<TcpStream>> {
        Pin::new(&mut self.get_mut().0)
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner().poll_read(context, buffer)
    }
}

impl Write for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner().poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner().poll_write_vectored(context, slices)
    }
}
