//! Holds a token against what was approved, and tells what that allows.

use axum::body::Body;
use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims, Principal},
    audit::{AuditEvent, AuditKind, Outcome},
    bearer::Credentials,
    certificate::PresentedCertificate,
    dpop::{Policy, Proof, ProofFault, demanded},
    openid::{Asking, UserInfo, UserInfoFault},
    user::User,
};
use doorward_store::Tx;
use http::request::Parts;

use super::{
    error::{Refusal, UserInfoError},
    http::credentials,
};
use crate::{browser::peer, shared::Shared};

impl Shared {
    /// What the sender of this may know.
    pub(super) async fn userinfo(
        &self,
        parts: &Parts,
        body: Body,
    ) -> Result<UserInfo, UserInfoError> {
        if self.published().userinfo.is_none() {
            return Err(UserInfoError::Off);
        }
        let sent = credentials(parts, body).await?;
        let refused = |reason| UserInfoError::Refused(reason, sent.scheme);
        let invalid = || refused(Refusal::Token(UserInfoFault::Invalid));
        let claims: Option<AccessClaims> = self.keys.read(ACCESS_TOKEN_TYPE, sent.token); // TK-10
        let claims = claims.ok_or_else(invalid)?;
        let asking = Asking {
            claims: &claims,
            issuer: self.url.as_str(),
            now: self.clock.now(),
        };
        asking
            .person()
            .map_err(|fault| refused(Refusal::Token(fault)))?;
        if self.is_revoked(&Principal::from(claims.clone()))? {
            return Err(invalid()); // TK-18
        }
        let proof = self.held(parts, sent, &claims).await?;
        let mut tx = self.store.begin().await?;
        let user = self.approving(&mut *tx, &asking).await?;
        let user = user.ok_or_else(invalid)?;
        let limit = &self.limits.userinfo_grant;
        let taken = limit.take(claims.grant.clone(), asking.now);
        taken.map_err(UserInfoError::TooMany)?; // DS-05
        let event = self.asked_about(&claims, &user, parts);
        match proof {
            None => self.store.record(event)?,
            Some(proof) => {
                tx.audit(event);
                self.commit_proven(tx, Some(&proof)).await?;
            }
        }
        Ok(asking.learns(&user))
    }

    /// The person who still lets the client know (A-078, TK-18).
    async fn approving(
        &self,
        tx: &mut dyn Tx,
        asking: &Asking<'_>,
    ) -> Result<Option<User>, UserInfoError> {
        let grant = tx.grant(&asking.claims.grant).await?;
        let grant = grant.filter(|grant| grant.is_live(asking.now));
        match grant.and_then(|grant| grant.user) {
            Some(user) => {
                let user = tx.user(&user).await?;
                Ok(user.filter(|user| user.disabled_at.is_none()))
            }
            None => Ok(None),
        }
    }

    /// Demands the proof of a token that is bound to a key (RFC 9449 section 7.1, X-021), or the
    /// certificate of one that is bound to that (RFC 8705 section 3).
    async fn held(
        &self,
        parts: &Parts,
        sent: Credentials<'_>,
        claims: &AccessClaims,
    ) -> Result<Option<Proof>, UserInfoError> {
        let confirmation = claims.cnf.as_ref();
        let shown = parts.extensions.get::<PresentedCertificate>();
        let shown = shown.and_then(|shown| shown.thumbprint_at(self.clock.now()));
        let key = demanded(Policy::Accepted, sent.scheme, confirmation, shown)
            .map_err(|mismatch| UserInfoError::Refused(Refusal::Kind(mismatch), sent.scheme))?;
        let Some(key) = key else { return Ok(None) };
        let proof = self
            .proof_with(parts, "/userinfo", Some(sent.token))
            .await?;
        match proof {
            None => Err(UserInfoError::Proof(ProofFault::Missing)),
            Some(proof) if proof.key != *key => Err(UserInfoError::Proof(ProofFault::OtherKey)),
            Some(proof) => Ok(Some(proof)),
        }
    }

    fn asked_about(&self, claims: &AccessClaims, user: &User, parts: &Parts) -> AuditEvent {
        AuditEvent::new(self.clock.now(), AuditKind::UserInfo, Outcome::Allowed)
            .user(user.name.as_str())
            .client(claims.client_id.as_str())
            .grant(claims.grant.as_str())
            .reason(claims.scope.clone())
            .peer(peer(parts))
    }
}
