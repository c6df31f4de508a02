//! The metadata document.

use doorward_core::{
    client::GrantType,
    details::MCP_TOOL,
    dpop,
    jwt_bearer::{ID_JAG_PROFILE, Trust},
    registration::CertificateOffer,
    scope::{OPENID, PROFILE, READ, WRITE},
    step_up::Acr,
};
use serde::Serialize;

use super::{aliases::Aliases, openid::OpenId};
use crate::issuer::{DynamicRegistration, IssuerConfig};

/// RFC 8414 section 2, with RFC 9207. A member that is absent names a feature that is absent.
#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    request_object_signing_alg_values_supported: [&'static str; 4],
    token_endpoint: String,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    revocation_endpoint: String,
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    introspection_signing_alg_values_supported: [&'static str; 3],
    device_authorization_endpoint: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 2],
    grant_types_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_grant_profiles_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    client_id_metadata_document_supported: bool,
    code_challenge_methods_supported: [&'static str; 1],
    dpop_signing_alg_values_supported: [&'static str; 4],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_response_iss_parameter_supported: Option<bool>,
    prompt_values_supported: [&'static str; 4],
    authorization_details_types_supported: [&'static str; 1],
    acr_values_supported: Vec<&'static str>,
    #[serde(flatten)]
    openid: Option<OpenId>,
    /// All other members, as a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signed_metadata: Option<String>,
}

const AUTHENTICATION: [&str; 4] = [
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];
/// The same without what proves nothing.
const CONFIDENTIAL: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];
/// What assertions and requests of clients may be signed with.
const ASSERTIONS: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "RS256"];
/// What our own keys sign with, each while it is the current one.
const SIGNATURES: [&str; 3] = ["ES256", "EdDSA", "RS256"];

impl<'a> Metadata<'a> {
    pub(super) fn of(config: &'a IssuerConfig, openid: Option<OpenId>) -> Self {
        let registers = config.dynamic_registration != DynamicRegistration::Off;
        let at = |path: &str| format!("{}{path}", config.issuer);
        let offer = config.certificate_offer();
        let with_certificates = |methods: &[&'static str]| [methods, offer.methods()].concat();
        Self {
            issuer: &config.issuer,
            authorization_endpoint: at("/authorize"),
            pushed_authorization_request_endpoint: at("/par"),
            request_parameter_supported: true,
            request_uri_parameter_supported: false, // only those of /par, AZ-16
            request_object_signing_alg_values_supported: ASSERTIONS,
            token_endpoint: at("/token"),
            jwks_uri: at("/jwks"),
            registration_endpoint: registers.then(|| at("/register")),
            revocation_endpoint: at("/revoke"),
            introspection_endpoint: at("/introspect"),
            introspection_endpoint_auth_methods_supported: with_certificates(&CONFIDENTIAL),
            introspection_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
            introspection_signing_alg_values_supported: SIGNATURES, // RFC 9701 section 7
            device_authorization_endpoint: at("/device_authorization"), // RFC 8628 section 4
            scopes_supported: scopes(openid.as_ref()),
            response_types_supported: ["code"],
            response_modes_supported: ["query", "form_post"],
            grant_types_supported: grant_types(config).map(GrantType::as_str).collect(),
            authorization_grant_profiles_supported: profiles(config),
            token_endpoint_auth_methods_supported: with_certificates(&AUTHENTICATION), // A-005, interop 5
            token_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
            revocation_endpoint_auth_methods_supported: with_certificates(&AUTHENTICATION),
            revocation_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
            client_id_metadata_document_supported: config.client_documents.is_some(),
            code_challenge_methods_supported: ["S256"], // A-004, interop 7
            dpop_signing_alg_values_supported: dpop::ALGORITHMS,
            tls_client_certificate_bound_access_tokens: offer != CertificateOffer::Nothing,
            mtls_endpoint_aliases: config
                .certificate_alias()
                .map(|url| Aliases::under(url, openid.is_some())),
            authorization_response_iss_parameter_supported: Some(true),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            authorization_details_types_supported: [MCP_TOOL], // RFC 9396 section 10
            acr_values_supported: config.sign_ins().map(Acr::as_str).collect(),
            openid,
            signed_metadata: None,
        }
    }

    /// RFC 9207 section 3: nothing is announced, whatever the answers carry.
    pub(super) fn without_announced_issuer(self) -> Self {
        Self {
            authorization_response_iss_parameter_supported: None,
            ..self
        }
    }
}

/// What a request may name.
fn scopes(openid: Option<&OpenId>) -> Vec<&'static str> {
    let person = openid.map(|_| [OPENID, PROFILE]);
    [READ, WRITE]
        .into_iter()
        .chain(person.into_iter().flatten())
        .collect()
}

/// Assertions are a grant where somebody's are trusted.
fn grant_types(config: &IssuerConfig) -> impl Iterator<Item = GrantType> {
    let assertions = !config.trusted_issuers.is_empty();
    GrantType::all().filter(move |grant| *grant != GrantType::JwtBearer || assertions)
}

/// ID-JAGs are taken where an identity provider is trusted for them.
fn profiles(config: &IssuerConfig) -> Vec<&'static str> {
    let mut issuers = config.trusted_issuers.iter();
    let provider = issuers.any(|issuer| matches!(issuer.trust, Trust::IdJag(_)));
    provider.then_some(ID_JAG_PROFILE).into_iter().collect()
}
