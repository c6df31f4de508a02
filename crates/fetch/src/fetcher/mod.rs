//! Fetching one small JSON document from a host that may be hostile.
//!
//! One request on a connection of its own (nothing is reused across address
//! checks), over HTTP/1.1, under one deadline for everything from the name to
//! the last byte. Only a plain 200 with JSON in it counts: a redirect, another
//! status, another type, an encoding or a byte too many is an error that names
//! which. No error repeats anything that the host said.

mod document;
mod error;
mod exchange;

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode, Uri,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, IF_NONE_MATCH, USER_AGENT},
};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http1};
use rustls::ClientConfig;
use tower_service::Service;
use url::Url;

pub use self::{
    document::{Answer, Document},
    error::FetchError,
    exchange::{Call, Reply},
};
use crate::{
    connector::{Connector, Stream},
    dial::{Cleartext, DialError, Dialler},
    reach::Reach,
    resolve::{Resolve, SystemResolver},
    target::without_root_dot,
};

/// How a [`Fetcher`] fetches.
#[derive(Clone)]
pub struct FetcherConfig {
    /// How far it may go. Plain `http` is never enough, except to this machine
    /// and only with another reach than `Public`.
    pub reach: Reach,
    /// Shared TLS settings, see [`crate::tls::client_config`].
    pub tls: Arc<ClientConfig>,
    /// Who is asked for addresses.
    pub resolver: Arc<dyn Resolve>,
    /// Time for everything, from the name to the last byte.
    pub within: Duration,
    /// Largest acceptable document in bytes.
    pub max_bytes: usize,
    /// Hosts that are never asked, such as Doorward's own public name.
    pub refused_hosts: Vec<String>,
}

impl FetcherConfig {
    /// Five seconds, 64 KiB, the resolver of the system.
    pub fn new(reach: Reach, tls: Arc<ClientConfig>) -> Self {
        Self {
            reach,
            tls,
            resolver: Arc::new(SystemResolver),
            within: Duration::from_secs(5),
            max_bytes: 64 * 1024,
            refused_hosts: Vec::new(),
        }
    }
}

/// Fetches documents. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    connector: Connector,
    within: Duration,
    max_bytes: usize,
    refused_hosts: Arc<[String]>,
}

impl Fetcher {
    /// Opens nothing yet.
    pub fn new(config: FetcherConfig) -> Self {
        let dialler = Dialler {
            reach: config.reach,
            cleartext: match config.reach {
                Reach::Public => Cleartext::Never,
                Reach::Loopback | Reach::Operator => Cleartext::ToLoopback,
            },
            resolver: config.resolver,
        };
        Self {
            connector: Connector::new(dialler, &config.tls, &[b"http/1.1"], config.within),
            within: config.within,
            max_bytes: config.max_bytes,
            refused_hosts: config.refused_hosts.into(),
        }
    }

    /// The same, but for documents of up to `max_bytes`.
    #[must_use]
    pub fn taking(&self, max_bytes: usize) -> Self {
        Self {
            max_bytes,
            ..self.clone()
        }
    }

    /// Fetches the JSON document at `url`.
    pub async fn json(&self, url: &Url) -> Result<Document, FetchError> {
        match self.json_unless(url, None).await? {
            Answer::Changed(document) => Ok(document),
            Answer::Unchanged { .. } => Err(FetchError::Status(StatusCode::NOT_MODIFIED)),
        }
    }

    /// Fetches the JSON document at `url`, unless it is still the version that `etag` names
    /// (RFC 9110 section 13.1.2).
    pub async fn json_unless(&self, url: &Url, etag: Option<&str>) -> Result<Answer, FetchError> {
        let uri = self.admit(url)?;
        tokio::time::timeout(self.within, self.fetch(uri, etag))
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }

    /// Refuses what needs no network to be refused.
    fn admit(&self, url: &Url) -> Result<Uri, FetchError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::UserInfo);
        }
        let host = without_root_dot(url.host_str().unwrap_or_default());
        let same = |refused: &String| without_root_dot(refused).eq_ignore_ascii_case(host);
        if self.refused_hosts.iter().any(same) {
            return Err(FetchError::RefusedHost);
        }
        Uri::try_from(url.as_str()).map_err(|_| DialError::Target.into())
    }

    async fn fetch(&self, uri: Uri, etag: Option<&str>) -> Result<Answer, FetchError> {
        let request = request(&uri, etag)?;
        let read = async |response| self.read(response, etag.is_some()).await;
        self.send(uri, request, read).await
    }

    /// Sends a request on a connection of its own, and reads the answer while that is served.
    async fn send<T>(
        &self,
        uri: Uri,
        request: Request<Full<Bytes>>,
        read: impl AsyncFnOnce(Response<Incoming>) -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let stream = self.connector.clone().call(uri).await?;
        let (mut sender, connection) = handshake(stream).await?;
        let mut connection = pin!(connection);
        let mut exchange = pin!(async {
            let response = sender.send_request(request).await;
            read(response.map_err(FetchError::Response)?).await
        });
        tokio::select! {
            answer = &mut exchange => answer,
            // Closed: what it read before is still to be taken.
            _ = &mut connection => exchange.await,
        }
    }

    async fn read(
        &self,
        response: Response<Incoming>,
        conditional: bool,
    ) -> Result<Answer, FetchError> {
        match response.status() {
            StatusCode::OK => {
                let document = document::read(response, self.max_bytes).await?;
                Ok(Answer::Changed(document))
            }
            StatusCode::NOT_MODIFIED if conditional => Ok(Answer::Unchanged {
                max_age: document::max_age(response.headers()),
            }),
            status if status.is_redirection() => Err(FetchError::Redirect(status)),
            status => Err(FetchError::Status(status)),
        }
    }
}

type Connection = http1::Connection<Stream, Full<Bytes>>;

async fn handshake(
    stream: Stream,
) -> Result<(http1::SendRequest<Full<Bytes>>, Connection), FetchError> {
    http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(stream)
        .await
        .map_err(FetchError::Response)
}

fn request(uri: &Uri, etag: Option<&str>) -> Result<Request<Full<Bytes>>, FetchError> {
    let (path, host) = target(uri)?;
    let known = etag.map(|etag| (IF_NONE_MATCH, etag));
    let request = known
        .into_iter()
        .fold(Request::get(path), |request, (name, etag)| {
            request.header(name, etag)
        });
    request
        .header(HOST, host)
        .header(ACCEPT, HeaderValue::from_static("application/json"))
        .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .header(CONNECTION, HeaderValue::from_static("close"))
        .body(Full::default())
        .map_err(|_| DialError::Target.into())
}

/// What a request asks for, and whom.
fn target(uri: &Uri) -> Result<(&str, String), FetchError> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match (uri.host(), uri.port()) {
        (None, _) => Err(DialError::Target.into()),
        (Some(host), None) => Ok((path, host.to_owned())),
        (Some(host), Some(port)) => Ok((path, format!("{host}:{port}"))),
    }
}

/// Largest head of a response.
const MAX_HEAD: usize = 64 * 1024;

const AGENT: &str = concat!("doorward/", env!("CARGO_PKG_VERSION"));
