//! What OpenID Connect Discovery section 3 adds to the metadata, where people sign in to clients.

use doorward_core::openid::{CLAIMS, userinfo_of};
use serde::Serialize;

use crate::{issuer::IssuerConfig, keys::SigningKeys};

/// Its members.
#[derive(Serialize)]
pub(super) struct OpenId {
    userinfo_endpoint: String,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    claims_supported: [&'static str; 10],
    claims_parameter_supported: bool,
}

impl OpenId {
    /// What is true now: an ID token is signed like everything else, by the active key.
    pub(super) fn of(config: &IssuerConfig, keys: &SigningKeys) -> Option<Self> {
        let algorithm = keys.algorithm().filter(|_| config.openid)?;
        Some(Self {
            userinfo_endpoint: userinfo_of(&config.issuer).to_string(),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [algorithm.as_str()],
            claims_supported: CLAIMS,
            claims_parameter_supported: false,
        })
    }
}
