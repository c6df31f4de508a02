//! Where a person is signed in.

use doorward_core::{audit::AuditKind, id::SessionId, session::Session};
use doorward_store::StoreError;

use super::{AccountError, Accounts, Visit};

impl Accounts {
    /// The live sessions of the person, the one that was seen last first.
    pub async fn sessions(&self, visit: &Visit) -> Result<Vec<Session>, StoreError> {
        let mut tx = self.0.store.begin().await?;
        let (now, lifetimes) = (self.now(), self.0.published().config.lifetimes);
        let mut sessions = tx.sessions_of(&visit.user().id).await?;
        sessions.retain(|session| session.is_live(now, lifetimes.session_idle));
        Ok(sessions)
    }

    /// Ends one session, which may be the one of this visit.
    pub async fn end_session(&self, visit: &Visit, id: &SessionId) -> Result<(), AccountError> {
        let sessions = self.sessions(visit).await?;
        let found = sessions.iter().find(|session| session.id == *id);
        let session = found.ok_or(AccountError::NotThere)?; // AD-02
        let mut tx = self.0.store.begin().await?;
        tx.end_session(&session.digest);
        tx.audit(self.did(visit, AuditKind::SessionEnd, "one session"));
        Ok(tx.commit().await?)
    }

    /// Ends all sessions but the one of this visit.
    pub async fn end_other_sessions(&self, visit: &Visit) -> Result<(), AccountError> {
        let mut tx = self.0.store.begin().await?;
        tx.end_other_sessions_of_user(&visit.user().id, &visit.session().digest);
        tx.audit(self.did(visit, AuditKind::SessionEnd, "all other sessions"));
        Ok(tx.commit().await?)
    }

    /// Signs out everywhere.
    pub async fn end_all_sessions(&self, visit: &Visit) -> Result<(), AccountError> {
        let mut tx = self.0.store.begin().await?;
        tx.end_sessions_of_user(&visit.user().id);
        tx.audit(self.did(visit, AuditKind::SessionEnd, "all sessions"));
        Ok(tx.commit().await?)
    }
}
