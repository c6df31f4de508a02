//! Makes the account that an invitation describes, and signs in.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    group::{GroupSource, Membership},
    id::UserId,
    invitation::Invitation,
    secret::{Digest, Secret},
    session::{Method, Methods},
    user::{User, Username},
};
use doorward_store::{StoreError, Tx};

use super::error::InvitationError;
use crate::{
    browser::Visitor,
    shared::Shared,
    sign_in::{Entered, Proof, Visit},
};

/// What a person typed.
#[derive(Debug)]
pub(super) struct Accepting {
    pub(super) link: Digest,
    pub(super) name: String,
    pub(super) password: Secret,
    pub(super) again: Secret,
}

impl Shared {
    /// The invitation behind a link that can still be used.
    pub(super) async fn invitation(&self, link: &Digest) -> Result<Invitation, InvitationError> {
        let mut tx = self.store.begin().await?;
        self.live_invitation(&mut *tx, link).await
    }

    /// Makes the account, and enters with it.
    pub(super) async fn accept_invitation(
        &self,
        typed: Accepting,
        visit: &Visit<'_>,
    ) -> Result<Entered, InvitationError> {
        let invitation = self.invitation(&typed.link).await?;
        let name = Username::parse(&typed.name)?;
        let name = invitation.name_for(&name);
        let name = name.ok_or(InvitationError::OtherName)?;
        if typed.password != typed.again {
            return Err(InvitationError::Different);
        }
        let user = self.invited(&invitation, name);
        let judged = self.passwords.judge(typed.password, user.known()).await??;
        let salt = draw(&*self.entropy);
        let password = self.passwords.hash(judged, salt).await?;
        let user = User {
            password: Some(password),
            ..user
        };

        let mut tx = self.store.begin().await?;
        self.live_invitation(&mut *tx, &typed.link).await?;
        if tx.user_by_name(&user.name).await?.is_some() {
            return Err(InvitationError::NameTaken);
        }
        tx.use_invitation(&typed.link);
        tx.add_user(&user);
        join(&mut *tx, &user, &invitation);
        let event = AuditEvent::new(self.clock.now(), AuditKind::Invitation, Outcome::Allowed);
        let event = event.user(user.name.as_str()).peer(visit.visitor.peer);
        tx.audit(event.reason(format!("account made as {} by invitation", user.role)));
        let proof = Proof {
            user: &user,
            methods: Methods::of([Method::Link]),
            said: None,
        };
        let entered = self.proceed(&mut *tx, proof, visit).await?;
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(self.lost(&typed.link).await),
            outcome => Ok(outcome.map(|()| entered)?),
        }
    }

    /// Records that no account was made. There is nothing to commit with it.
    pub(super) fn note_refused_invitation(&self, error: &InvitationError, visitor: &Visitor) {
        if matches!(error, InvitationError::CrossSite) {
            return; // recorded as such
        }
        let event = AuditEvent::new(self.clock.now(), AuditKind::Invitation, Outcome::Denied);
        let event = event.reason(error.to_string());
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a refused invitation could not be recorded");
        }
    }

    /// Of two that race for a link or a name, what the second one lost.
    async fn lost(&self, link: &Digest) -> InvitationError {
        match self.invitation(link).await {
            Ok(_) => InvitationError::NameTaken,
            Err(error) => error,
        }
    }

    async fn live_invitation(
        &self,
        tx: &mut dyn Tx,
        link: &Digest,
    ) -> Result<Invitation, InvitationError> {
        let now = self.clock.now();
        let found = tx.invitation(link).await?;
        let live = found.filter(|invitation| invitation.is_live(now));
        live.ok_or(InvitationError::Link)
    }

    fn invited(&self, invitation: &Invitation, name: Username) -> User {
        User {
            id: UserId::from_random(draw(&*self.entropy)),
            name,
            role: invitation.role,
            password: None,
            display_name: None,
            mail: invitation.mail.clone(),
            created_at: self.clock.now(),
            disabled_at: None,
        }
    }
}

fn join(tx: &mut dyn Tx, user: &User, invitation: &Invitation) {
    for group in &invitation.groups {
        tx.add_member(&Membership {
            user: user.id.clone(),
            group: group.clone(),
            source: GroupSource::Local,
        });
    }
}
