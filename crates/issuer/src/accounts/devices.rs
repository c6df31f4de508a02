//! The devices that a person signed in on.

use doorward_core::{audit::AuditKind, id::DeviceId, known_device::KnownDevice};
use doorward_store::StoreError;

use super::{AccountError, Accounts, Visit};

impl Accounts {
    /// The devices of the person, the one that was seen last first.
    pub async fn devices(&self, visit: &Visit) -> Result<Vec<KnownDevice>, StoreError> {
        let mut tx = self.0.store.begin().await?;
        let mut devices = tx.known_devices_of(&visit.user().id).await?;
        let now = self.now();
        devices.retain(|device| now < device.expires_at);
        Ok(devices)
    }

    /// Whether this visit comes from `device`.
    pub fn is_of(&self, visit: &Visit, device: &KnownDevice) -> bool {
        let sent = visit.visitor.device.as_ref();
        sent.is_some_and(|value| value.digest().matches(&device.digest))
    }

    /// Forgets a device: the next sign-in on it counts as one from anywhere.
    pub async fn forget_device(&self, visit: &Visit, id: &DeviceId) -> Result<(), AccountError> {
        let mut tx = self.0.store.begin().await?;
        tx.forget_device(&visit.user().id, id); // AD-02: a conflict unless it is theirs
        tx.audit(self.did(visit, AuditKind::Forget, "a device"));
        Ok(tx.commit().await?)
    }
}
