//! Carrying calls to MCP servers over kept-alive connections.
//!
//! On the path of every proxied call, so it does as little as it can: names are
//! resolved and addresses checked when a connection is opened, a call only takes
//! an idle one. Bodies stream through untouched both ways; a redirect is handed
//! back like any other response. HTTP/1.1, or HTTP/2 where a TLS handshake
//! agrees on it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;

use crate::{
    connector::Connector,
    dial::{Cleartext, DialError, Dialler},
    reach::Reach,
    resolve::{Resolve, SystemResolver},
};

/// How an [`UpstreamClient`] connects.
#[derive(Clone)]
pub struct UpstreamConfig {
    /// How far connections may go: `Operator` for configured servers, and
    /// `Public` for a server that a user named. Plain `http` goes anywhere for
    /// `Operator`, to this machine for `Loopback`, and nowhere for `Public`.
    pub reach: Reach,
    /// Shared TLS settings, see [`crate::tls::client_config`].
    pub tls: Arc<ClientConfig>,
    /// Who is asked for addresses.
    pub resolver: Arc<dyn Resolve>,
    /// Longest time for name, connection and TLS handshake together.
    pub connect_within: Duration,
    /// An idle connection older than this is closed, not used again.
    ///
    /// Common servers hang up after five seconds; four make it unlikely that a
    /// call is written to a connection which is being closed at the other end.
    pub idle_for: Duration,
    /// Idle connections kept per origin.
    pub idle_per_origin: usize,
}

impl UpstreamConfig {
    /// The defaults for servers of the operator's choice.
    pub fn new(tls: Arc<ClientConfig>) -> Self {
        Self {
            reach: Reach::Operator,
            tls,
            resolver: Arc::new(SystemResolver),
            connect_within: Duration::from_secs(5),
            idle_for: Duration::from_secs(4),
            idle_per_origin: 1024,
        }
    }
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No connection came about.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The connection broke before the response came.
    #[error("the upstream broke off before it answered")]
    Broken(#[source] hyper_util::client::legacy::Error),
    /// The response did not begin in time.
    #[error("the upstream did not answer in time")]
    Timeout,
}

impl SendError {
    /// Whether the upstream may have received, and acted on, the request.
    ///
    /// When it cannot have, sending it again is safe whatever it does.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Dial(_) => false,
            Self::Broken(_) | Self::Timeout => true,
        }
    }
}

/// Sends requests with bodies of type `B` upstream. Clones share the connections.
#[derive(Clone)]
pub struct UpstreamClient<B = Full<Bytes>> {
    client: Client<Connector, B>,
}

impl<B> UpstreamClient<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Opens nothing yet.
    pub fn new(config: UpstreamConfig) -> Self {
        let dialler = Dialler {
            reach: config.reach,
            cleartext: match config.reach {
                Reach::Public => Cleartext::Never,
                Reach::Loopback => Cleartext::ToLoopback,
                Reach::Operator => Cleartext::Anywhere,
            },
            resolver: config.resolver,
        };
        let protocols: &[&[u8]] = &[b"h2", b"http/1.1"];
        let connector = Connector::new(dialler, &config.tls, protocols, config.connect_within);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(config.idle_for)
            .pool_max_idle_per_host(config.idle_per_origin)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .http2_keep_alive_timeout(Duration::from_secs(20))
            .build(connector);
        Self { client }
    }

    /// Sends `request`, whose URI is absolute, and waits for the head of the response.
    ///
    /// `head_within` limits that wait, connecting included; `None` leaves it to
    /// the caller. The body of the response has no limit of its own. A `Host`
    /// header is added unless there is one.
    pub fn send(
        &self,
        mut request: Request<B>,
        head_within: Option<Duration>,
    ) -> impl Future<Output = Result<Response<Incoming>, SendError>> + Send + use<B> {
        let uri = request.uri();
        let is_absolute = uri.scheme().is_some() && uri.authority().is_some();
        // What version the caller was asked in says nothing about the upstream.
        *request.version_mut() = Version::HTTP_11;
        // Handed on at once: what waits for the answer does not carry the request as well.
        let answer = is_absolute.then(|| self.client.request(request));
        async move {
            let answer = answer.ok_or(DialError::Target)?;
            let answer = match head_within {
                None => answer.await,
                Some(limit) => match tokio::time::timeout(limit, answer).await {
                    Ok(answer) => answer,
                    Err(_) => return Err(SendError::Timeout),
                },
            };
            answer.map_err(send_error)
        }
    }
}

fn send_error(error: hyper_util::client::legacy::Error) -> SendError {
    let source = std::error::Error::source(&error);
    if let Some(dial) = source.and_then(|source| source.downcast_ref::<DialError>()) {
        return SendError::Dial(dial.clone());
    }
    SendError::Broken(error)
}
