//! `POST /login/{provider}/backchannel-logout`: a provider ends its sessions with us
//! (OpenID Connect Back-Channel Logout 1.0).
//!
//! And the other way round: signing out here can go on to the sign-out page over there
//! (RP-Initiated Logout 1.0).
//!
//! The answer says whether the token counts, and never whether anybody was signed in by it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::{
    account_link::ForeignSubject,
    audit::{AuditEvent, AuditKind, Outcome},
    grant::RevocationReason,
    id::UserId,
    once::{OneTime, Purpose},
    peer::Peer,
};
use doorward_federation::{LogoutToken, RelyingParty};
use doorward_store::{StoreError, Tx};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::error::FederationRefused;
use crate::{browser::Visitor, form, limits::peer_key, shared::Shared};

/// A logout token.
pub(crate) async fn post(
    State(issuer): State<Arc<Shared>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    let form = form::read(&parts.headers, body).await;
    let outcome = match form {
        Ok(form) => {
            let token = form.first("logout_token").to_owned();
            let counted = issuer
                .limits
                .logout_peer
                .take(peer_key(peer), issuer.clock.now());
            match counted {
                Ok(()) => issuer.end_by_token(&provider, &token).await,
                Err(wait) => Err(wait.into()),
            }
        }
        Err(error) => Err(error.into()),
    };
    answer(&provider, outcome)
}

fn answer(provider: &str, outcome: Result<(), FederationRefused>) -> Response {
    let mut response = match outcome {
        Ok(()) => StatusCode::OK.into_response(),
        Err(FederationRefused::Store(error)) => {
            tracing::error!(%error, "storage failed");
            let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
            let retry = HeaderValue::from_static("2");
            response.headers_mut().insert(header::RETRY_AFTER, retry);
            response
        }
        Err(refused) => {
            tracing::warn!(provider, %refused, "a logout token does not count");
            let status = match refused {
                FederationRefused::NoProvider => StatusCode::NOT_FOUND,
                FederationRefused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, Json(json!({ "error": "invalid_request" }))).into_response()
        }
    };
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

impl Shared {
    /// The page that goes on to the sign-out page of the provider by whose word a visitor is signed
    /// in, where the operator wants that and there is one.
    pub(crate) async fn sign_out_there(&self, visitor: &Visitor) -> Option<Response> {
        let signed_in = self.who(visitor).await.ok()??;
        let (user, at) = (&signed_in.user.id, signed_in.session.authenticated_at);
        let mut tx = self.store.begin().await.ok()?;
        let account = tx.vouched_for(user, at).await.ok()??;
        let party = self.parties().named(&account.provider)?;
        if !party.provider().sign_out {
            return None;
        }
        let back_to = format!("{}/", self.url.as_str());
        let url = party.sign_out(&back_to, self.clock.now()).await?;
        Some(self.leave((party.provider(), &url), true, visitor))
    }

    async fn end_by_token(&self, name: &str, token: &str) -> Result<(), FederationRefused> {
        let party = self.parties().named(name);
        let party = party.ok_or(FederationRefused::NoProvider)?;
        let token = party.logout(token, self.clock.now()).await?;
        let mut tx = self.store.begin().await?;
        let used = OneTime::named(Purpose::LogoutToken, &token.issuer, &token.id);
        tx.use_once(&used, token.until);
        let whose = whose(&mut *tx, &token).await?;
        if let Some((user, foreign)) = &whose {
            self.end_sessions(&mut *tx, (user, foreign), (&party, &token))
                .await?;
        }
        tx.commit().await.map_err(|error| match error {
            StoreError::Conflict => FederationRefused::Unknown, // it was used before
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => error.into(),
        })?;
        let ended = whose.filter(|_| party.provider().logout_ends_grants);
        if let Some((user, foreign)) = ended {
            let session = token.session.as_deref();
            self.tell_of_vouched((&user, &foreign), session).await;
        }
        Ok(())
    }

    async fn end_sessions(
        &self,
        tx: &mut dyn Tx,
        (user, foreign): (&UserId, &ForeignSubject),
        (party, token): (&RelyingParty, &LogoutToken),
    ) -> Result<(), StoreError> {
        let (now, session) = (self.clock.now(), token.session.as_deref());
        tx.end_vouched(user, foreign, session);
        if party.provider().logout_ends_grants {
            tx.revoke_vouched(user, foreign, session, now, RevocationReason::AccessLost);
        }
        let event = AuditEvent::new(now, AuditKind::SignOut, Outcome::Allowed);
        let event = event.reason(format!("ended by {}", party.provider().name));
        let user = tx.user(user).await?;
        tx.audit(match user {
            Some(user) => event.user(user.name.as_str()),
            None => event,
        });
        Ok(())
    }
}

/// Whom a token speaks of, if anybody here came by that provider's word.
async fn whose(
    tx: &mut dyn Tx,
    token: &LogoutToken,
) -> Result<Option<(UserId, ForeignSubject)>, StoreError> {
    let account = match (&token.subject, &token.session) {
        (Some(subject), _) => {
            let foreign = ForeignSubject::claimed(&token.issuer, subject);
            tx.federated_account(&foreign).await?
        }
        (None, Some(session)) => tx.vouched_in(&token.issuer, session).await?,
        (None, None) => None,
    };
    Ok(account.map(|account| (account.user, account.foreign)))
}
