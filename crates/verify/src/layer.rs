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

use doorward_core::{
    access::Principal,
    certificate::PresentedCertificate,
    dpop::{ContentDigest, Mismatch, Nonces, Policy, ProofFault, Scheme, demanded},
    jwk::Thumbprint,
    resource::Resource,
    scope::ScopeSet,
};
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{
        AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE,
    },
    request::Parts,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    bearer::{BearerFault, Credentials, presented},
    challenge::{Challenge, Lines},
    memory::Owner,
    metadata::metadata_url,
    proofs::{BoundCall, DPOP, Proofs, Unproven},
    token::{Refusal, VerifyToken},
};

/// Lets a request through only with a valid token for one resource.
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
    proving: Option<Proving>,
    /// Whether the service behind holds calls to the details of their token.
    details_judged: bool,
    /// Whether it holds bodies to the digest in their proof.
    content_judged: bool,
}

/// How tokens that are bound to a key are taken.
#[derive(Clone)]
struct Proving {
    proofs: Proofs,
    policy: Policy,
    nonces: Option<Nonces>,
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
                proving: None,
                details_judged: false,
                content_judged: false,
            }),
        }
    }

    /// The same, and tokens that are bound to a key are taken with its proof (RFC 9449), too
    /// or only. A proof is for the URL of the resource, or for the path of the request at its
    /// origin.
    #[must_use]
    pub fn proving(mut self, proofs: Proofs, policy: Policy) -> Self {
        let rules = Arc::make_mut(&mut self.rules);
        rules.challenge = rules.challenge.clone().offering_dpop(policy);
        let nonces = None;
        rules.proving = Some(Proving {
            proofs,
            policy,
            nonces,
        });
        self
    }

    /// The same, and proofs must carry one of `nonces` (RFC 9449 section 9). Without
    /// [`RequireBearer::proving`] before it nothing changes.
    #[must_use]
    pub fn demanding(mut self, nonces: Nonces) -> Self {
        if let Some(proving) = &mut Arc::make_mut(&mut self.rules).proving {
            proving.nonces = Some(nonces);
        }
        self
    }

    /// The same, and tokens for single calls only (`authorization_details`, RFC 9396) pass as
    /// well: the service behind must hold every call to `Principal::details`. Without this
    /// such a token is refused, because its scopes alone would open more than it is for.
    #[must_use]
    pub fn judging_details(mut self) -> Self {
        Arc::make_mut(&mut self.rules).details_judged = true;
        self
    }

    /// The same, and proofs that are for one body only (`content_digest`) pass as well: the
    /// service behind finds the [`ContentDigest`] in the extensions of the request and must
    /// refuse any other body ([`ContentDigest::is_of`]). Without this such a proof is refused:
    /// the layer never reads a body, and what a client had promised to it is not dropped.
    #[must_use]
    pub fn judging_content(mut self) -> Self {
        Arc::make_mut(&mut self.rules).content_judged = true;
        self
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
            let nonce = rules.nonce(&parts);
            let mut response = match rules.admit(&parts).await {
                Ok((principal, content)) => {
                    parts.headers.remove(AUTHORIZATION);
                    parts.headers.remove(DPOP); // X-022
                    parts.extensions.insert(principal);
                    if let Some(content) = content {
                        parts.extensions.insert(content);
                    }
                    inner.call(Request::from_parts(parts, body)).await?
                }
                Err(denial) => rules.refuse(denial),
            };
            response.headers_mut().extend(nonce);
            Ok(response)
        })
    }
}

/// Why a request does not pass.
enum Denial {
    Credentials(BearerFault),
    Token(Refusal, Scheme),
    Kind(Mismatch),
    Proof(Unproven),
    Scope(ScopeSet, Scheme),
}

impl Rules {
    /// Who calls, and which body the proof is for, if it says so.
    async fn admit(
        &self,
        parts: &Parts,
    ) -> Result<(Arc<Principal>, Option<ContentDigest>), Denial> {
        let sent = presented(&parts.uri, &parts.headers).map_err(Denial::Credentials)?;
        if sent.scheme == Scheme::Dpop && self.proving.is_none() {
            return Err(Denial::Credentials(BearerFault::Missing)); // a scheme that is not offered
        }
        let verdict = match self.verifier.cached(sent.token, &self.resource) {
            Some(verdict) => verdict,
            None => self.verifier.verify(sent.token, &self.resource).await,
        };
        let principal = verdict.map_err(|refusal| Denial::Token(refusal, sent.scheme))?;
        let policy = self.proving.as_ref().map(|proving| proving.policy);
        let confirmation = principal.confirmation.as_ref();
        let shown = parts.extensions.get().map(PresentedCertificate::thumbprint);
        let policy = policy.unwrap_or_default();
        let key = demanded(policy, sent.scheme, confirmation, shown);
        let content = match key.map_err(Denial::Kind)? {
            Some(key) => self.prove(parts, sent, (&principal, key)).await?,
            None => None,
        };
        let narrowed = !principal.details.is_empty() && !self.details_judged;
        if narrowed || !principal.scopes.covers_all(&self.needed) {
            let scopes = principal.scopes.union(&self.needed);
            return Err(Denial::Scope(scopes, sent.scheme));
        }
        Ok((principal, content))
    }

