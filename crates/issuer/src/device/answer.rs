//! Finds the request that a user code means, and commits the person's answer.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::Client,
    consent::Given,
    device::{DeviceApproval, DeviceAuthorization, DeviceState, UserCode},
};
use doorward_store::{StoreError, Tx};

use super::error::DeviceError;
use crate::{
    browser::{SignedIn, Visitor},
    limits::peer_key,
    shared::Shared,
};

/// A request that waits for an answer, or got one, with its client as registered just now.
pub(super) struct Waiting {
    pub(super) request: DeviceAuthorization,
    pub(super) client: Client,
    pub(super) code: UserCode,
}

impl Shared {
    /// The request that `typed` means. Wrong codes wear out the limits of the person and of
    /// the address; right ones do not (RFC 8628 section 5.1, S-012).
    pub(super) async fn waiting_device(
        &self,
        tx: &mut dyn Tx,
        typed: &str,
        (signed_in, visitor): (&SignedIn, &Visitor),
    ) -> Result<Waiting, DeviceError> {
        let (now, limits) = (self.clock.now(), &self.limits);
        let (account, peer) = (signed_in.user.id.clone(), peer_key(visitor.peer));
        limits
            .device_code_account
            .take(account.clone(), now)
            .map_err(DeviceError::TooMany)?;
        limits
            .device_code_peer
            .take(peer, now)
            .map_err(DeviceError::TooMany)?;
        let found = self.find_device(tx, typed).await?;
        let pending = found.filter(|found| found.request.state == DeviceState::Pending);
        let waiting = pending.ok_or(DeviceError::UnknownCode)?;
        limits.device_code_account.give_back(&account);
        limits.device_code_peer.give_back(&peer);
        Ok(waiting)
    }

    /// The request that `typed` means, answered or not.
    pub(super) async fn find_device(
        &self,
        tx: &mut dyn Tx,
        typed: &str,
    ) -> Result<Option<Waiting>, StoreError> {
        let Some(code) = UserCode::parse(typed) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let request = tx.device_authorization_by_user_code(&code.digest()).await?;
        let Some(request) = request.filter(|request| now < request.expires_at) else {
            return Ok(None);
        };
        let client = tx.client(&request.client).await?.filter(Client::is_usable);
        Ok(client.map(|client| Waiting {
            request,
            client,
            code,
        }))
    }

    /// Commits the person's yes. A request is answered once, by whoever was shown it (CO-09).
    pub(super) async fn approve_device(
        &self,
        mut tx: Box<dyn Tx>,
        waiting: &Waiting,
        (signed_in, visitor): (&SignedIn, &Visitor),
        given: &Given,
    ) -> Result<(), DeviceError> {
        let approval = DeviceApproval {
            user: signed_in.user.id.clone(),
            authenticated_at: signed_in.session.authenticated_at,
            methods: signed_in.session.methods.clone(),
            ends_at: given.ends_at,
        };
        let opens = (&given.scopes, &given.details);
        tx.approve_device(&waiting.request.digest, &approval, opens);
        tx.mark_client_used(&waiting.client.id, self.clock.now());
        let event = self.device_answered(Outcome::Allowed, waiting, (signed_in, visitor));
        tx.audit(event.reason(format!("device: {}", given.scopes)));
        tx.commit().await.map_err(answered)
    }

    /// Commits the person's no.
    pub(super) async fn deny_device(
        &self,
        mut tx: Box<dyn Tx>,
        waiting: &Waiting,
        (signed_in, visitor): (&SignedIn, &Visitor),
    ) -> Result<(), DeviceError> {
        tx.deny_device(&waiting.request.digest);
        let event = self.device_answered(Outcome::Denied, waiting, (signed_in, visitor));
        tx.audit(event.reason("device"));
        tx.commit().await.map_err(answered)
    }

    fn device_answered(
        &self,
        outcome: Outcome,
        waiting: &Waiting,
        (signed_in, visitor): (&SignedIn, &Visitor),
    ) -> AuditEvent {
        let event = AuditEvent::new(self.clock.now(), AuditKind::Consent, outcome)
            .user(signed_in.user.name.as_str())
            .client(waiting.client.id.as_str())
            .peer(visitor.peer);
        match self.published().label(&waiting.request.resource) {
            Some(name) => event.server(name),
            None => event,
        }
    }
}

/// Somebody answered first, or may not answer any more.
fn answered(error: StoreError) -> DeviceError {
    match error {
        StoreError::Conflict => DeviceError::UnknownCode,
        StoreError::Corrupt(_) | StoreError::Unavailable(_) => DeviceError::Store(error),
    }
}
