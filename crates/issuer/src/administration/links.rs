//! Links of people elsewhere to accounts here, as administrators make and cut them. People
//! make their own where they sign in through identity providers.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::AuditKind,
    grant::{Grant, RevocationReason},
    group::GroupSource,
    id::UserId,
    revocation::Revocation,
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};

use super::{Administration, AdministrationError, users::find};
use crate::groups::{GroupsSaid, say_groups};

impl Administration {
    /// Links whom `issuer` calls `subject` to the account named `name`.
    pub async fn link_user(
        &self,
        name: &str,
        issuer: &str,
        subject: &str,
    ) -> Result<AccountLink, AdministrationError> {
        let foreign = ForeignSubject::parse(issuer, subject)?;
        let mut tx = self.store.begin().await?;
        let user = find(&mut *tx, name).await?;
        if tx.account_link(&foreign).await?.is_some() {
            return Err(AdministrationError::Linked);
        }
        let link = AccountLink {
            foreign,
            user: user.id,
            created_at: self.clock.now(),
            used_at: None,
        };
        tx.add_account_link(&link);
        let event = self
            .event(AuditKind::UserChange, "linked")
            .user(user.name.as_str());
        tx.audit(event.reason(format!("linked to {subject} of {issuer}")));
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(AdministrationError::Linked),
            outcome => Ok(outcome.map(|()| link)?),
        }
    }

    /// All links, with the names of their accounts.
    pub async fn account_links(&self) -> Result<Vec<(AccountLink, String)>, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let users = tx.users().await?;
        let name = |id: &UserId| {
            let user = users.iter().find(|user| user.id == *id);
            user.map_or_else(String::new, |user| user.name.to_string())
        };
        let links = tx.account_links().await?.into_iter();
        Ok(links.map(|link| (link.clone(), name(&link.user))).collect())
    }

    /// Cuts a link, and ends at once what the account got by the word of another issuer: sessions
    /// and grants of those who signed in through it, groups, and what assertions brought. An
    /// assertion that is redeemed at the same time is either ended by the commit that cuts the
    /// link, or comes after it and finds no link.
    pub async fn unlink_user(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<(), AdministrationError> {
        let foreign = ForeignSubject::claimed(issuer, subject);
        let mut tx = self.store.begin().await?;
        let link = tx.account_link(&foreign).await?;
        let link = link.ok_or(AdministrationError::NoSuchLink)?;
        let user = tx.user(&link.user).await?;
        let now = self.clock.now();
        let groups = end_its_word(&mut *tx, &link, now).await?;
        tx.remove_account_link(&link);
        tx.revoke_asserted_grants_of_user(&link.user, now, RevocationReason::UserChanged);
        let name = user.map_or_else(String::new, |user| user.name.to_string());
        let event = self.event(AuditKind::UserChange, "unlinked").user(&name);
        tx.audit(event.reason(format!("unlinked from {subject} of {issuer}")));
        match tx.commit().await {
            Err(StoreError::Conflict) => return Err(AdministrationError::NoSuchLink),
            outcome => outcome?,
        }
        if let Some(said) = groups {
            said.tell(&self.revocations);
        }
        let mut tx = self.store.begin().await?;
        for grant in ended(&mut *tx, &link.user, now).await? {
            self.revocations.add(Revocation::Grant(grant.id), now);
        }
        for grant in tx.vouched_grants(&link.user, &foreign, None).await? {
            self.revocations.add(Revocation::Grant(grant), now);
        }
        Ok(())
    }
}

/// Ends what stands by the word of a provider on who is linked.
async fn end_its_word(
    tx: &mut dyn Tx,
    link: &AccountLink,
    now: UnixTime,
) -> Result<Option<GroupsSaid>, StoreError> {
    let (user, foreign) = (&link.user, &link.foreign);
    let said = match tx.federated_account(foreign).await? {
        Some(account) => {
            let source = GroupSource::Provider(account.provider);
            Some(say_groups(tx, (user, &source), &[], now).await?)
        }
        None => None,
    };
    tx.end_vouched(user, foreign, None);
    tx.revoke_vouched(user, foreign, None, now, RevocationReason::UserChanged);
    Ok(said)
}

/// What the user got by the word of another issuer, and lost at `at`: nobody proved to be the
/// user there. Which of several links each came by is not kept; whoever is still linked asks
/// again.
async fn ended(tx: &mut dyn Tx, user: &UserId, at: UnixTime) -> Result<Vec<Grant>, StoreError> {
    let mut grants = tx.grants(Some(user), None).await?;
    let ended = |grant: &Grant| grant.revoked.is_some_and(|revoked| revoked.at == at);
    grants.retain(|grant| grant.authenticated_at.is_none() && ended(grant));
    Ok(grants)
}
