//! Servers on loopback: one that speaks HTTP, one that says exactly what it is told.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};
use tokio_rustls::TlsAcceptor;

use crate::world::PATIENCE;

pub(crate) type AnyBody = UnsyncBoxBody<Bytes, hyper::Error>;

/// A running server and what it has seen.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    opened: watch::Receiver<usize>,
    closed: watch::Receiver<usize>,
}

impl Server {
    /// Answers every request with what `answer` makes of it.
    pub(crate) async fn http(
        answer: impl Fn(Request<Incoming>) -> Response<AnyBody> + Clone + Send + 'static,
    ) -> Self {
        Self::accept(move |socket| speak(socket, answer.clone())).await
    }

    /// The same behind TLS, as `docs.example`.
    pub(crate) async fn https(
        tls: Arc<ServerConfig>,
        answer: impl Fn(Request<Incoming>) -> Response<AnyBody> + Clone + Send + 'static,
    ) -> Self {
        let acceptor = TlsAcceptor::from(tls);
        Self::accept(move |socket| {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            async move {
                if let Ok(stream) = acceptor.accept(socket).await {
                    speak(stream, answer).await;
                }
            }
        })
        .await
    }

    /// Reads the head of one request, writes `bytes`, and hangs up.
    pub(crate) async fn raw(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::accept(move |mut socket| {
            let bytes = bytes.clone();
            async move {
                read_head(&mut socket).await;
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
                drain(socket).await;
            }
        })
        .await
    }

    /// Writes `bytes` after the head of the request, and then never another one.
    pub(crate) async fn stalling(bytes: &'static [u8]) -> Self {
        Self::accept(move |mut socket| async move {
            read_head(&mut socket).await;
            let _ = socket.write_all(bytes).await;
            drain(socket).await;
        })
        .await
    }

    async fn accept<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, opened) = watch::channel(0);
        let (close, closed) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                open.send_modify(|count| *count += 1);
                let (served, close) = (serve(socket), close.clone());
                tokio::spawn(async move {
                    served.await;
                    close.send_modify(|count| *count += 1);
                });
            }
        });
        Self {
            address,
            opened,
            closed,
        }
    }

    /// Connections accepted so far.
    pub(crate) fn connections(&self) -> usize {
        *self.opened.borrow()
    }

    /// Waits until so many connections have ended.
    pub(crate) async fn closed(&mut self, count: usize) {
        let closed = self.closed.wait_for(|closed| *closed >= count);
        let closed = tokio::time::timeout(PATIENCE, closed).await;
        closed.expect("the connection is closed in time").unwrap();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn read_head(socket: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}

/// Reads until the client hangs up; unread bytes would turn the end into a reset.
async fn drain(mut socket: TcpStream) {
    let _ = tokio::io::copy(&mut socket, &mut tokio::io::sink()).await;
}

async fn speak<S>(stream: S, answer: impl Fn(Request<Incoming>) -> Response<AnyBody>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let response = answer(request);
        async move { Ok::<_, Infallible>(response) }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// A body that is all there.
pub(crate) fn full(bytes: impl Into<Bytes>) -> AnyBody {
    let full = http_body_util::Full::new(bytes.into());
    full.map_err(|never| match never {}).boxed_unsync()
}

/// A body that is fed from outside, one frame per message.
pub(crate) struct Fed(pub(crate) mpsc::UnboundedReceiver<Bytes>);

pub(crate) fn fed() -> (mpsc::UnboundedSender<Bytes>, Fed) {
    let (feed, rest) = mpsc::unbounded_channel();
    (feed, Fed(rest))
}

impl Body for Fed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.0
            .poll_recv(context)
            .map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}
