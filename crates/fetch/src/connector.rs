//! The guarded dialler in the shape that hyper and rustls expect.
//!
//! [`Guarded`] opens sockets, hyper-rustls puts TLS on top where the scheme says
//! so, and [`Connector`] limits the time of both and gives every failure one type.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{DefaultServerNameResolver, HttpsConnector, MaybeHttpsStream};
use rustls::ClientConfig;
use tower_service::Service;

use crate::{
    dial::{DialError, Dialler},
    socket::Socket,
    target::Target,
};

type Dialling<T> = Pin<Box<dyn Future<Output = Result<T, DialError>> + Send>>;

/// An open connection, with TLS or without.
pub(crate) type Stream = MaybeHttpsStream<Socket>;

/// Opens guarded connections, with TLS for `https`, within a time limit.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<Guarded>,
    within: Duration,
}

impl Connector {
    /// `protocols` are offered in the TLS handshake, best first.
    pub(crate) fn new(
        dialler: Dialler,
        tls: &ClientConfig,
        protocols: &[&[u8]],
        within: Duration,
    ) -> Self {
        let mut tls = tls.clone();
        tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let names = Arc::new(DefaultServerNameResolver::default());
        let guarded = Guarded(Arc::new(dialler));
        let https = HttpsConnector::new(guarded, tls, false, names);
        Self { https, within }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = DialError;
    type Future = Dialling<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        if Target::of(&uri).is_none() {
            return Box::pin(std::future::ready(Err(DialError::Target)));
        }
        let connecting = self.https.call(uri);
        let within = self.within;
        Box::pin(async move {
            match tokio::time::timeout(within, connecting).await {
                Ok(connected) => connected.map_err(dial_error),
                Err(_) => Err(DialError::Timeout),
            }
        })
    }
}

/// What is not the dialler's own error happened in the TLS handshake.
fn dial_error(error: Box<dyn std::error::Error + Send + Sync>) -> DialError {
    match error.downcast::<DialError>() {
        Ok(error) => *error,
        Err(error) => DialError::Tls(error.into()),
    }
}

/// Opens guarded sockets, without TLS.
#[derive(Clone)]
struct Guarded(Arc<Dialler>);

impl Service<Uri> for Guarded {
    type Response = Socket;
    type Error = DialError;
    type Future = Dialling<Socket>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialler = Arc::clone(&self.0);
        Box::pin(async move { dialler.dial(&uri).await.map(Socket::new) })
    }
}
