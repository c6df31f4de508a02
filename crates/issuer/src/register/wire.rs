//! What a registered client is told: exactly what was stored.

use doorward_core::{
    certificate::ExpectedSubject,
    client::{
        CertificateSet, Client, ClientAuthentication, ClientKeys, GrantType, OwnCertificates,
        PrivateKey, Software,
    },
    jwk::{Algorithm, PublicKeySet},
    registration::application_type,
    scope::ScopeSet,
    secret::Secret,
};
use serde::{Deserialize, Serialize};

/// RFC 7591 section 3.2.1.
#[derive(Serialize)]
pub(super) struct Registered<'a> {
    client_id: &'a str,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    client_name: &'a str,
    redirect_uris: Vec<&'a str>,
    grant_types: Vec<&'static str>,
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
    #[serde(flatten)]
    expected_subject: Option<&'a ExpectedSubject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<Keys<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_object_signing_alg: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dpop_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    require_pushed_authorization_requests: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    require_signed_request_object: bool,
    application_type: &'static str,
    #[serde(flatten)]
    openid: Option<OpenId>,
    #[serde(flatten)]
    software: Described<'a>,
    scope: String,
    #[serde(flatten)]
    management: Option<Management<'a>>,
}

/// Of a registration, the scopes that it asks for.
#[derive(Default, Deserialize)]
struct Scoped {
    #[serde(default)]
    scope: Option<String>,
}

/// What its ID tokens are like, whatever it asked for (OpenID Connect Registration section 2).
#[derive(Serialize)]
struct OpenId {
    id_token_signed_response_alg: &'static str,
    subject_type: &'static str,
}

/// How a client manages its registration (RFC 7592 section 3).
#[derive(Serialize)]
struct Management<'a> {
    registration_access_token: &'a str,
    registration_client_uri: &'a str,
}

impl<'a> Registered<'a> {
    pub(super) fn of(client: &'a Client, secret: Option<&'a Secret>) -> Self {
        let (jwks, jwks_uri) = keys(client);
        let expected_subject = match &client.authentication {
            ClientAuthentication::Certificate(expected) => Some(expected),
            ClientAuthentication::None
            | ClientAuthentication::Secret { .. }
            | ClientAuthentication::PrivateKey(_)
            | ClientAuthentication::OwnCertificate(_) => None,
        };
        let confidential = matches!(client.authentication, ClientAuthentication::Secret { .. });
        Self {
            client_id: client.id.as_str(),
            client_id_issued_at: client.created_at.seconds(),
            client_secret: secret.map(Secret::expose),
            client_secret_expires_at: confidential.then_some(0),
            client_name: &client.name,
            redirect_uris: client.redirects.iter().map(|uri| uri.as_str()).collect(),
            grant_types: client.grants.iter().map(GrantType::as_str).collect(),
            response_types: ["code"],
            token_endpoint_auth_method: client.authentication_method(),
            expected_subject,
            jwks,
            jwks_uri,
            request_object_signing_alg: client.request_keys.as_ref().and_then(only_algorithm),
            dpop_bound_access_tokens: client.tokens.dpop_bound,
            tls_client_certificate_bound_access_tokens: client.tokens.certificate_bound,
            require_pushed_authorization_requests: client.requests.pushed,
            require_signed_request_object: client.requests.signed,
            software: Described::of(&client.software),
            application_type: application_type(&client.redirects),
            scope: ScopeSet::baseline().to_string(),
            openid: None,
            management: None,
        }
    }

    /// The same where it can sign people in, with ID tokens that are signed with `algorithm`.
    pub(super) fn connecting(self, algorithm: Option<Algorithm>) -> Self {
        let openid = algorithm.map(|algorithm| OpenId {
            id_token_signed_response_alg: algorithm.as_str(),
            subject_type: "public",
        });
        Self { openid, ..self }
    }

    /// The same to a client that registered with this document: what it wants to know about
    /// people is named when it asked for that itself. Some clients ask for all that is named.
    pub(super) fn asked_by(self, document: &[u8]) -> Self {
        let Scoped { scope } = serde_json::from_slice(document).unwrap_or_default();
        let person = ScopeSet::about_person(scope.as_deref()).unwrap_or_default();
        let named = ScopeSet::baseline().union(&person);
        match self.openid {
            Some(_) => Self {
                scope: named.to_string(),
                ..self
            },
            None => self,
        }
    }

    /// The same, with what the client needs to manage it.
    pub(super) fn managed(self, token: &'a Secret, uri: &'a str) -> Self {
        let management = Management {
            registration_access_token: token.expose(),
            registration_client_uri: uri,
        };
        Self {
            management: Some(management),
            ..self
        }
    }
}

/// The algorithm of a client that named one.
fn only_algorithm(key: &PrivateKey) -> Option<&'static str> {
    match key.algorithms.as_slice() {
        [one] => Some(one.as_str()),
        _ => None,
    }
}

/// The keys of a client, as they were registered.
#[derive(Serialize)]
#[serde(untagged)]
enum Keys<'a> {
    Signing(&'a PublicKeySet),
    Certified(&'a CertificateSet),
}

/// `jwks` and `jwks_uri`.
fn keys(client: &Client) -> (Option<Keys<'_>>, Option<&str>) {
    if let ClientAuthentication::OwnCertificate(own) = &client.authentication {
        return match own {
            OwnCertificates::Inline(set) => (Some(Keys::Certified(set)), None),
            OwnCertificates::At(uri) => (None, Some(uri.as_str())),
        };
    }
    match client.signs_requests_with().map(|key| &key.keys) {
        Some(ClientKeys::Inline(set)) => (Some(Keys::Signing(set)), None),
        Some(ClientKeys::At(uri)) => (None, Some(uri.as_str())),
        None => (None, None),
    }
}

/// What the client says of itself, under the names of RFC 7591 section 2.
#[derive(Serialize)]
struct Described<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tos_uri: Option<&'a str>,
}

impl<'a> Described<'a> {
    fn of(software: &'a Software) -> Self {
        Self {
            software_id: software.id.as_deref(),
            software_version: software.version.as_deref(),
            client_uri: software.client_uri.as_deref(),
            logo_uri: software.logo_uri.as_deref(),
            policy_uri: software.policy_uri.as_deref(),
            tos_uri: software.tos_uri.as_deref(),
        }
    }
}
