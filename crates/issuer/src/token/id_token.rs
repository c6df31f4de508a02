//! The ID token beside an access token (OpenID Connect Core sections 3.1.3.3 and 12.2).

use doorward_core::{
    grant::Grant,
    openid::{ID_TOKEN_TYPE, Occasion},
    user::User,
};

use super::{error::TokenError, wire::Issued};
use crate::shared::Shared;

/// Of which approval an ID token tells, and to which request.
pub(super) struct About<'a> {
    pub(super) grant: &'a Grant,
    pub(super) user: &'a User,
    /// The `scope` of the token request.
    pub(super) scope: Option<&'a str>,
    /// The nonce of the authorization request: for its code alone, never for a refresh.
    pub(super) nonce: Option<&'a str>,
}

impl Shared {
    /// `issued` with an ID token, when the person let the client know who they are.
    pub(super) fn identified(
        &self,
        issued: Issued,
        about: &About<'_>,
    ) -> Result<Issued, TokenError> {
        if self.published().userinfo.is_none() {
            return Ok(issued);
        }
        let occasion = Occasion {
            issuer: self.url.as_str(),
            grant: about.grant,
            user: about.user,
            scope: about.scope,
            nonce: about.nonce,
            access_token: &issued.access_token,
            expires_at: issued.expires_at,
            now: self.clock.now(),
        };
        let signed = self
            .keys
            .sign_with(ID_TOKEN_TYPE, |algorithm| occasion.claims(algorithm));
        Ok(Issued {
            id_token: signed?,
            ..issued
        })
    }
}
