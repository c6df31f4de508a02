//! What Doorward remembers.
//!
//! [`Store`] opens units of work; a [`Tx`] reads what is stored and collects
//! writes; [`Tx::commit`] applies all of them or none. Every write that changes
//! state names the state it expects and the database enforces it, so single use
//! holds under races, restarts and several processes (docs/adr/0002).
//!
//! Credentials are stored as digests, signing keys sealed; nothing here can be
//! turned back into a token.

mod audit;
mod audit_log;
mod error;
mod kept;
mod postgres;
mod queue;
mod records;
mod sqlite;
mod tables;
mod term;
mod tx;
mod unit;
mod write;
mod writer;

pub use audit::{AuditFilter, AuditPage};
pub use error::StoreError;
pub use postgres::{PostgresRefusal, PostgresStore, PostgresUrl, PostgresUrlError, Tenancy};
pub use records::{PresentedCode, PresentedRefresh, RevokedTokens, SealedSigningKey};
pub use sqlite::{OpenError, SqliteStore};
pub use term::{Hold, Term};
pub use tx::{Store, Tx};

#[cfg(test)]
mod contract;
