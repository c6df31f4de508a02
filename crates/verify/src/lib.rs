//! Guards any tower service with OAuth access tokens (RFC 6750, RFC 9068, RFC 9449, RFC 9728).
//!
//! A request comes in with a token in its `Authorization` header. The service
//! behind sees a [`Principal`](doorward_core::access::Principal) and no token, or
//! it sees nothing at all and the caller gets a challenge that says where to
//! sign in.
//!
//! ```text
//! header -> presented() -> VerifyToken::cached  (a token seen before)
//!                       -> VerifyToken::verify  parse, key, signature, claims, revocations
//!                       -> Proofs::check        (a token that is bound to a key)
//!                       -> PresentedCertificate  (a token that is bound to a certificate)
//!                       -> Principal, or Challenge (401, 403, 400), or 503
//! ```
//!
//! # Protect an axum app in five lines
//!
//! ```
//! use std::sync::Arc;
//! use axum::{Extension, Json, Router, routing::{get, post}};
//! use doorward_core::{access::Principal, resource::Resource};
//! use doorward_verify::{ProtectedResourceMetadata, RequireBearer, Verifier};
//!
//! async fn whoami(Extension(caller): Extension<Arc<Principal>>) -> String {
//!     format!("hello, {}", caller.username.as_deref().unwrap_or("program"))
//! }
//!
//! fn app() -> Result<Router, Box<dyn std::error::Error>> {
//!     let resource = Resource::from_known("https://mcp.example.com/mcp");
//!     let verifier = Verifier::trusting("https://auth.example.com")?;
//!     let metadata = ProtectedResourceMetadata::new(&resource, "https://auth.example.com");
//!     let guarded = Router::new().route("/mcp", post(whoami)).layer(RequireBearer::new(Arc::new(verifier), resource));
//!     Ok(guarded.route(&metadata.path(), get(Json(metadata))))
//! }
//! ```
//!
//! [`Verifier::trusting`] reads the issuer's keys over the network when the first
//! token arrives. Where that does not fit, build a [`Verifier`] over any
//! [`KeySource`] and any [`Clock`](doorward_core::clock::Clock), and share its
//! [`Revocations`](doorward_core::revocation::Revocations) with whoever revokes.
//!
//! A token that is bound to a key is refused as a bearer token, always. To take it as what
//! it is, with the DPoP proof of its key, add [`RequireBearer::proving`]; a proof that is for
//! one body only is refused unless the service behind says that it checks that
//! ([`RequireBearer::judging_content`]).
//!
//! A token that is bound to a client certificate (RFC 8705) passes only when the request's
//! extensions hold the [`PresentedCertificate`](doorward_core::certificate::PresentedCertificate)
//! of that thumbprint: whoever accepts the TLS connections puts it there, from the handshake
//! and from nothing else. Without one, every such token is refused. Whether it is still valid
//! on a connection that lasts is theirs to watch, too.
//!
//! A browser's preflight carries no token: put the CORS layer outside
//! [`RequireBearer`], and let it expose `WWW-Authenticate`.

mod bearer;
mod challenge;
mod claims;
mod jwks;
mod jws;
mod layer;
mod memory;
mod metadata;
mod proofs;
mod token;
mod verifier;

pub use bearer::{BearerFault, Credentials, credentials, presented};
pub use challenge::{Challenge, Lines};
pub use jwks::{InvalidIssuer, JwksKeys};
pub use layer::{Guarded, RequireBearer};
pub use memory::{Owner, ProcessMemory, ProofMemory, Unremembered};
pub use metadata::{ProtectedResourceMetadata, metadata_path, metadata_url};
pub use proofs::{BoundCall, DPOP, DPOP_NONCE, Proofs, Unproven};
pub use token::{KeySource, KeysUnavailable, Refusal, VerifyToken};
pub use verifier::{SystemClock, TrustError, Verifier, VerifierConfig};
