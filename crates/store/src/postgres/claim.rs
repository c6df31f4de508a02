//! Whether the database is still this process's own, and since when.
//!
//! ```text
//! claimed by the writing session -> term 1 -- session lost, claimed again -> term 2
//!                                          \- a commit stands that was told to have failed -> term 2
//! ```
//!
//! The claim lives and dies with the session that writes, and another process may have it
//! in between, so whoever remembers something asks the database and not this process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Client;

use super::{patience::Patience, tenancy::Tenancy};
use crate::{StoreError, Term};

/// The claim of this process, as its writer made it last.
#[derive(Debug)]
pub(super) struct Claim {
    tenancy: Tenancy,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    times: u64,
    holder: Option<Identity>,
}

/// A session as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) process: i32,
    pub(super) started: String,
}

impl Claim {
    pub(super) fn new(tenancy: Tenancy) -> Self {
        Self {
            tenancy,
            made: Mutex::default(),
        }
    }

    /// Claims the database for the life of a session: a new term begins.
    pub(super) async fn make(
        &self,
        (client, patience): (&Client, Patience),
        holder: Identity,
    ) -> Result<(), StoreError> {
        self.tenancy.claim(client, patience).await?;
        let mut made = self.lock();
        made.times += 1;
        made.holder = Some(holder);
        Ok(())
    }

    /// Something was written of which those who asked were told that it was not: a new term.
    pub(super) fn overtaken(&self) {
        self.lock().times += 1;
    }

    /// The newest term, and the session whose claim it depends on; none where anybody may write.
    pub(super) fn made_last(&self) -> Option<(Term, Identity)> {
        let made = self.lock();
        let alone = self.tenancy == Tenancy::Alone;
        let holder = made.holder.clone().filter(|_| alone)?;
        Some((Term::numbered(made.times), holder))
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
