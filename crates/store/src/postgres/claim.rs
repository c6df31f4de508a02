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
    /// A session that claims it just now, and may hold it before it knows.
    claiming: Option<Identity>,
    /// The database says that the holder lost it.
    is_doubted: bool,
}

/// A session as the server knows it, and what it claims. Nothing in it depends on how a
/// session shows times or finds schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) process: i32,
    /// When it began, in microseconds.
    pub(super) started: i64,
    /// The second half of the lock's key: stands for the schema.
    pub(super) key: i32,
}

/// What this process knows of its own claim.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) term: Term,
    pub(super) holder: Identity,
    pub(super) claiming: Option<Identity>,
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
        self.lock().claiming = Some(holder.clone());
        self.tenancy.claim(client, (holder.key, patience)).await?;
        let mut made = self.lock();
        *made = Made {
            times: made.times + 1,
            holder: Some(holder),
            ..Made::default()
        };
        Ok(())
    }

    /// Something was written of which those who asked were told that it was not: a new term.
    pub(super) fn overtaken(&self) {
        self.lock().times += 1;
    }

    /// The database says that this session lost its claim: who writes has to make it again.
    pub(super) fn doubt(&self, holder: &Identity) {
        let mut made = self.lock();
        // Another session may have made it since the question.
        made.is_doubted |= made.holder.as_ref() == Some(holder);
    }

    /// Whether the claim has to be made again before anything is written.
    pub(super) fn is_doubted(&self) -> bool {
        self.lock().is_doubted
    }

    /// The newest term, and the session whose claim it depends on; none where anybody may write.
    pub(super) fn made_last(&self) -> Option<Known> {
        let made = self.lock();
        let alone = self.tenancy == Tenancy::Alone;
        Some(Known {
            term: Term::numbered(made.times),
            holder: made.holder.clone().filter(|_| alone)?,
            claiming: made.claiming.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
