//! The front of every request: right host, known peer, no panic gets out.
//!
//! Nothing here reads a query, a header of meaning or a body; those belong to
//! issuer and gateway. What the issuer can answer at once takes no way through the routes.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::{IpAddr, SocketAddr},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwap;
use axum::{Router, body::Body, response::Response, routing::future::RouteFuture};
use bytes::Bytes;
use doorward_core::{
    certificate::PresentedCertificate,
    peer::{Peer, SameMachine},
};
use futures_util::{FutureExt, future};
use http::{HeaderMap, Method, Request, header};
use http_body::Body as _;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use ipnet::IpNet;
use tower::Service;

use super::{
    counters::Counters, forwarded, hosts::Hosts, refusal::FrontRefusal, stalled::Stallable,
};
use crate::{
    config::{Configuration, PublicUrl},
    wire::House,
};

/// What stands before the routers of one listener.
pub(super) struct Front {
    router: Router,
    /// Answers what needs no route.
    house: Option<House>,
    hosts: Option<Hosts>,
    proxies: ArcSwap<Vec<IpNet>>,
    /// Whether the operator was told of a proxy that is not among these.
    warned: AtomicBool,
    /// Whether authorities vouch for client certificates.
    authorities: AtomicBool,
    counters: Arc<Counters>,
}

impl Front {
    /// For a listener that others reach under `public_url`, with these routes of the house.
    pub(super) fn public(
        house: House,
        router: Router,
        at: (&PublicUrl, SocketAddr),
        counters: Arc<Counters>,
    ) -> Self {
        let (public_url, listen) = at;
        let hosts = Hosts::new(public_url, listen);
        Self {
            house: Some(house),
            ..Self::new(router, Some(hosts), counters)
        }
    }

    /// For the ops listener.
    pub(super) fn ops(router: Router, listen: SocketAddr, counters: Arc<Counters>) -> Self {
        Self::new(router, Hosts::local(listen), counters)
    }

    fn new(router: Router, hosts: Option<Hosts>, counters: Arc<Counters>) -> Self {
        Self {
            router: router.fallback(async || FrontRefusal::NotFound.response()),
            house: None,
            hosts,
            proxies: ArcSwap::default(),
            warned: AtomicBool::new(false),
            authorities: AtomicBool::default(),
            counters,
        }
    }

    /// Goes by this configuration from now on: whose word counts at the front, and whether
    /// certificates can lead to an authority.
    pub(super) fn trust(&self, configuration: &Configuration) {
        let proxies = configuration.trusted_proxies.clone();
        self.proxies.store(Arc::new(proxies));
        let taken = configuration.client_certificates.as_ref();
        let authorities = taken.is_some_and(|taken| !taken.authorities.is_empty());
        self.authorities.store(authorities, Ordering::Relaxed);
    }

