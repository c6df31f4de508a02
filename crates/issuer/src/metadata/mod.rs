//! Authorization server metadata (RFC 8414) and the key set (RFC 7517).
//!
//! Clients look in many places: inserted and appended path forms, the OpenID
//! Connect name, under the path of the MCP endpoint itself (interop 6, 23). Every
//! place serves the same bytes, and a place that names something unknown is a
//! 404, never somebody else's document. It lists exactly what exists.

mod aliases;
mod document;
mod http;
mod openid;
mod quirk;
mod wire;

pub(crate) use document::Document;
pub(crate) use http::{at_endpoint, at_issuer, at_once, at_suffix, at_whole, keys};

use self::openid::OpenId;
use doorward_core::{id::KeyId, jwk::Algorithm, time::UnixTime};
use serde::Serialize;

use crate::{issuer::IssuerConfig, keys::SigningKeys};

/// The name of the document (RFC 8414 section 3).
pub(crate) const OAUTH: &str = "/.well-known/oauth-authorization-server";
/// The name that OpenID Connect gave it.
pub(crate) const OPENID: &str = "/.well-known/openid-configuration";

/// The document, byte for byte as every location serves it; where the operator wants it, with
/// all of it signed in `signed_metadata` (RFC 8414 section 2.1): who fetched it through something
/// that it does not trust can check it with a key that it trusts.
pub(crate) struct SignedMetadata {
    /// The document.
    pub(crate) document: Document,
    /// What it says to clients that break on the announcement of `iss` (interop 25): neither
    /// that nor the signature that repeats it.
    pub(crate) unannounced: Document,
    /// The key that signed it.
    pub(crate) signed_by: Option<KeyId>,
    /// What it says that ID tokens are signed with.
    pub(crate) algorithms: Vec<Algorithm>,
}

/// The claims are the members themselves; RFC 8414 demands `iss` besides.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    #[serde(flatten)]
    metadata: &'a wire::Metadata<'a>,
}

impl SignedMetadata {
    /// The document of an issuer with this configuration.
    pub(crate) fn new(config: &IssuerConfig, keys: &SigningKeys, now: UnixTime) -> Self {
        let (signed_by, algorithms) = (keys.signing(), keys.algorithms());
        let described = || wire::Metadata::of(config, OpenId::of(config, &algorithms));
        let unannounced = described().without_announced_issuer();
        let mut metadata = described();
        metadata.signed_metadata = signature(config, &metadata, keys, now);
        Self {
            document: Document::new(bytes(&metadata)),
            unannounced: Document::new(bytes(&unannounced)).for_one(),
            signed_by,
            algorithms,
        }
    }
}

/// All of `metadata` as a JWT, where the operator wants one. Without it the document says the
/// same; none is promised then.
fn signature(
    config: &IssuerConfig,
    metadata: &wire::Metadata<'_>,
    keys: &SigningKeys,
    now: UnixTime,
) -> Option<String> {
    let claims = Claims {
        iss: &config.issuer,
        iat: now.seconds(),
        metadata,
    };
    let wanted = config.signed_metadata.then_some(METADATA_TYPE);
    wanted.and_then(|typ| keys.sign(typ, &claims).ok())
}

fn bytes(metadata: &wire::Metadata<'_>) -> Vec<u8> {
    // INVARIANT: a struct of strings serialises
    serde_json::to_vec(metadata).unwrap_or_default()
}

/// The `typ` of signed metadata, so that it cannot pass for a token (RFC 8725 section 3.11).
const METADATA_TYPE: &str = "oauth-authorization-server-metadata+jwt";
