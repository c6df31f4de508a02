//! The front of every request: right host, known peer, no panic gets out.
//!
//! Nothing here reads a query, a header of meaning or a body; those belong to
//! issuer and gateway. What the issuer can answer at once takes no way through the routes.

use std::{
    convert::Infallible,
    future::ready,
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
use doorward_core::{certificate::PresentedCertificate, peer::Peer};
use futures_util::FutureExt;
use http::{Method, Request};
use http_body::Body as _;
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
    /// For the listener that everyone reaches.
    pub(super) fn public(
        house: House,
        public_url: &PublicUrl,
        listen: SocketAddr,
        counters: Arc<Counters>,
    ) -> Self {
        let hosts = Hosts::new(public_url, listen);
        Self {
            house: Some(house.clone()),
            ..Self::new(house.router(), Some(hosts), counters)
        }
    }

    /// For the listener that asks for client certificates.
    pub(super) fn programs(
        house: House,
        public_url: &PublicUrl,
        listen: SocketAddr,
        counters: Arc<Counters>,
    ) -> Self {
        let hosts = Hosts::new(public_url, listen);
        Self {
            house: Some(house.clone()),
            ..Self::new(house.router_for_programs(), Some(hosts), counters)
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
            FrontRefusal::AmbiguousHost
            | FrontRefusal::Trace
            | FrontRefusal::Connect
            | FrontRefusal::NotFound => {}
        }
        refusal.response()
    }

    fn check(&self, request: &Request<Incoming>) -> Result<(), FrontRefusal> {
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
        let proxies = self.proxies.load();
        let peer = forwarded::peer(door.remote, request.headers(), &proxies);
        if self.house.is_some()
            && forwarded::is_unnamed_proxy(door.remote, request.headers(), &proxies)
        {
            self.warn_of_proxy(door.remote);
        }
        // A body must be read off, which the routes do.
        let house = self
            .house
            .as_ref()
            .filter(|_| request.body().is_end_stream());
        if let Some(response) = house.and_then(|house| house.at_once(&request, peer)) {
            return Answer::Now(response);
        }
        let mut request = request.map(|body| Body::new(Stallable::new(body)));
        request.extensions_mut().insert(Peer(peer));
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

/// An answer, or the promise of one.
enum Answer {
    Now(Response),
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
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let front = Arc::clone(&self.front);
        let answer = match front.answer(self, request) {
            Ok(Answer::Now(response)) => {
                front.counters.answered(response.status());
                return Box::pin(ready(Ok(response)));
            }
            Ok(Answer::Routed(routed)) => Ok(routed),
            Err(refusal) => Err(refusal),
        };
        Box::pin(async move {
            let response = match answer {
                Ok(routed) => match AssertUnwindSafe(routed).catch_unwind().await {
                    Ok(Ok(response)) => response,
                    Ok(Err(never)) => match never {},
                    Err(_) => front.refuse(FrontRefusal::Broken),
                },
                Err(refusal) => front.refuse(refusal),
            };
            front.counters.answered(response.status());
            Ok(response)
        })
    }
}
