//! What an administrator does: accounts, clients, grants.
//!
//! These are the use cases behind the command line. Each one loads, decides,
//! applies and commits, with an audit record in the same transaction. Whoever
//! loses access loses it everywhere: sessions end, grants are revoked, and
//! verifiers are told.

mod clients;
mod error;
mod factors;
mod grants;
mod groups;
mod invitations;
mod keys;
mod links;
mod provisioned;
mod tokens;
mod users;

use std::sync::Arc;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    clock::Clock,
    entropy::Entropy,
    revocation::Revocations,
};
use doorward_store::Store;

pub(crate) use users::is_last_administrator;

pub use clients::{NewCertificate, NewClient};
pub use error::AdministrationError;
pub use factors::UserFactors;
pub use groups::Member;
pub use invitations::NewInvitation;
pub use keys::{Begin, KeyAdministration, KeyAdministrationError, KeyFacts};
pub use provisioned::{PreparedChanges, ProvisionedChange};
pub use tokens::NewInitialToken;
pub use users::Profile;

/// The use cases. Clones share everything.
#[derive(Clone)]
pub struct Administration {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    revocations: Arc<Revocations>,
}

impl Administration {
    /// Administers what is in `store`. Revocations of a running process go to its
    /// `revocations`; without one, to an empty memory.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        revocations: Arc<Revocations>,
    ) -> Self {
        Self {
            store,
            clock,
            entropy,
            revocations,
        }
    }

    fn event(&self, kind: AuditKind, what: &'static str) -> AuditEvent {
        AuditEvent::new(self.clock.now(), kind, Outcome::Allowed).reason(what)
    }
}

impl std::fmt::Debug for Administration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Administration(..)")
    }
}
