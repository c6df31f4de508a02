//! Access tokens (RFC 9068): what they say, and who holds a valid one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    certificate::CertificateThumbprint,
    details::Details,
    group::{GroupName, Groups},
    id::{ClientId, GrantId, TokenId},
    jwk::Thumbprint,
    resource::Resource,
    scope::ScopeSet,
    step_up::Acr,
    subject::Subject,
    time::UnixTime,
};

/// The `typ` of an access token's header (RFC 9068 section 2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";
/// The longest token that is looked at (TK-09).
pub const MAXIMUM_TOKEN_BYTES: usize = 16 * 1024;
/// How far two clocks may differ (TK-13, S-023); one constant for every check.
pub const CLOCK_SKEW: std::time::Duration = std::time::Duration::from_secs(30);

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer identifier.
    pub iss: String,
    /// The user, or the client that acts for itself.
    pub sub: Subject,
    /// The one resource.
    pub aud: Resource,
    /// The client.
    pub client_id: ClientId,
    /// The scopes, separated by spaces.
    pub scope: String,
    /// Issued at, in seconds.
    pub iat: i64,
    /// Expires at, in seconds.
    pub exp: i64,
    /// This token.
    pub jti: TokenId,
    /// When the person proved who they are, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How the person proved it (RFC 9470 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Acr>,
    /// The words for how (RFC 8176), where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The grant that the token hangs off.
    pub grant: GrantId,
    /// The only calls that it is for (RFC 9396 section 9.1); without them all that `scope` opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_details: Option<Details>,
    /// The user's sign-in name, which policies refer to: there when `sub` is a user and `aud` a
    /// server. Who may ask at the UserInfo endpoint learns it there, if at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The groups of the user (RFC 9068 section 2.2.3.1), as far as they are kept here; those of
    /// the configuration are looked up there. Only where `aud` is a server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupName>,
    /// Who acts for the subject, when it is not the client that the subject approved
    /// (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who may exchange the token to act for the subject (RFC 8693 section 4.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<Actor>,
    /// What the holder must prove, when the token is worth nothing alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// What the holder of a bound token must prove to have (RFC 7800 section 3.1).
///
/// A token that says more or something else than is known here is not understood, and
/// so is worth nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// The key of this thumbprint, by a DPoP proof (RFC 9449 section 6.1).
    #[serde(rename = "jkt")]
    Key(Thumbprint),
    /// This certificate, by the handshake of the connection (RFC 8705 section 3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(CertificateThumbprint),
}

/// How what is bound to a certificate is told apart from what is bound to a key, in the store.
const CERTIFICATE: &str = "x5t#S256:";

impl Confirmation {
    /// The key, when it is one.
    pub fn key(&self) -> Option<&Thumbprint> {
        match self {
            Self::Key(key) => Some(key),
            Self::Certificate(_) => None,
        }
    }

    /// The `token_type` of a token that is bound so (RFC 9449 section 5, RFC 8705 section 3).
    pub fn token_type(&self) -> &'static str {
        match self {
            Self::Key(_) => "DPoP",
            Self::Certificate(_) => "Bearer",
        }
    }

    /// The text that the store uses: the thumbprint of a key, or a marked one of a certificate.
    pub fn to_stored(&self) -> String {
        match self {
            Self::Key(key) => key.as_str().to_owned(),
            Self::Certificate(certificate) => format!("{CERTIFICATE}{}", certificate.as_str()),
        }
    }

    /// Reads the text back.
    pub fn from_stored(text: &str) -> Self {
        match text.strip_prefix(CERTIFICATE) {
            Some(text) => Self::Certificate(CertificateThumbprint::from_known(text)),
            None => Self::Key(Thumbprint::from_known(text)),
        }
    }
}

/// Who is calling: the facts of a token that was verified.
///
/// Only a verifier makes one. It is shared between all calls with the same token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user, or the client that acts for itself.
    pub subject: Subject,
    /// The user's sign-in name; `None` for a client that acts for itself.
    pub username: Option<Arc<str>>,
    /// The groups of the user that the token names.
    pub groups: Groups,
    /// The client.
    pub client: ClientId,
    /// The grant.
    pub grant: GrantId,
    /// The token.
    pub token: TokenId,
    /// The resource that the token is for.
    pub resource: Resource,
    /// What it opens.
    pub scopes: ScopeSet,
    /// The only calls that it is for, when not all that the scopes open.
    pub details: Details,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// When it expires.
    pub expires_at: UnixTime,
    /// When the person proved who they are, where one did.
    pub authenticated_at: Option<UnixTime>,
    /// How strongly, where that is known.
    pub acr: Option<Acr>,
    /// What the caller must prove besides showing the token.
    pub confirmation: Option<Confirmation>,
}

impl From<AccessClaims> for Principal {
    fn from(claims: AccessClaims) -> Self {
        Self {
            subject: claims.sub,
            username: claims.preferred_username.map(Into::into),
            groups: Groups::of(claims.groups),
            client: claims.client_id,
            grant: claims.grant,
            token: claims.jti,
            resource: claims.aud,
            scopes: ScopeSet::from_stored(&claims.scope),
            details: claims.authorization_details.unwrap_or_default(),
            issued_at: UnixTime::from_seconds(claims.iat),
            expires_at: UnixTime::from_seconds(claims.exp),
            authenticated_at: claims.auth_time.map(UnixTime::from_seconds),
            acr: claims.acr,
            confirmation: claims.cnf,
        }
    }
}
