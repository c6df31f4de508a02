//! MCP servers behind a URL.
//!
//! A request upstream is built anew: the bytes of the message, headers from an
//! allow list, the server's own credentials. Nothing else of the caller's request
//! goes along, least of all its token (GW-01, GW-06).

mod breaker;
mod mirrors;
mod native;
mod own;
mod request;
mod session;
mod source;
mod sse;
#[cfg(test)]
pub(crate) mod testing;
mod unbroken;

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::{permit::Permit, server::ServerName};
use doorward_fetch::{SendError, UpstreamClient};
use doorward_mcp::era::Era;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use url::Url;

use super::{Fault, manner::Knowledge};
use crate::{
    catalogue::Changes,
    config::{GatewayError, GatewayLimits},
};

use self::breaker::Breaker;
pub(crate) use self::{
    mirrors::{Mirrors, annotated},
    request::{Outbound, SESSION_ID, ServerSession},
    session::HttpSession,
    sse::SseSession,
    unbroken::read_on,
};

/// One HTTP server.
pub(crate) struct HttpUpstream {
    server: ServerName,
    uri: Uri,
    own: Vec<(HeaderName, HeaderValue)>,
    client: UpstreamClient,
    caps: Caps,
    changes: Arc<Changes>,
    known: Arc<Knowledge>,
    mirrors: Mirrors,
    breaker: Breaker,
}

/// How much of it is read (GW-28).
#[derive(Clone, Copy)]
struct Caps {
    response_bytes: usize,
    message_bytes: usize,
}

/// What an HTTP server needs of others.
pub(crate) struct Around<'a> {
    pub(crate) client: UpstreamClient,
    pub(crate) limits: &'a GatewayLimits,
    pub(crate) changes: Arc<Changes>,
    pub(crate) known: Arc<Knowledge>,
}

impl HttpUpstream {
    /// Checks the endpoint and the configured headers.
    pub(crate) fn new(
        server: &ServerName,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        around: Around<'_>,
    ) -> Result<Self, GatewayError> {
        let bad_url = || GatewayError::UpstreamUrl(server.clone());
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        let uri: Uri = url.as_str().parse().map_err(|_| bad_url())?;
        if !plain {
            return Err(bad_url());
        }
        if let Some((name, _)) = headers.iter().find(|(name, _)| request::is_ours(name)) {
            return Err(GatewayError::Header(server.clone(), name.clone()));
        }
        let mut own = headers.to_vec();
        for (_, value) in &mut own {
            value.set_sensitive(true);
        }
        Ok(Self {
            server: server.clone(),
            uri,
            own,
            client: around.client,
            caps: Caps {
                response_bytes: around.limits.response_bytes,
                message_bytes: around.limits.message_bytes,
            },
            changes: around.changes,
            known: around.known,
            mirrors: Mirrors::default(),
            breaker: Breaker::new(server.clone()),
        })
    }

    /// What its tools want mirrored into headers.
    pub(crate) fn mirrors(&self) -> &Mirrors {
        &self.mirrors
    }

    /// Sends one allowed message, or an allowed GET or DELETE.
    ///
    /// In the session era a caller who leaves does not cancel what was asked: the
    /// exchange goes on without them for a while. In the stateless era it is dropped at once.
    pub(crate) async fn forward(
        &self,
        _permit: Permit,
        outbound: Outbound<'_>,
    ) -> Result<Response<Incoming>, Fault> {
        let lasts = outbound.era == Era::Session && outbound.method == Method::POST;
        let turn = self.breaker.enter()?;
        let sending = self.client.send(self.request(outbound), None);
        let sent = match lasts {
            true => unbroken::unbroken(sending).await,
            false => sending.await,
        };
        turn.settle(sent.map_err(fault))
    }

    /// It did not answer in time what every server answers soon.
    pub(crate) fn was_silent(&self) {
        self.breaker.failed();
    }

    /// Whether it is left alone, because it failed several times in a row.
    pub(crate) fn is_resting(&self) -> bool {
        self.breaker.is_open()
    }

    fn request(&self, outbound: Outbound<'_>) -> Request<Full<Bytes>> {
        let headers = request::headers(&outbound, &self.own);
        let mut request = Request::new(Full::new(outbound.body));
        *request.method_mut() = outbound.method;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = headers;
        request
    }
}

fn fault(error: SendError) -> Fault {
    let fault = match &error {
        SendError::Dial(_) => Fault::Unreachable,
        SendError::Broken(_) => Fault::Broken,
        SendError::Timeout => Fault::Timeout,
    };
    tracing::debug!(
        error = &error as &dyn std::error::Error,
        "an upstream did not answer"
    );
    fault
}
