//! Enrolling a factor: an authenticator application or a passkey, and the recovery codes that
//! come with the first of them.
//!
//! Nothing counts before it was used once: the key of an application travels sealed through its
//! page and is kept when a code of it was typed. Recovery codes are shown once; what is kept is
//! their digests. What is enrolled ends all sessions of its person, since none of them showed it;
//! the caller writes the one that did.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::display_name,
    entropy::draw,
    factor::{RecoveryCode, SET, TotpKey},
    id::UserId,
    secret::Digest,
    session::Method,
    user::User,
};
use doorward_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};

use super::{
    passkeys::Answered,
    qr::{Picture, picture},
    step_error::StepError,
};
use crate::{browser::Visitor, shared::Shared};

/// An application that is being enrolled: what its page shows.
#[derive(Debug, Serialize)]
pub(crate) struct TotpOffer {
    /// The sealed key, which comes back with the first code.
    pub(crate) ticket: String,
    /// The key in groups of four.
    pub(crate) secret: String,
    /// The address for the application on this device.
    pub(crate) address: String,
    /// The same as a picture.
    pub(crate) picture: Option<Picture>,
}

/// The key on its way, of one person.
#[derive(Serialize, Deserialize)]
struct Pending {
    #[serde(rename = "u")]
    user: UserId,
    #[serde(rename = "k")]
    key: String,
}

/// What was enrolled, and the recovery codes to be shown if there were none before.
#[derive(Debug)]
#[must_use = "recovery codes are shown once"]
pub(crate) struct EnrolledNow {
    /// What the person can sign in with now.
    pub(crate) method: Method,
    /// New recovery codes as they are shown.
    pub(crate) codes: Vec<String>,
}

const PENDING: &str = "new application";

impl Shared {
    /// A new key for an application of `user`.
    pub(crate) fn offer_totp(&self, binding: &Digest, user: &User) -> TotpOffer {
        self.show_totp(binding, user, &TotpKey::from_random(draw(&*self.entropy)))
    }

    /// The key that the page carries, shown again.
    pub(crate) fn offer_totp_again(
        &self,
        binding: &Digest,
        user: &User,
        ticket: &str,
    ) -> TotpOffer {
        match self.pending_key(binding, user, ticket) {
            Some(key) => self.show_totp(binding, user, &key),
            None => self.offer_totp(binding, user),
        }
    }

    fn show_totp(&self, binding: &Digest, user: &User, key: &TotpKey) -> TotpOffer {
        let pending = Pending {
            user: user.id.clone(),
            key: URL_SAFE_NO_PAD.encode(key.as_bytes()),
        };
        let address = key.address(self.url.authority(), user.name.as_str());
        TotpOffer {
            ticket: self.seal_for(PENDING, binding, &pending),
            secret: grouped(&key.text()),
            picture: picture(&address),
            address,
        }
    }

    fn pending_key(&self, binding: &Digest, user: &User, ticket: &str) -> Option<TotpKey> {
        let pending: Pending = self.open_for(PENDING, binding, ticket)?;
        let key = URL_SAFE_NO_PAD.decode(pending.key).ok()?;
        TotpKey::from_opened(&key).filter(|_| pending.user == user.id)
    }

    /// Enrols the application whose first code was typed. The caller commits.
    pub(crate) async fn enrol_totp(
        &self,
        tx: &mut dyn Tx,
        (user, visitor): (&User, &Visitor),
        (binding, ticket, typed): (&Digest, &str, &str),
    ) -> Result<EnrolledNow, StepError> {
        let key = self.pending_key(binding, user, ticket);
        let key = key.ok_or(StepError::Stale)?;
        let step = key.accept(typed, self.clock.now(), None);
        let step = step.ok_or(StepError::Refused)?;
        tx.add_totp(&self.new_totp(user, &key, step));
        tx.end_sessions_of_user(&user.id); // LG-08
        let codes = self.first_codes(tx, user).await?;
        tx.audit(self.factor_event("authenticator application added", (user, visitor)));
        Ok(EnrolledNow {
            method: Method::Totp,
            codes,
        })
    }

    /// Enrols the passkey that was made. The caller commits.
    pub(crate) async fn enrol_passkey(
        &self,
        tx: &mut dyn Tx,
        (user, visitor): (&User, &Visitor),
        answered: Answered<'_>,
        name: &str,
    ) -> Result<EnrolledNow, StepError> {
        let name = self.passkey_name(name, visitor);
        self.make_passkey(tx, answered, user, name).await?;
        tx.end_sessions_of_user(&user.id); // LG-08
        let codes = self.first_codes(tx, user).await?;
        tx.audit(self.factor_event("passkey added", (user, visitor)));
        Ok(EnrolledNow {
            method: Method::Passkey,
            codes,
        })
    }

    /// Commits what was enrolled. What another request enrolled first is not enrolled twice.
    pub(crate) async fn commit_enrolment(&self, tx: Box<dyn Tx>) -> Result<(), StepError> {
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(StepError::Stale),
            outcome => Ok(outcome?),
        }
    }

    /// What a passkey is called: as its person says, or as the browser calls itself (CO-06).
    pub(crate) fn passkey_name(&self, typed: &str, visitor: &Visitor) -> String {
        let typed = display_name(typed);
        let agent = visitor.agent.as_deref().map(display_name);
        [Some(typed), agent]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "Passkey".to_owned())
    }

    /// Recovery codes for who has none yet.
    async fn first_codes(&self, tx: &mut dyn Tx, user: &User) -> Result<Vec<String>, StoreError> {
        let there = tx.factors(&user.id).await?.recovery_codes > 0;
        Ok(match there {
            true => Vec::new(),
            false => self.new_codes(tx, user),
        })
    }

    /// A new set of recovery codes in place of the old one, as they are shown.
    pub(crate) fn new_codes(&self, tx: &mut dyn Tx, user: &User) -> Vec<String> {
        let one = |_| RecoveryCode::from_random(draw(&*self.entropy));
        let codes: Vec<RecoveryCode> = (0..SET).map(one).collect();
        let digests: Vec<Digest> = codes.iter().map(|code| code.digest(&user.id)).collect();
        tx.replace_recovery_codes(&user.id, &digests);
        codes.iter().map(RecoveryCode::shown).collect()
    }

    /// The record of a change of somebody's factors.
    pub(crate) fn factor_event(
        &self,
        what: &'static str,
        (user, visitor): (&User, &Visitor),
    ) -> AuditEvent {
        AuditEvent::new(self.clock.now(), AuditKind::FactorChange, Outcome::Allowed)
            .user(user.name.as_str())
            .reason(what)
            .peer(visitor.peer)
    }
}

/// In groups of four, which people can type.
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}