    /// Checks the proof of a bound token. Returns the body that it is for.
    async fn prove(
        &self,
        parts: &Parts,
        sent: Credentials<'_>,
        (principal, key): (&Principal, &Thumbprint),
    ) -> Result<Option<ContentDigest>, Denial> {
        // INVARIANT: nothing is bound to a key unless its scheme is offered.
        let proving = self.proving.as_ref();
        let proving = proving.ok_or(Denial::Credentials(BearerFault::Missing))?;
        let resource = self.resource.as_str();
        let start = resource.find("://").map_or(0, |scheme| scheme + 3);
        let rest = resource.get(start..).unwrap_or_default();
        let origin = rest.find('/').and_then(|end| resource.get(..start + end));
        let at_path = format!("{}{}", origin.unwrap_or(resource), parts.uri.path());
        let call = BoundCall {
            method: parts.method.as_str(),
            targets: &[resource, &at_path],
            headers: &parts.headers,
            token: sent.token,
            key,
            owner: Owner::of(principal),
            nonces: proving.nonces.as_ref(),
        };
        let proof = proving.proofs.check(&call).await.map_err(Denial::Proof)?;
        match proof.content {
            Some(_) if !self.content_judged => Err(Denial::Proof(ProofFault::Content.into())), // X-020
            content => Ok(content),
        }
    }

    /// The nonce for the next proof, for callers who prove.
    fn nonce(&self, parts: &Parts) -> Option<(HeaderName, HeaderValue)> {
        let proving = self.proving.as_ref();
        let proving = proving.filter(|_| parts.headers.contains_key(DPOP))?;
        proving.proofs.nonce(proving.nonces.as_ref()?)
    }

    fn refuse<R: From<&'static str>>(&self, denial: Denial) -> Response<R> {
        let challenge = &self.challenge;
        match denial {
            Denial::Credentials(BearerFault::Missing) => {
                unauthorized(MISSING, &challenge.missing())
            }
            Denial::Credentials(BearerFault::Malformed) => {
                let line = challenge.invalid_request();
                answer(
                    StatusCode::BAD_REQUEST,
                    MALFORMED,
                    WWW_AUTHENTICATE,
                    &[line],
                )
            }
            Denial::Token(refusal @ (Refusal::Invalid(_) | Refusal::Revoked), scheme) => {
                tracing::debug!(%refusal, "refused");
                unauthorized(INVALID, &challenge.invalid_token(scheme))
            }
            Denial::Kind(mismatch) => {
                tracing::debug!(%mismatch, "refused");
                unauthorized(INVALID, &challenge.invalid_token(mismatch.scheme()))
            }
            Denial::Proof(Unproven::Fault(fault)) => {
                tracing::debug!(%fault, "refused");
                unauthorized(UNPROVEN, &challenge.unproven(fault))
            }
            Denial::Token(Refusal::Unavailable | Refusal::Unknown, _)
            | Denial::Proof(Unproven::Unjudged(_)) => {
                let later = HeaderValue::from_static("10");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                answer(status, UNAVAILABLE, RETRY_AFTER, &[later])
            }
            Denial::Scope(scopes, scheme) => {
                let line = challenge.insufficient_scope(&scopes, scheme);
                answer(
                    StatusCode::FORBIDDEN,
                    INSUFFICIENT,
                    WWW_AUTHENTICATE,
                    &[line],
                )
            }
        }
    }
}

fn unauthorized<R: From<&'static str>>(body: &'static str, challenges: &Lines) -> Response<R> {
    answer(StatusCode::UNAUTHORIZED, body, WWW_AUTHENTICATE, challenges)
}

fn answer<R: From<&'static str>>(
    status: StatusCode,
    body: &'static str,
    name: HeaderName,
    values: &[HeaderValue],
) -> Response<R> {
    let mut response = Response::new(R::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for value in values {
        headers.append(&name, value.clone());
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const MISSING: &str = r#"{"error_description":"sign in at the authorization server that the resource_metadata names, and send its token"}"#;
const MALFORMED: &str = r#"{"error":"invalid_request","error_description":"send one token, in one Authorization header"}"#;
const INVALID: &str = r#"{"error":"invalid_token","error_description":"the token is expired, revoked or not for this resource; get a new one"}"#;
const UNPROVEN: &str = r#"{"error":"invalid_dpop_proof","error_description":"the challenge says what is wrong with the proof in the DPoP header"}"#;
const INSUFFICIENT: &str = r#"{"error":"insufficient_scope","error_description":"ask the authorization server for the scopes in the challenge"}"#;
const UNAVAILABLE: &str = r#"{"error":"temporarily_unavailable","error_description":"tokens cannot be checked right now; try again shortly"}"#;
