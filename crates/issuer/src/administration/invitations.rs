//! Invitations and one-time links to set a new password (LG-09).

use std::time::Duration;

use doorward_core::{
    audit::AuditKind,
    entropy::draw,
    group::GroupName,
    id::InvitationId,
    invitation::{INVITATION, Invitation, LONGEST_INVITATION, PASSWORD_RESET, PasswordReset},
    secret::Secret,
    time::UnixTime,
    user::{MailAddress, Role, User, Username},
};
use doorward_store::{StoreError, Tx};

use super::{Administration, AdministrationError, groups::find_group, users::find};

/// An invitation that is to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The sign-in name, or an address of mail: then the person chooses the name.
    pub whom: String,
    /// What the account may do.
    pub role: Role,
    /// Groups that it is in from the beginning; somebody made them.
    pub groups: Vec<String>,
    /// How long the link works; three days when nothing is said.
    pub lifetime: Option<Duration>,
}

/// For whom an invitation is.
enum Whom {
    Name(Username),
    Mail(MailAddress),
}

impl Administration {
    /// Makes an invitation. The secret goes into its link and is known to nobody afterwards.
    pub async fn invite(
        &self,
        new: NewInvitation,
    ) -> Result<(Invitation, Secret), AdministrationError> {
        let lifetime = new.lifetime.unwrap_or(INVITATION);
        if !(Duration::from_secs(60)..=LONGEST_INVITATION).contains(&lifetime) {
            return Err(AdministrationError::InvitationLifetime);
        }
        let mut tx = self.store.begin().await?;
        let whom = whom(&new.whom)?;
        let name = match &whom {
            Whom::Name(name) => Some(name.clone()),
            Whom::Mail(_) => None,
        };
        if let Some(name) = &name
            && tx.user_by_name(name).await?.is_some()
        {
            return Err(AdministrationError::NameTaken(name.to_string()));
        }
        let groups = known_groups(&mut *tx, &new.groups).await?;
        let secret = Secret::mint("dwv_", draw(&*self.entropy));
        let now = self.clock.now();
        let invitation = Invitation {
            id: InvitationId::from_random(draw(&*self.entropy)),
            digest: secret.digest(),
            name,
            mail: match whom {
                Whom::Name(_) => None,
                Whom::Mail(mail) => Some(mail),
            },
            role: new.role,
            groups,
            created_at: now,
            expires_at: now + lifetime,
        };
        tx.add_invitation(&invitation);
        let event = self.event(AuditKind::Invitation, "");
        let reason = format!("{} invited as {}", whom_of(&invitation), invitation.role);
        tx.audit(event.reason(reason));
        tx.commit().await?;
        Ok((invitation, secret))
    }

    /// All invitations that were not used, newest first; some may be too old to be.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, AdministrationError> {
        Ok(self.store.begin().await?.invitations().await?)
    }

    /// Revokes an invitation, by its identifier, or all for a name or an address. Returns how
    /// many.
    pub async fn revoke_invitations(&self, which: &str) -> Result<usize, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let which = which.trim().to_ascii_lowercase();
        let meant = |invitation: &Invitation| {
            invitation.id.as_str() == which || whom_of(invitation) == which
        };
        let found = tx.invitations().await?.into_iter().filter(meant);
        let found: Vec<Invitation> = found.collect();
        if found.is_empty() {
            return Err(AdministrationError::NoSuchInvitation(which));
        }
        for invitation in &found {
            tx.remove_invitation(&invitation.id);
            let event = self.event(AuditKind::Invitation, "");
            tx.audit(event.reason(format!("invitation of {} revoked", whom_of(invitation))));
        }
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(AdministrationError::NoSuchInvitation(which)),
            outcome => Ok(outcome.map(|()| found.len())?),
        }
    }

    /// A secret for a link with which a user sets a new password, in place of every earlier one.
    pub async fn reset_password(
        &self,
        name: &str,
    ) -> Result<(User, Secret, UnixTime), AdministrationError> {
        let mut tx = self.store.begin().await?;
        let user = find(&mut *tx, name).await?;
        if user.disabled_at.is_some() {
            return Err(AdministrationError::Disabled(user.name.to_string()));
        }
        let secret = Secret::mint("dwp_", draw(&*self.entropy));
        let now = self.clock.now();
        let expires_at = now + PASSWORD_RESET;
        tx.replace_password_reset(&PasswordReset {
            digest: secret.digest(),
            user: user.id.clone(),
            created_at: now,
            expires_at,
        });
        let event = self.event(AuditKind::PasswordReset, "link made by an administrator");
        tx.audit(event.user(user.name.as_str()));
        tx.commit().await?;
        Ok((user, secret, expires_at))
    }
}

/// For whom an invitation is, in a word.
pub(crate) fn whom_of(invitation: &Invitation) -> String {
    let name = invitation.name.as_ref().map(Username::to_string);
    let mail = || invitation.mail.as_ref().map(MailAddress::to_string);
    name.or_else(mail).unwrap_or_default()
}

/// What reads like an address is one: whoever should sign in by it can choose it as a name.
fn whom(text: &str) -> Result<Whom, AdministrationError> {
    match text.contains('@') {
        true => Ok(Whom::Mail(MailAddress::parse(text)?)),
        false => Ok(Whom::Name(Username::parse(text)?)),
    }
}

async fn known_groups(
    tx: &mut dyn Tx,
    names: &[String],
) -> Result<Vec<GroupName>, AdministrationError> {
    let mut groups = Vec::with_capacity(names.len());
    for name in names {
        groups.push(find_group(tx, name).await?.name);
    }
    groups.sort();
    groups.dedup();
    Ok(groups)
}
