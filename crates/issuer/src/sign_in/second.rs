//! The second factor of a half-finished sign-in: codes, and the first application.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    factor::{RecoveryCode, Totp, TotpKey},
    session::Method,
    time::UnixTime,
    user::User,
};
use doorward_store::{StoreError, Tx};

use super::{
    entry::{Entered, Proof, Visit},
    guesses::Guessed,
    half::Half,
    step_error::StepError,
};
use crate::{browser::Visitor, shared::Shared};

/// A half-finished sign-in that was picked up, with its account as it is now.
pub(super) struct Picked {
    pub(super) half: Half,
    pub(super) user: User,
}

impl Picked {
    /// What was proven so far.
    pub(super) fn proof(&self) -> Proof<'_> {
        Proof {
            user: &self.user,
            methods: self.half.methods(),
            said: None,
        }
    }

    /// The same, with one thing more.
    fn with(&self, method: Method) -> Proof<'_> {
        Proof {
            user: &self.user,
            methods: self.half.methods().with(method),
            said: None,
        }
    }
}

impl Shared {
    /// Picks a half-finished sign-in up.
    pub(super) async fn pick_up_half(
        &self,
        tx: &mut dyn Tx,
        text: &str,
        visitor: &Visitor,
    ) -> Result<Picked, StepError> {
        let half = self.open_half(text, visitor).ok_or(StepError::Lost)?;
        let user = tx.user(&half.user).await?;
        let user = user.filter(|user| half.is_of(user));
        let user = user.ok_or(StepError::Lost)?;
        if half.methods().contains(Method::Federated) {
            let links = tx.account_links_of(&user.id).await?;
            let linked = links.iter().any(|link| half.began_by(link));
            linked.then_some(()).ok_or(StepError::Lost)?;
        }
        Ok(Picked { half, user })
    }

    /// Takes a code of the authenticator application.
    pub(super) async fn take_code(
        &self,
        picked: &Picked,
        typed: &str,
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let guess = self
            .admit_guess(&picked.user, visit.visitor, Guessed::Code)
            .await?;
        let mut tx = self.store.begin().await?;
        let totp = tx.totp(&picked.user.id).await?;
        let key = totp.as_ref().and_then(|totp| self.totp_key(totp));
        let now = self.clock.now();
        let step = totp.zip(key);
        let step = step.and_then(|(totp, key)| key.accept(typed, now, Some(totp.last_step)));
        let Some(step) = step else {
            return self.refuse_guess(picked, "wrong code", visit.visitor).await;
        };
        tx.use_totp(&picked.user.id, step, now);
        match self.go_on(tx, (picked, Method::Totp), visit).await {
            // Another request took it first.
            Err(StepError::Refused) => {
                self.refuse_guess(picked, "code used twice", visit.visitor)
                    .await
            }
            outcome => {
                self.forgive_guess(&guess);
                outcome
            }
        }
    }

    /// Takes a recovery code.
    pub(super) async fn take_recovery_code(
        &self,
        picked: &Picked,
        typed: &str,
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let guess = self
            .admit_guess(&picked.user, visit.visitor, Guessed::Unguessable)
            .await?;
        let Some(code) = RecoveryCode::parse(typed) else {
            return self
                .refuse_guess(picked, "wrong recovery code", visit.visitor)
                .await;
        };
        let mut tx = self.store.begin().await?;
        tx.use_recovery_code(&picked.user.id, &code.digest(&picked.user.id));
        let used = self.go_on(tx, (picked, Method::RecoveryCode), visit).await;
        match used {
            // It is none, or was used before.
            Err(StepError::Refused) => {
                self.refuse_guess(picked, "wrong recovery code", visit.visitor)
                    .await
            }
            outcome => {
                self.forgive_guess(&guess);
                outcome
            }
        }
    }

    /// Enters with what is proven now, and commits. Whoever loses a race is refused.
    pub(super) async fn finish(
        &self,
        tx: Box<dyn Tx>,
        proof: Proof<'_>,
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        self.finish_since(tx, (proof, self.clock.now()), visit)
            .await
    }

    /// Goes on with a half-finished sign-in and one thing more, and commits.
    pub(super) async fn go_on(
        &self,
        tx: Box<dyn Tx>,
        (picked, method): (&Picked, Method),
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let proof = picked.with(method);
        self.finish_since(tx, (proof, picked.half.begun_at), visit)
            .await
    }

    async fn finish_since(
        &self,
        mut tx: Box<dyn Tx>,
        proof: (Proof<'_>, UnixTime),
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let entered = self.proceed_since(&mut *tx, proof, visit).await?;
        match tx.commit().await {
            Ok(()) => Ok(entered),
            Err(StoreError::Conflict) => Err(StepError::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Records a wrong guess, which stays counted.
    pub(super) async fn refuse_guess(
        &self,
        picked: &Picked,
        why: &'static str,
        visitor: &Visitor,
    ) -> Result<Entered, StepError> {
        let mut tx = self.store.begin().await?;
        let event = AuditEvent::new(self.clock.now(), AuditKind::SignInStep, Outcome::Denied)
            .user(picked.user.name.as_str())
            .reason(why)
            .peer(visitor.peer);
        tx.audit(event);
        tx.commit().await?;
        Err(StepError::Refused)
    }

    /// The key of an application.
    pub(crate) fn totp_key(&self, totp: &Totp) -> Option<TotpKey> {
        let opened = self
            .derived
            .totp
            .open(totp.user.as_str().as_bytes(), &totp.sealed);
        let Ok(opened) = opened else {
            tracing::error!(user = %totp.user, "the key of an authenticator application does not open");
            return None;
        };
        TotpKey::from_opened(&opened)
    }

    /// An application of `user`, whose first code was of `step`.
    pub(crate) fn new_totp(&self, user: &User, key: &TotpKey, step: i64) -> Totp {
        let context = user.id.as_str().as_bytes();
        let sealed = self
            .derived
            .totp
            .seal(draw(&*self.entropy), context, key.as_bytes());
        Totp {
            user: user.id.clone(),
            sealed,
            last_step: step,
            created_at: self.clock.now(),
            used_at: None,
        }
    }
}
