//! What people do with their own accounts: the interface behind the account pages.
//!
//! [`Accounts::visit`] tells who visits, and nothing else makes a [`Visit`]. Every other method
//! takes one and reaches what belongs to that person alone: the identity of another person's
//! session, grant, device or approval is answered as one that does not exist (AD-02). What is
//! sensitive takes a [`Fresh`] visit, of somebody who proved who they are a moment ago. A form
//! counts when it came from a page of ours and carries the tag of this session and purpose
//! (CO-02). Each change commits with its audit record or does not happen (AD-06).

mod approvals;
mod connections;
mod departure;
mod devices;
mod error;
mod profile;
mod record;
mod sessions;
mod trail;
mod visit;

use std::{sync::Arc, time::Duration};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    time::UnixTime,
};

pub use connections::{Called, Connection, Reach};
pub use error::{AccountError, FormRefused};
pub use profile::NewPasswordTyped;
pub use record::AccountRecord;
pub use trail::{Trail, TrailQuery};
pub use visit::{AccountForm, Cookies, Fresh, Visit};

use crate::shared::Shared;

/// The use cases. Clones share everything.
#[derive(Clone)]
pub struct Accounts(Arc<Shared>);

impl Accounts {
    pub(crate) fn of(issuer: &Arc<Shared>) -> Self {
        Self(Arc::clone(issuer))
    }

    /// The time.
    pub fn now(&self) -> UnixTime {
        self.0.clock.now()
    }

    /// The absolute path of `path` as browsers reach it.
    pub fn path(&self, path: &str) -> String {
        self.0.path(path)
    }

    /// The prefix of the public URL below which everything is.
    pub fn prefix(&self) -> &str {
        self.0.url.prefix()
    }

    /// How long a device is remembered.
    pub fn device_memory(&self) -> Duration {
        self.0.published().config.lifetimes.device_memory
    }

    /// What the person did, as the audit log says it.
    fn did(&self, visit: &Visit, kind: AuditKind, what: &'static str) -> AuditEvent {
        AuditEvent::new(self.now(), kind, Outcome::Allowed)
            .user(visit.user().name.as_str())
            .peer(visit.peer())
            .reason(what)
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts(..)")
    }
}
