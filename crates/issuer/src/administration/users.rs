//! Accounts and the set-up link.

use doorward_core::{
    audit::AuditKind,
    entropy::draw,
    grant::RevocationReason,
    id::UserId,
    lifetimes::Lifetimes,
    revocation::Revocation,
    secret::Secret,
    session::SetupLink,
    user::{PasswordError, PasswordHash, Role, User, Username},
};
use doorward_store::{StoreError, Tx};
use tokio::task::spawn_blocking;

use super::{Administration, AdministrationError};
use crate::passwords::{hash, judge};

impl Administration {
    /// Makes an account.
    pub async fn add_user(
        &self,
        name: &str,
        password: Secret,
        role: Role,
    ) -> Result<User, AdministrationError> {
        let name = Username::parse(name)?;
        let password = self.hash(password, vec![name.to_string()]).await?;
        let mut tx = self.store.begin().await?;
        let taken = AdministrationError::NameTaken(name.to_string());
        if tx.user_by_name(&name).await?.is_some() {
            return Err(taken);
        }
        let user = User {
            id: UserId::from_random(draw(&*self.entropy)),
            name,
            role,
            password: Some(password),
            display_name: None,
            mail: None,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        tx.add_user(&user);
        let event = self.event(AuditKind::UserChange, "added");
        tx.audit(event.user(user.name.as_str()));
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(taken),
            outcome => Ok(outcome.map(|()| user)?),
        }
    }

    /// All accounts, by name.
    pub async fn users(&self) -> Result<Vec<User>, AdministrationError> {
        Ok(self.store.begin().await?.users().await?)
    }

    /// Disables an account: nothing of it works any more, from now on.
    pub async fn disable_user(&self, name: &str) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let mut user = find(&mut *tx, name).await?;
        if is_last_administrator(&tx.users().await?, &user) {
            return Err(AdministrationError::LastAdministrator(
                user.name.to_string(),
            ));
        }
        let now = self.clock.now();
        user.disabled_at = Some(now);
        tx.set_disabled(&user.id, Some(now));
        self.cut_off(tx, &user, "disabled").await?;
        Ok(user)
    }

    /// Lets a disabled account sign in again.
    pub async fn enable_user(&self, name: &str) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let mut user = find(&mut *tx, name).await?;
        user.disabled_at = None;
        tx.set_disabled(&user.id, None);
        let event = self.event(AuditKind::UserChange, "enabled");
        tx.audit(event.user(user.name.as_str()));
        tx.commit().await?;
        Ok(user)
    }

    /// Replaces a password. Everything that the old one opened ends.
    pub async fn set_password(
        &self,
        name: &str,
        password: Secret,
    ) -> Result<User, AdministrationError> {
        let known = find(&mut *self.store.begin().await?, name).await?;
        let password = self.hash(password, known.known()).await?;
        let mut tx = self.store.begin().await?;
        let mut user = find(&mut *tx, name).await?;
        tx.set_password(&user.id, &password);
        user.password = Some(password);
        self.cut_off(tx, &user, "password changed").await?;
        Ok(user)
    }

    /// A token for `{public_url}/setup?token=...`, in place of every earlier one. Only while
    /// there is no account.
    pub async fn setup_link(&self) -> Result<Secret, AdministrationError> {
        let mut tx = self.store.begin().await?;
        if tx.has_users().await? {
            return Err(AdministrationError::SetUp);
        }
        let token = Secret::mint("dwi_", draw(&*self.entropy));
        tx.replace_setup_link(&SetupLink {
            digest: token.digest(),
            expires_at: self.clock.now() + Lifetimes::default().setup_link,
            used_at: None,
        });
        tx.audit(self.event(AuditKind::UserChange, "set-up link made"));
        tx.commit().await?;
        Ok(token)
    }

    /// Ends the sessions and grants of a user, and commits.
    async fn cut_off(
        &self,
        mut tx: Box<dyn Tx>,
        user: &User,
        what: &'static str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        tx.end_sessions_of_user(&user.id);
        tx.forget_devices_of_user(&user.id);
        tx.revoke_grants_of_user(&user.id, now, RevocationReason::UserChanged);
        let event = self.event(AuditKind::UserChange, what);
        tx.audit(event.user(user.name.as_str()));
        tx.commit().await?;
        self.revocations.add(Revocation::User(user.id.clone()), now);
        Ok(())
    }

    /// Judges and hashes a password for the person of whom `about` is known.
    async fn hash(
        &self,
        password: Secret,
        about: Vec<String>,
    ) -> Result<PasswordHash, AdministrationError> {
        let salt = draw(&*self.entropy);
        let hashed = spawn_blocking(move || Ok(hash(&judge(password, &about)?, salt))).await;
        let failed = || AdministrationError::PasswordHashing;
        let hashed: Result<_, PasswordError> = hashed.map_err(|_| failed())?;
        hashed?.ok_or_else(failed)
    }
}

pub(super) async fn find(tx: &mut dyn Tx, name: &str) -> Result<User, AdministrationError> {
    let name = Username::parse(name)?;
    let user = tx.user_by_name(&name).await?;
    user.ok_or_else(|| AdministrationError::NoSuchUser(name.to_string()))
}

/// Whether nobody else could administer without `user`.
pub(crate) fn is_last_administrator(users: &[User], user: &User) -> bool {
    let can = |user: &User| user.role == Role::Administrator && user.disabled_at.is_none();
    can(user) && !users.iter().any(|other| other.id != user.id && can(other))
}
