//! What OpenID Connect Discovery section 3 adds to the metadata, where people sign in to clients.

use doorward_core::{
    jwk::Algorithm,
    openid::{CLAIMS, userinfo_of},
};
use serde::Serialize;

use crate::issuer::IssuerConfig;

/// Its members.
#[derive(Serialize)]
pub(super) struct OpenId {
    userinfo_endpoint: String,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    claims_supported: [&'static str; 11],
    claims_parameter_supported: bool,
}

impl OpenId {
    /// What is true now. An ID token is signed like everything else, by the active key; that of
    /// an announced one is named ahead, so that no client meets it unprepared.
    pub(super) fn of(config: &IssuerConfig, algorithms: &[Algorithm]) -> Option<Self> {
        let names = algorithms.iter().map(|algorithm| algorithm.as_str());
        config.openid.then(|| Self {
            userinfo_endpoint: userinfo_of(&config.issuer).to_string(),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: names.collect(),
            claims_supported: CLAIMS,
            claims_parameter_supported: false,
        })
    }
}
