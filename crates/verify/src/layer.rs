//! The tower layer: a request passes with a good token or gets a challenge.
//!
//! The service behind finds an `Arc<Principal>` in the request's extensions and
//! no `Authorization` header: the caller's token cannot travel on (R-025). A
//! refusal is decided before the body is read (R-008) and repeats nothing of the
//! request.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use doorward_core::{access::Principal, resource::Resource, scope::ScopeSet};
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode, Uri,
    header::{
        AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE,
    },
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    bearer::{BearerFault, presented},
    challenge::Challenge,
    metadata::metadata_url,
    token::{Refusal, VerifyToken},
};

/// Lets a request through only with a valid bearer token for one resource.
#[derive(Clone)]
pub struct RequireBearer {
    rules: Arc<Rules>,
}

#[derive(Clone)]
struct Rules {
    verifier: Arc<dyn VerifyToken>,
    resource: Resource,
    challenge: Challenge,
    needed: ScopeSet,
}

impl RequireBearer {
    /// Any valid token for `resource` will do. Challenges point to the metadata of
    /// the resource and name the baseline scopes.
    pub fn new(verifier: Arc<dyn VerifyToken>, resource: Resource) -> Self {
        let challenge = Challenge::new(&metadata_url(&resource), &ScopeSet::baseline());
        Self {
            rules: Arc::new(Rules {
                verifier,
                resource,
                challenge,
                needed: ScopeSet::default(),
            }),
        }
    }

    /// The same with other challenges.
    #[must_use]
    pub fn challenging(mut self, challenge: Challenge) -> Self {
        Arc::make_mut(&mut self.rules).challenge = challenge;
        self
    }

    /// The same, and the token must open all of `scopes`; with less, the caller is
    /// told to come back with these and what it already has (R-012, R-014).
    #[must_use]
    pub fn requiring(mut self, scopes: ScopeSet) -> Self {
        Arc::make_mut(&mut self.rules).needed = scopes;
        self
    }
}

impl<S> Layer<S> for RequireBearer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            rules: Arc::clone(&self.rules),
            inner,
        }
    }
}

/// A service behind [`RequireBearer`].
#[derive(Clone)]
pub struct Guarded<S> {
    rules: Arc<Rules>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<&'static str>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Call the very service that was polled ready; leave a fresh clone behind.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let rules = Arc::clone(&self.rules);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match rules.admit(&parts.uri, &parts.headers).await {
                Ok(principal) => {
                    parts.headers.remove(AUTHORIZATION);
                    parts.extensions.insert(principal);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(denial) => Ok(rules.refuse(denial)),
            }
        })
    }
}

/// Why a request does not pass.
enum Denial {
    Credentials(BearerFault),
    Token(Refusal),
    Scope(ScopeSet),
}

impl Rules {
    async fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Arc<Principal>, Denial> {
        let token = presented(uri, headers).map_err(Denial::Credentials)?;
        let verdict = match self.verifier.cached(token, &self.resource) {
            Some(verdict) => verdict,
            None => self.verifier.verify(token, &self.resource).await,
        };
        let principal = verdict.map_err(Denial::Token)?;
        if !principal.scopes.covers_all(&self.needed) {
            return Err(Denial::Scope(principal.scopes.union(&self.needed)));
        }
        Ok(principal)
    }

    fn refuse<R: From<&'static str>>(&self, denial: Denial) -> Response<R> {
        let challenge = &self.challenge;
        match denial {
            Denial::Credentials(BearerFault::Missing) => unauthorized(MISSING, challenge.missing()),
            Denial::Credentials(BearerFault::Malformed) => {
                let status = StatusCode::BAD_REQUEST;
                answer(
                    status,
                    MALFORMED,
                    (WWW_AUTHENTICATE, challenge.invalid_request()),
                )
            }
            Denial::Token(refusal @ (Refusal::Invalid(_) | Refusal::Revoked)) => {
                tracing::debug!(%refusal, "refused");
                unauthorized(INVALID, challenge.invalid_token())
            }
            Denial::Token(Refusal::Unavailable) => {
                let later = HeaderValue::from_static("10");
                answer(
                    StatusCode::SERVICE_UNAVAILABLE,
                    UNAVAILABLE,
                    (RETRY_AFTER, later),
                )
            }
            Denial::Scope(scopes) => {
                let challenge = challenge.insufficient_scope(&scopes);
                answer(
                    StatusCode::FORBIDDEN,
                    INSUFFICIENT,
                    (WWW_AUTHENTICATE, challenge),
                )
            }
        }
    }
}

fn unauthorized<R: From<&'static str>>(body: &'static str, challenge: HeaderValue) -> Response<R> {
    answer(
        StatusCode::UNAUTHORIZED,
        body,
        (WWW_AUTHENTICATE, challenge),
    )
}

fn answer<R: From<&'static str>>(
    status: StatusCode,
    body: &'static str,
    (name, value): (HeaderName, HeaderValue),
) -> Response<R> {
    let mut response = Response::new(R::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(name, value);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const MISSING: &str = r#"{"error_description":"sign in at the authorization server that the resource_metadata names, and send its token"}"#;
const MALFORMED: &str = r#"{"error":"invalid_request","error_description":"send one token, in one Authorization: Bearer header"}"#;
const INVALID: &str = r#"{"error":"invalid_token","error_description":"the token is expired, revoked or not for this resource; get a new one"}"#;
const INSUFFICIENT: &str = r#"{"error":"insufficient_scope","error_description":"ask the authorization server for the scopes in the challenge"}"#;
const UNAVAILABLE: &str = r#"{"error":"temporarily_unavailable","error_description":"tokens cannot be checked right now; try again shortly"}"#;
