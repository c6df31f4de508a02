//! Makes the first administrator and signs in.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    id::UserId,
    secret::{Digest, Secret},
    session::{Method, Methods},
    user::{Role, User, Username},
};
use doorward_store::Tx;

use super::error::SetupError;
use crate::{
    browser::Visitor,
    shared::Shared,
    sign_in::{Entered, Proof, Visit},
};

/// What a person typed.
#[derive(Debug)]
pub(super) struct NewAdministrator {
    pub(super) link: Digest,
    pub(super) name: String,
    pub(super) password: Secret,
    pub(super) again: Secret,
}

impl Shared {
    /// Whether the link can still make the first account.
    pub(super) async fn check_link(&self, link: &Digest) -> Result<(), SetupError> {
        let mut tx = self.store.begin().await?;
        self.check_link_in(&mut *tx, link).await
    }

    /// Makes the account, and enters with it.
    pub(super) async fn set_up(
        &self,
        typed: NewAdministrator,
        visit: &Visit<'_>,
    ) -> Result<Entered, SetupError> {
        self.check_link(&typed.link).await?;
        let name = Username::parse(&typed.name)?;
        if typed.password != typed.again {
            return Err(SetupError::Different);
        }
        let about = vec![name.to_string()];
        let password = self.passwords.judge(typed.password, about).await??;
        let salt = draw(&*self.entropy);
        let password = self.passwords.hash(password, salt).await?;

        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        self.check_link_in(&mut *tx, &typed.link).await?;
        let user = User {
            id: UserId::from_random(draw(&*self.entropy)),
            name,
            role: Role::Administrator,
            password: Some(password),
            display_name: None,
            mail: None,
            created_at: now,
            disabled_at: None,
        };
        tx.use_setup_link(&typed.link, now);
        tx.add_user(&user);
        let event = AuditEvent::new(now, AuditKind::UserChange, Outcome::Allowed)
            .user(user.name.as_str())
            .peer(visit.visitor.peer);
        tx.audit(event.reason("first administrator made through the set-up link"));
        let proof = Proof {
            user: &user,
            methods: Methods::of([Method::Link]),
            said: None,
        };
        let entered = self.proceed(&mut *tx, proof, visit).await?;
        tx.commit().await?;
        Ok(entered)
    }

    /// Records that nobody was made an administrator. There is nothing to commit with it.
    pub(super) fn note_refused_setup(&self, error: &SetupError, visitor: &Visitor) {
        if matches!(error, SetupError::CrossSite) {
            return; // recorded as such
        }
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserChange, Outcome::Denied)
            .reason(error.to_string());
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a refused set-up could not be recorded");
        }
    }

    async fn check_link_in(&self, tx: &mut dyn Tx, link: &Digest) -> Result<(), SetupError> {
        if tx.has_users().await? {
            return Err(SetupError::SetUp);
        }
        let now = self.clock.now();
        let stored = tx.setup_link(link).await?;
        let live = stored.is_some_and(|link| link.used_at.is_none() && now < link.expires_at);
        live.then_some(()).ok_or(SetupError::Link)
    }
}
