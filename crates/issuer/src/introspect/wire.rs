//! The answers (RFC 7662 section 2.2, RFC 9701 section 5).

use doorward_core::{
    access::{AccessClaims, Confirmation},
    actor::Actor,
    details::Details,
    grant::Grant,
    group::GroupName,
    refresh::RefreshToken,
    step_up::Acr,
    user::User,
};
use serde::Serialize;

/// What is said about a token. An inactive one is nothing but that.
#[derive(Debug, Default, Serialize)]
pub(super) struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<Details>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

/// A signed answer: for this caller, at this time.
#[derive(Debug, Serialize)]
pub(super) struct Signed<'a> {
    pub(super) iss: &'a str,
    pub(super) aud: &'a str,
    pub(super) iat: i64,
    pub(super) token_introspection: &'a Introspection,
}

impl Introspection {
    /// An access token that is good now: what it says itself, and whose it is where that is told.
    pub(super) fn of_access(claims: AccessClaims, user: Option<&User>) -> Self {
        Self {
            active: true,
            scope: Some(claims.scope),
            client_id: Some(claims.client_id.to_string()),
            username: user.map(|user| user.name.to_string()),
            token_type: Some(match &claims.cnf {
                Some(bound) => bound.token_type(),
                None => "Bearer",
            }),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub.to_string()),
            aud: Some(claims.aud.to_string()),
            iss: Some(claims.iss),
            jti: Some(claims.jti.to_string()),
            auth_time: claims.auth_time,
            acr: claims.acr, // RFC 9470 section 6.2
            amr: claims.amr,
            authorization_details: claims.authorization_details, // RFC 9396 section 9.2
            groups: claims.groups,                               // RFC 9068 section 2.2.3.1
            act: claims.act,                                     // RFC 8693 section 4.1
            cnf: claims.cnf,
        }
    }

    /// A refresh token that is good now. It has no type: it is for the token endpoint alone.
    pub(super) fn of_refresh(
        issuer: &str,
        token: &RefreshToken,
        grant: Grant,
        user: Option<&User>,
    ) -> Self {
        Self {
            active: true,
            scope: Some(grant.scopes.to_string()),
            client_id: Some(grant.client.to_string()),
            username: user.map(|user| user.name.to_string()),
            exp: Some(token.expires_at.seconds()),
            sub: Some(grant.subject().to_string()),
            aud: Some(grant.resources.to_string()),
            iss: Some(issuer.to_owned()),
            auth_time: grant.authenticated_at.map(|at| at.seconds()),
            cnf: grant.key,
            ..Self::default()
        }
    }
}
