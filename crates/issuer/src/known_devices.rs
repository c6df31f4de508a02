//! Devices that people signed in on before: recognised at a sign-in, counted apart when
//! passwords are guessed (LG-02). What is stored and why: `doorward_core::known_device`.

use doorward_core::{
    agent::Agent,
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    id::DeviceId,
    known_device::{KnownDevice, Recognition, recognise},
    secret::{Digest, Secret},
    user::{User, Username},
};
use doorward_store::{StoreError, Tx};

use crate::{
    browser::{DEVICE, Visitor},
    shared::Shared,
};

impl Shared {
    /// The device of `visitor`, if the account of this name was signed in to on it. For a name
    /// without an account the answer takes as long (LG-03).
    pub(crate) async fn known_device(
        &self,
        name: Option<&Username>,
        visitor: &Visitor,
    ) -> Result<Option<Digest>, StoreError> {
        let (Some(name), Some(value)) = (name, &visitor.device) else {
            return Ok(None);
        };
        let mut tx = self.store.begin().await?;
        let known = tx.known_device(&value.digest(), name).await?;
        let now = self.clock.now();
        let known = known.filter(|device| now < device.expires_at);
        Ok(known.map(|device| device.digest))
    }

    /// The device of `visitor`, if anybody signed in on it.
    pub(crate) async fn device_of_anybody(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<Digest>, StoreError> {
        let Some(value) = &visitor.device else {
            return Ok(None);
        };
        let digest = value.digest();
        let known = self.store.begin().await?.known_devices(&digest).await?;
        let now = self.clock.now();
        let live = known.iter().any(|device| now < device.expires_at);
        Ok(live.then_some(digest))
    }

    /// Remembers that `user` proved who they are on the device of `visitor`. Returns what the
    /// browser keeps from now on. A device that is new to the account is an event of its own.
    pub(crate) async fn remember_device(
        &self,
        tx: &mut dyn Tx,
        user: &User,
        visitor: &Visitor,
    ) -> Result<Secret, StoreError> {
        let now = self.clock.now();
        let sent = visitor.device.clone();
        let remembered = match &sent {
            Some(value) => tx.known_devices(&value.digest()).await?,
            None => Vec::new(),
        };
        let recognition = recognise(&remembered, &user.id, now);
        let value = match (recognition, sent) {
            (Recognition::Known, Some(value)) => value,
            (Recognition::Shared, Some(before)) => {
                let value = self.new_device_value();
                tx.renew_devices(&before.digest(), &value.digest());
                value
            }
            (Recognition::New, _) | (_, None) => self.new_device_value(),
        };
        tx.remember_device(&KnownDevice {
            id: DeviceId::from_random(draw(&*self.entropy)),
            digest: value.digest(),
            user: user.id.clone(),
            agent: visitor.agent.clone().map(Agent::from_stored),
            address: visitor.peer,
            created_at: now,
            seen_at: now,
            expires_at: now + self.published().config.lifetimes.device_memory,
        });
        if recognition != Recognition::Known {
            let event = AuditEvent::new(now, AuditKind::NewDevice, Outcome::Allowed);
            tx.audit(event.user(user.name.as_str()).peer(visitor.peer));
        }
        Ok(value)
    }

    fn new_device_value(&self) -> Secret {
        Secret::mint(DEVICE, draw(&*self.entropy))
    }
}
