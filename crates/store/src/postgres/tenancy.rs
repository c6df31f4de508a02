//! How many processes may use a database at a time.
//!
//! Nothing in this crate depends on the answer: the audit chain and single use
//! hold among any number of processes. What a process keeps in memory (revoked
//! tokens, open sessions) does not reach another one, so a process that serves
//! claims the database for itself.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use super::{patience::Patience, refusal::PostgresRefusal};
use crate::StoreError;

/// How many processes may use a database at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenancy {
    /// This one alone: opening is refused while another process holds the database, and whoever
    /// lost the database to another process writes no more.
    Alone,
    /// Any number.
    Shared,
}

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// "Door", and what stands for the schema within the database.
const CLAIM: &str = "SELECT pg_try_advisory_lock(1148153714, $1)";
const HOLDER: &str = "SELECT coalesce(' at ' || host(client_addr), ' on this machine')
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid::bigint = 1148153714
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    LIMIT 1";

impl Tenancy {
    /// Claims the database for the life of a session.
    pub(super) async fn claim(
        self,
        client: &Client,
        (key, patience): (i32, Patience),
    ) -> Result<(), StoreError> {
        if self == Self::Shared {
            return Ok(());
        }
        let until = Instant::now() + patience.takeover();
        loop {
            if client.query_one(CLAIM, &[&key]).await?.try_get(0)? {
                return Ok(());
            }
            if Instant::now() >= until {
                let holder = client.query_opt(HOLDER, &[]).await?;
                let by = holder.and_then(|row| row.try_get(0).ok());
                let by = by.unwrap_or_default();
                return Err(PostgresRefusal::InUse { by }.into());
            }
            sleep(LOOK_EVERY).await;
        }
    }
}
