//! Accounts and the set-up link.

use std::borrow::Cow;

use doorward_core::{
    audit::AuditKind,
    entropy::draw,
    grant::RevocationReason,
    id::UserId,
    lifetimes::Lifetimes,
    provisioning::ProvisionedUser,
    revocation::Revocation,
    secret::Secret,
    session::SetupLink,
    time::UnixTime,
    user::{DisplayName, MailAddress, PasswordError, PasswordHash, Role, User, Username},
};
use doorward_store::{StoreError, Tx};
use tokio::task::spawn_blocking;

use super::{Administration, AdministrationError};
use crate::passwords::{hash, judge};

/// How often an account is disabled from the load when its provider changes it at the same time.
const TRIES: usize = 3;

/// What is to be changed of what an account says of the person; an inner `None` takes it back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Where messages go.
    pub mail: Option<Option<String>>,
    /// What the person is called.
    pub display_name: Option<Option<String>>,
}

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
        let event = self
            .event(AuditKind::UserChange, "")
            .user(user.name.as_str());
        tx.audit(event.reason(format!("added as {role}")));
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(taken),
            outcome => Ok(outcome.map(|()| user)?),
        }
    }

    /// All accounts, by name.
    pub async fn users(&self) -> Result<Vec<User>, AdministrationError> {
        Ok(self.store.begin().await?.users().await?)
    }

    /// The account with this name.
    pub async fn user(&self, name: &str) -> Result<User, AdministrationError> {
        find(&mut *self.store.begin().await?, name).await
    }

    /// Disables an account: nothing of it works any more, from now on. No provider that made it
    /// ends that.
    pub async fn disable_user(&self, name: &str) -> Result<User, AdministrationError> {
        for _ in 0..TRIES {
            match self.disable_once(name).await {
                // Or its provider changed it meanwhile: the next look tells.
                Err(AdministrationError::LastAdministrator(_)) => {}
                outcome => return outcome,
            }
        }
        self.disable_once(name).await
    }

    async fn disable_once(&self, name: &str) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let mut user = find_unless_last(&mut *tx, name).await?;
        let now = self.clock.now();
        user.disabled_at = Some(now);
        tx.set_disabled(&user.id, Some(now));
        if let Some(before) = tx.provisioned_user(&user.id).await? {
            let after = UnixTime::from_millis(before.changed_at.millis() + 1);
            let kept = ProvisionedUser {
                is_suspended: false, // an administrator does it now
                changed_at: now.max(after),
                ..before.clone()
            };
            tx.replace_provisioned_user(&before, &kept);
        }
        self.cut_off(tx, &user, "disabled").await?;
        Ok(user)
    }

    /// Removes an account with everything of it. What it was, the audit log keeps.
    pub async fn remove_user(&self, name: &str) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let user = find_unless_last(&mut *tx, name).await?;
        let now = self.clock.now();
        tx.remove_user(&user.id, now);
        let event = self.event(AuditKind::UserChange, "removed");
        tx.audit(event.user(user.name.as_str()));
        self.commit_unless_last(tx, &user).await?;
        self.revocations.add(Revocation::User(user.id.clone()), now);
        Ok(user)
    }

    /// Changes what an account may do. Its sessions end (LG-01); with less than before, its
    /// grants end as well (S-022).
    pub async fn set_role(&self, name: &str, role: Role) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let before = find(&mut *tx, name).await?;
        let user = User {
            role,
            ..before.clone()
        };
        if role == before.role {
            return Ok(user);
        }
        if role != Role::Administrator {
            check_not_last(&tx.users().await?, &before)?;
        }
        tx.set_role(&user.id, role);
        let what = format!("role changed from {} to {role}", before.role);
        if is_less(role, before.role) {
            self.cut_off(tx, &user, what).await?;
            return Ok(user);
        }
        tx.end_sessions_of_user(&user.id);
        let event = self.event(AuditKind::UserChange, "").reason(what);
        tx.audit(event.user(user.name.as_str()));
        self.commit_unless_last(tx, &user).await?;
        Ok(user)
    }

    /// Changes what an account says of the person.
    pub async fn set_profile(
        &self,
        name: &str,
        profile: Profile,
    ) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let mut user = find(&mut *tx, name).await?;
        let mut what = Vec::new();
        if let Some(mail) = profile.mail {
            user.mail = mail.as_deref().map(MailAddress::parse).transpose()?;
            tx.set_mail(&user.id, user.mail.as_ref());
            what.push("mail");
        }
        if let Some(shown) = profile.display_name {
            user.display_name = shown.as_deref().map(DisplayName::parse).transpose()?;
            tx.set_display_name(&user.id, user.display_name.as_ref());
            what.push("display name");
        }
        let event = self.event(AuditKind::UserChange, "");
        let event = event.reason(format!("{} changed", what.join(" and ")));
        tx.audit(event.user(user.name.as_str()));
        tx.commit().await?;
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
        what: impl Into<Cow<'static, str>>,
    ) -> Result<(), AdministrationError> {
        let now = self.clock.now();
        tx.end_sessions_of_user(&user.id);
        tx.forget_devices_of_user(&user.id);
        tx.revoke_grants_of_user(&user.id, now, RevocationReason::UserChanged);
        let event = self.event(AuditKind::UserChange, "").reason(what);
        tx.audit(event.user(user.name.as_str()));
        self.commit_unless_last(tx, user).await?;
        self.revocations.add(Revocation::User(user.id.clone()), now);
        Ok(())
    }

    /// Commits what the database refuses while nobody else could administer (AD-03), or when the
    /// account went meanwhile.
    async fn commit_unless_last(
        &self,
        tx: Box<dyn Tx>,
        user: &User,
    ) -> Result<(), AdministrationError> {
        match tx.commit().await {
            Err(StoreError::Conflict) => {
                let still = self.store.begin().await?.user(&user.id).await?;
                let name = user.name.to_string();
                Err(match still {
                    Some(_) => AdministrationError::LastAdministrator(name),
                    None => AdministrationError::NoSuchUser(name),
                })
            }
            outcome => Ok(outcome?),
        }
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

/// Whether nobody else could administer without `user`. The database has the last word (AD-03).
pub(crate) fn is_last_administrator(users: &[User], user: &User) -> bool {
    administers(user)
        && !users
            .iter()
            .any(|other| other.id != user.id && administers(other))
}

/// Whether the account can administer.
pub(super) fn administers(user: &User) -> bool {
    user.role == Role::Administrator && user.disabled_at.is_none()
}

async fn find_unless_last(tx: &mut dyn Tx, name: &str) -> Result<User, AdministrationError> {
    let user = find(tx, name).await?;
    check_not_last(&tx.users().await?, &user)?;
    Ok(user)
}

fn check_not_last(users: &[User], user: &User) -> Result<(), AdministrationError> {
    match is_last_administrator(users, user) {
        true => Err(AdministrationError::LastAdministrator(
            user.name.to_string(),
        )),
        false => Ok(()),
    }
}

/// Whether `role` may do less than `before`.
pub(super) fn is_less(role: Role, before: Role) -> bool {
    let rank = |role| Role::ALL.iter().position(|known| *known == role);
    rank(role) < rank(before)
}
