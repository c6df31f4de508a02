//! What a person is called, and their password.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    grant::RevocationReason,
    revocation::Revocation,
    secret::{Digest, Secret},
    session::Method,
    user::DisplayName,
};
use doorward_store::Tx;

use super::{AccountError, Accounts, Cookies, Fresh, Visit};
use crate::{
    browser::{Arrival, Visitor},
    sign_in::{self, Entered, Proof},
};

/// What a person typed to change their password.
#[derive(Debug)]
pub struct NewPasswordTyped {
    /// The old one.
    pub old: Secret,
    /// The new one.
    pub new: Secret,
    /// The new one once more.
    pub again: Secret,
}

impl Accounts {
    /// Says what the person is called; an empty name takes it back.
    pub async fn set_display_name(&self, visit: &Visit, name: &str) -> Result<(), AccountError> {
        let name = match name.trim() {
            "" => None,
            name => Some(DisplayName::parse(name)?),
        };
        let mut tx = self.0.store.begin().await?;
        tx.set_display_name(&visit.user().id, name.as_ref());
        tx.audit(self.did(visit, AuditKind::UserChange, "display name changed"));
        Ok(tx.commit().await?)
    }

    /// Replaces the password. Everything that the old one opened ends: sessions, grants,
    /// and what devices were known. The browser of this visit gets a new session (LG-01).
    pub async fn change_password(
        &self,
        Fresh(visit): Fresh<'_>,
        typed: NewPasswordTyped,
    ) -> Result<Cookies, AccountError> {
        if typed.new != typed.again {
            return Err(AccountError::Different);
        }
        let user = visit.user();
        let known = user.password.clone().ok_or(AccountError::NoPassword)?;
        self.prove(visit, typed.old, known).await?;
        let passwords = &self.0.passwords;
        let password = passwords.judge(typed.new, user.known()).await??;
        let salt = draw(&*self.0.entropy);
        let password = passwords.hash(password, salt).await?;

        let now = self.now();
        let mut tx = self.0.store.begin().await?;
        if tx.user(&user.id).await?.as_ref() != Some(user) {
            return Err(AccountError::NotThere); // changed while the password was checked
        }
        tx.set_password(&user.id, &password);
        tx.end_sessions_of_user(&user.id);
        tx.forget_devices_of_user(&user.id);
        tx.revoke_grants_of_user(&user.id, now, RevocationReason::UserChanged);
        let arrival = self.come_in_anew(&mut *tx, visit).await?;
        tx.audit(self.did(
            visit,
            AuditKind::UserChange,
            "password changed by its owner",
        ));
        tx.commit().await?;
        self.0
            .revocations
            .add(Revocation::User(user.id.clone()), now);
        Ok(self.cookies_of(&arrival))
    }

    /// A new session of who just typed the password, with what else they showed before. The device
    /// gets another value, since the old one was forgotten: a copy of it counts for nothing.
    async fn come_in_anew(&self, tx: &mut dyn Tx, visit: &Visit) -> Result<Arrival, AccountError> {
        let visitor = Visitor {
            device: None,
            ..visit.visitor.clone()
        };
        let proof = Proof {
            user: visit.user(),
            methods: visit.session().methods.clone().with(Method::Password),
            said: None,
        };
        let way = sign_in::Visit {
            visitor: &visitor,
            flow: "",
            page: "/account/profile",
            wanted: None,
        };
        match self.0.proceed(tx, proof, &way).await? {
            Entered::SignedIn(arrival) => Ok(arrival),
            Entered::Owes(_) => Err(AccountError::NotThere), // a factor was added meanwhile
        }
    }

    /// Checks the old password, as seldom as at a sign-in on a known device (LG-02).
    async fn prove(
        &self,
        visit: &Visit,
        old: Secret,
        known: doorward_core::user::PasswordHash,
    ) -> Result<(), AccountError> {
        let (user, now) = (visit.user(), self.now());
        let key = (visit.session().digest, Digest::of(user.name.as_str()));
        let limit = &self.0.limits.sign_in_known;
        let taken = limit.take(key, now);
        taken.map_err(|wait| AccountError::TooMany(wait.0))?;
        let verified = self.0.passwords.verify(old, Some(known)).await;
        if verified.inspect_err(|_| limit.give_back(&key))? {
            limit.give_back(&key);
            return Ok(());
        }
        let event = AuditEvent::new(now, AuditKind::UserChange, Outcome::Denied)
            .user(user.name.as_str())
            .peer(visit.peer())
            .reason("wrong password for a change of the password");
        let mut tx = self.0.store.begin().await?;
        tx.audit(event);
        tx.commit().await?;
        Err(AccountError::WrongPassword)
    }
}
