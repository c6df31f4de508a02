//! What a registered client is told: exactly what was stored.

use doorward_core::{
    client::{Client, ClientAuthentication, GrantType},
    registration::application_type,
    scope::ScopeSet,
    secret::Secret,
};
use serde::Serialize;

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
    application_type: &'static str,
    scope: String,
}

impl<'a> Registered<'a> {
    pub(super) fn of(client: &'a Client, secret: Option<&'a Secret>) -> Self {
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
            application_type: application_type(&client.redirects),
            scope: ScopeSet::baseline().to_string(),
        }
    }
}
