//! The token response (RFC 6749 section 5.1), and how a spent refresh token remembers it.

use doorward_core::{
    access::Confirmation, details::Details, grant::Opening, resource::Resource, time::UnixTime,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a client gets. `scope` is always there.
#[derive(Debug, Serialize)]
pub(super) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// OpenID Connect Core section 3.1.3.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<Details>,
    /// RFC 8693 section 2.2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
}

/// What was issued.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issued {
    #[serde(rename = "a")]
    pub(super) access_token: String,
    /// When the access token expires, in seconds.
    #[serde(rename = "e")]
    pub(super) expires_at: i64,
    #[serde(rename = "r")]
    pub(super) refresh_token: Option<String>,
    #[serde(rename = "s")]
    pub(super) scope: String,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Details>,
    /// The audience; not written by older versions.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<Resource>,
    /// Who signed in; made anew for every answer.
    #[serde(skip)]
    pub(super) id_token: Option<String>,
    /// What kind of token it is, where the grant type says so.
    #[serde(skip)]
    pub(super) issued_token_type: Option<&'static str>,
    /// The key or certificate that the access token is bound to.
    #[serde(
        rename = "k",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_bound",
        deserialize_with = "read_bound"
    )]
    pub(super) key: Option<Confirmation>,
}

fn write_bound<S: Serializer>(key: &Option<Confirmation>, to: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Confirmation::to_stored).serialize(to)
}

fn read_bound<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Confirmation>, D::Error> {
    let stored = Option::<String>::deserialize(from)?;
    Ok(stored.as_deref().map(Confirmation::from_stored))
}

impl Issued {
    /// Whether the access token opens exactly this.
    pub(super) fn opens(&self, opening: &Opening) -> bool {
        let none = Details::default();
        self.resource.as_ref() == Some(opening.resource())
            && self.scope == opening.scopes().to_string()
            && self.details.as_ref().unwrap_or(&none) == opening.details()
    }

    /// Whether the access token can still be used at `now`.
    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        now.seconds() < self.expires_at
    }

    /// The response at `now`.
    pub(super) fn response(self, now: UnixTime) -> TokenResponse {
        TokenResponse {
            access_token: self.access_token,
            token_type: match &self.key {
                Some(bound) => bound.token_type(), // RFC 9449 section 5
                None => "Bearer",
            },
            expires_in: self.expires_at.saturating_sub(now.seconds()),
            refresh_token: self.refresh_token,
            id_token: self.id_token,
            scope: self.scope,
            authorization_details: self.details,
            issued_token_type: self.issued_token_type,
        }
    }
}
