//! Whether somebody may still come in: asked now and then, when a grant is refreshed.
//!
//! Never on the path of a call. One process asks, for all who refresh meanwhile; whoever does not
//! get to ask goes on. Every question is bounded in time, and no answer ends nothing.

use std::time::Duration;

use doorward_core::{
    account_link::ForeignSubject,
    entropy::draw,
    federation::{Due, FederatedAccount},
    grant::Grant,
    time::UnixTime,
};
use doorward_federation::{Kept, RelyingParty, Standing};
use doorward_store::{StoreError, Tx};

use crate::shared::Shared;

/// How long all questions about one person may take together.
const WITHIN: Duration = Duration::from_secs(10);

/// What a refresh does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouching {
    /// It goes on. If the provider just said no, the grant is revoked by now.
    GoOn,
    /// It waits: the provider has been silent for too long.
    Wait,
    /// It ends: the operator has no such provider any more.
    NoProvider,
}

impl Shared {
    /// Looks whether who approved `grant` may still come in, if that stands by the word of a
    /// provider and is due.
    pub(crate) async fn look_after(&self, grant: &Grant) -> Result<Vouching, StoreError> {
        let (Some(user), Some(at)) = (&grant.user, grant.authenticated_at) else {
            return Ok(Vouching::GoOn);
        };
        let account = self.store.begin().await?.vouched_for(user, at).await?;
        let Some(account) = account else {
            return Ok(Vouching::GoOn);
        };
        let Some(party) = self.parties().named(&account.provider) else {
            return Ok(Vouching::NoProvider);
        };
        let (provider, now) = (party.provider(), self.clock.now());
        match account.due(provider.refresh_every, provider.grace, now) {
            Due::Nothing => Ok(Vouching::GoOn),
            Due::Wait => Ok(Vouching::Wait),
            Due::Ask => {
                self.ask_provider(&party, account.clone(), now).await?;
                let now = FederatedAccount {
                    asked_at: now,
                    ..account
                };
                Ok(self.after_asking(&party, &now).await?)
            }
        }
    }

    /// Silence that has lasted too long by now stops a refresh at once.
    async fn after_asking(
        &self,
        party: &RelyingParty,
        before: &FederatedAccount,
    ) -> Result<Vouching, StoreError> {
        let known = self
            .store
            .begin()
            .await?
            .federated_account(&before.foreign)
            .await?;
        let account = known.as_ref().unwrap_or(before);
        let (provider, now) = (party.provider(), self.clock.now());
        Ok(
            match account.due(provider.refresh_every, provider.grace, now) {
                Due::Wait => Vouching::Wait,
                Due::Nothing | Due::Ask => Vouching::GoOn,
            },
        )
    }

    async fn ask_provider(
        &self,
        party: &RelyingParty,
        account: FederatedAccount,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.ask_about(&account.foreign, account.asked_at, now);
        match tx.commit().await {
            Err(StoreError::Conflict) => return Ok(()), // somebody else asks
            outcome => outcome?,
        }
        let sealed = account.sealed.as_deref();
        let kept = sealed.and_then(|sealed| self.open_kept(&account.foreign, sealed));
        let Some(kept) = kept else {
            tracing::warn!(
                provider = account.provider,
                "what an identity provider is asked with does not open"
            );
            return Ok(());
        };
        let asking = party.look_again(&account.foreign, &kept, now);
        match tokio::time::timeout(WITHIN, asking).await {
            Ok(standing) => self.follow(party, account, (standing, now)).await,
            Err(_) => {
                self.note_silence(party, "it did not answer in time");
                Ok(())
            }
        }
    }

    async fn follow(
        &self,
        party: &RelyingParty,
        account: FederatedAccount,
        (standing, now): (Standing, UnixTime),
    ) -> Result<(), StoreError> {
        let provider = party.provider();
        let mut tx = self.store.begin().await?;
        let newer = tx.federated_account(&account.foreign).await?;
        if newer.is_none_or(|newer| newer.signed_in_at != account.signed_in_at) {
            return Ok(()); // they came again, or were unlinked, while it was asked
        }
        let reason = match standing {
            Standing::Admitted { profile, kept } => {
                let renewed = kept.map(|kept| self.seal_kept(&account.foreign, &kept));
                let user = account.user.clone();
                tx.keep_federated_account(&FederatedAccount {
                    sealed: renewed.or(account.sealed),
                    asked_at: now,
                    heard_at: now,
                    ..account
                });
                self.follow_groups(&mut *tx, &user, provider, &profile)
                    .await?;
                return match tx.commit().await {
                    Err(StoreError::Conflict) => Ok(()), // the link was cut meanwhile
                    outcome => outcome,
                };
            }
            Standing::Unknown { fault, kept } => {
                self.note_silence(party, &fault.to_string());
                return match kept {
                    Some(kept) => self.ask_with(tx, account, &kept, now).await,
                    None => Ok(()),
                };
            }
            Standing::Gone(fault) => fault.to_string(),
            Standing::NotAdmitted(reason) => reason.to_string(),
        };
        let whose = (&account.user, &account.foreign);
        self.end_vouched(tx, whose, (provider, &reason)).await
    }

    /// Keeps what to ask with next time, though nothing was learned.
    async fn ask_with(
        &self,
        mut tx: Box<dyn Tx>,
        account: FederatedAccount,
        kept: &Kept,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        tx.keep_federated_account(&FederatedAccount {
            sealed: Some(self.seal_kept(&account.foreign, kept)),
            asked_at: now,
            ..account
        });
        match tx.commit().await {
            Err(StoreError::Conflict) => Ok(()), // the link was cut meanwhile
            outcome => outcome,
        }
    }

    fn note_silence(&self, party: &RelyingParty, reason: &str) {
        tracing::warn!(
            provider = %party.provider().name, reason,
            "an identity provider does not say whether somebody is still admitted; going by its last word"
        );
    }

    /// Seals what a provider is asked again with about somebody.
    pub(super) fn seal_kept(&self, foreign: &ForeignSubject, kept: &Kept) -> Vec<u8> {
        let key = &self.derived.federation;
        key.seal(draw(&*self.entropy), &context(foreign), &kept.to_bytes())
    }

    fn open_kept(&self, foreign: &ForeignSubject, sealed: &[u8]) -> Option<Kept> {
        let plain = self
            .derived
            .federation
            .open(&context(foreign), sealed)
            .ok()?;
        Kept::from_bytes(&plain)
    }
}

/// What is sealed for one person opens for no other. The length keeps ("ab", "c") apart from
/// ("a", "bc").
fn context(foreign: &ForeignSubject) -> Vec<u8> {
    let (issuer, subject) = (foreign.issuer(), foreign.subject());
    format!("kept:{}:{issuer}{subject}", issuer.len()).into_bytes()
}