    /// Whether anybody looks at what comes with a client certificate.
    pub(super) fn looks_at_paths(&self) -> bool {
        self.authorities.load(Ordering::Relaxed)
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The answer to come, or the front's own.
    fn answer(&self, door: &Door, request: Request<Incoming>) -> Result<Answer, FrontRefusal> {
        self.check(&request)?;
        // The router only builds futures here; they are polled where a panic is caught too.
        let routed = AssertUnwindSafe(|| self.route(door, request));
        catch_unwind(routed).map_err(|_| FrontRefusal::Broken)
    }

    fn refuse(&self, refusal: FrontRefusal) -> Response {
        match refusal {
            FrontRefusal::ForeignHost => self.counters.foreign_host(),
            FrontRefusal::Broken => self.counters.panicked(),
            FrontRefusal::Framing
            | FrontRefusal::AmbiguousHost
            | FrontRefusal::Trace
            | FrontRefusal::Connect
            | FrontRefusal::NotFound => {}
        }
        refusal.response()
    }

    fn check(&self, request: &Request<Incoming>) -> Result<(), FrontRefusal> {
        if !is_framed_once(request.headers()) {
            return Err(FrontRefusal::Framing); // GW-07
        }
        match *request.method() {
            Method::TRACE => return Err(FrontRefusal::Trace), // GW-24
            Method::CONNECT => return Err(FrontRefusal::Connect),
            _ => {}
        }
        match &self.hosts {
            Some(hosts) => hosts.check(request.uri(), request.headers()),
            None => Ok(()),
        }
    }

    fn route(&self, door: &Door, request: Request<Incoming>) -> Answer {
        if let Some(response) = self.at_once(door, &request) {
            return Answer::Now(response);
        }
        let proxies = self.proxies.load();
        let peer = forwarded::peer(door.remote, request.headers(), &proxies);
        if self.house.is_some()
            && !self.warned.load(Ordering::Relaxed)
            && forwarded::is_unnamed_proxy(door.remote, request.headers(), &proxies)
        {
            self.warn_of_proxy(door.remote);
        }
        let is_ours = forwarded::is_of_this_machine(door.remote, request.headers(), &proxies);
        let mut request = request.map(|body| Body::new(Stallable::new(body)));
        request.extensions_mut().insert(Peer(peer));
        if is_ours {
            request.extensions_mut().insert(SameMachine);
        }
        if let Some(certificate) = &door.certificate {
            // What a proxy shows is its own and speaks for none of the clients behind it.
            if !forwarded::is_proxy(door.remote, &proxies) {
                request.extensions_mut().insert(certificate.clone());
            }
        }
        Answer::Routed(self.router.clone().call(request)) // a router is always ready
    }
}

impl Front {
    /// What needs no route. A body must be read off, which the routes do.
    fn at_once(&self, door: &Door, request: &Request<Incoming>) -> Option<Response<Full<Bytes>>> {
        let house = self.house.as_ref()?;
        let peer = || forwarded::peer(door.remote, request.headers(), &self.proxies.load());
        let is_whole = request.body().is_end_stream();
        is_whole.then(|| house.at_once(request, peer)).flatten()
    }

    /// Waits for what the routes answer.
    async fn finish(self: Arc<Self>, routed: RouteFuture<Infallible>) -> Answered {
        let _waits = self.counters.waits();
        let response = match AssertUnwindSafe(routed).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => self.refuse(FrontRefusal::Broken),
        };
        self.counters.answered(response.status());
        Ok(response.map(Either::Right))
    }

    /// Tells the operator, once, that all who come through this proxy count as one peer.
    fn warn_of_proxy(&self, remote: IpAddr) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                proxy = %remote,
                "X-Forwarded-For from an address that is not in trusted_proxies is not believed: \
                 if this is your proxy, name it there, or limits take all its visitors for one"
            );
        }
    }
}

/// Whether every program sees the end of the body at the same place.
fn is_framed_once(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => {
            coding.as_bytes().eq_ignore_ascii_case(b"chunked")
                && !headers.contains_key(header::CONTENT_LENGTH)
        }
        (Some(_), Some(_)) => false,
    }
}

/// What a connection is given to send. What is whole needs no box.
type Answered = Result<Response<Either<Full<Bytes>, Body>>, Infallible>;

/// An answer, or the promise of one.
enum Answer {
    Now(Response<Full<Bytes>>),
    Routed(RouteFuture<Infallible>),
}

/// The front as one connection sees it.
pub(super) struct Door {
    pub(super) front: Arc<Front>,
    pub(super) remote: IpAddr,
    /// What the handshake proved, if it asked and the client had one.
    pub(super) certificate: Option<PresentedCertificate>,
}

impl hyper::service::Service<Request<Incoming>> for Door {
    type Response = Response<Either<Full<Bytes>, Body>>;
    type Error = Infallible;
    type Future = future::Either<Ready<Answered>, Pin<Box<dyn Future<Output = Answered> + Send>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let response = match self.front.answer(self, request) {
            Ok(Answer::Routed(routed)) => {
                let front = Arc::clone(&self.front);
                return future::Either::Right(Box::pin(front.finish(routed)));
            }
            Ok(Answer::Now(response)) => response.map(Either::Left),
            Err(refusal) => self.front.refuse(refusal).map(Either::Right),
        };
        self.front.counters.answered(response.status());
        future::Either::Left(ready(Ok(response)))
    }
}
