//! Changes of one's own factors.

use doorward_core::{
    client::display_name,
    factor::{Demand, Removal, may_remove},
    id::PasskeyId,
};
use doorward_store::{StoreError, Tx};

use crate::{
    browser::{SignedIn, Visitor},
    shared::Shared,
    sign_in::StepError,
};

/// What a person wants changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'a> {
    Rename(&'a str, &'a str),
    Remove(Removed<'a>),
    NewCodes,
}

/// What is removed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Removed<'a> {
    App,
    Passkey(&'a str),
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Changed {
    /// It is done, or was done before.
    Done,
    /// New recovery codes, to be shown once.
    Codes(Vec<String>),
    /// The last factor stays.
    Demanded,
}

impl Shared {
    /// Makes a change, and commits it with its record. What is not there (any more) is done.
    pub(super) async fn change_factors(
        &self,
        change: Change<'_>,
        signed_in: &SignedIn,
        visitor: &Visitor,
    ) -> Result<Changed, StepError> {
        let mut tx = self.store.begin().await?;
        let (user, whose) = (&signed_in.user, (&signed_in.user, visitor));
        let changed = match change {
            Change::NewCodes => {
                if !tx.factors(&user.id).await?.any() {
                    return Ok(Changed::Done); // there is nothing to recover
                }
                tx.audit(self.factor_event("recovery codes replaced", whose));
                Changed::Codes(self.new_codes(&mut *tx, user))
            }
            Change::Rename(id, name) => {
                let name = display_name(name);
                if name.is_empty() {
                    return Ok(Changed::Done);
                }
                tx.rename_passkey(&PasskeyId::from_known(id), &user.id, &name);
                tx.audit(self.factor_event("passkey renamed", whose));
                Changed::Done
            }
            Change::Remove(removed) => {
                if !self.remove(&mut *tx, removed, signed_in).await? {
                    return Ok(Changed::Demanded);
                }
                tx.audit(self.factor_event(removed.told(), whose));
                Changed::Done
            }
        };
        match tx.commit().await {
            Err(StoreError::Conflict) if matches!(changed, Changed::Done) => Ok(changed),
            outcome => Ok(outcome.map(|()| changed)?),
        }
    }

    /// Collects a removal; `false` when the factor has to stay.
    async fn remove(
        &self,
        tx: &mut dyn Tx,
        removed: Removed<'_>,
        signed_in: &SignedIn,
    ) -> Result<bool, StoreError> {
        let user = &signed_in.user;
        let factors = tx.factors(&user.id).await?;
        let demand = Demand {
            acr: self.published().config.sign_in.required(user.role),
            passkeys: self.takes_passkeys(),
        };
        if !may_remove(factors, removed.removal(), demand) {
            return Ok(false);
        }
        match removed {
            Removed::App => tx.remove_totp(&user.id),
            Removed::Passkey(id) => tx.remove_passkey(&PasskeyId::from_known(id), &user.id),
        }
        if !factors.without(removed.removal()).any() {
            tx.replace_recovery_codes(&user.id, &[]);
        }
        tx.end_other_sessions_of_user(&user.id, &signed_in.session.digest);
        Ok(true)
    }
}

impl Removed<'_> {
    fn removal(self) -> Removal {
        match self {
            Self::App => Removal::Totp,
            Self::Passkey(_) => Removal::Passkey,
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::App => "authenticator application removed",
            Self::Passkey(_) => "passkey removed",
        }
    }
}
