//! Issuers elsewhere whose assertions count as grants here (RFC 7523 section 2.1).

use doorward_core::{jwk::ForeignKeys, jwt_bearer::Trust};
use url::Url;

/// One issuer, its keys, and what it is trusted for.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustedIssuer {
    /// Its identifier, as `iss` says it.
    pub issuer: String,
    /// The keys that it signs with.
    pub keys: IssuerKeys,
    /// What it is trusted for.
    pub trust: Trust,
}

/// Where the keys of an issuer are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerKeys {
    /// Written down by the operator.
    Inline(ForeignKeys),
    /// Fetched when they are needed.
    At(Url),
}
