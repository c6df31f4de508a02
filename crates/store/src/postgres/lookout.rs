//! Asks whether this process's claim still holds, over a connection of its own: however many
//! others want to read, the answer is not late because of them.
//!
//! A bad answer may be the fault of whom it was asked: it counts only over a new connection to
//! a server that takes writes.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::timeout};
use tokio_postgres::{Client, Row, types::ToSql};

use super::{
    cells::dialect,
    claim::{Claim, Identity, Known},
    server::{Purpose, Server},
};
use crate::{
    Hold, StoreError,
    error::unavailable,
    tables::{Columns, Query},
};

/// Who holds the claim on a schema. When a session of somebody else began may be hidden.
pub(super) const HOLDERS: &str =
    "SELECT pid, coalesce((extract(epoch FROM backend_start) * 1000000)::bigint, 0)
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid::bigint = 1148153714
        AND objid::bigint = $1::integer::bigint & 4294967295 AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// How long an answer is waited for; then the connection counts as lost, and the server ends what
/// it was asked soon after.
const LONGEST_ANSWER: Duration = Duration::from_secs(4);
/// How long a list may take; the server gives up first.
const LONGEST_LIST: Duration = Duration::from_secs(40);

/// Who looks after the claim.
#[derive(Debug)]
pub(super) struct Lookout {
    server: Arc<Server>,
    pub(super) claim: Arc<Claim>,
    /// Made when it is needed, and kept for as long as it brings good news.
    connection: Mutex<Option<Connection>>,
}

struct Connection(Client);

impl Lookout {
    pub(super) fn new(server: Arc<Server>, claim: Arc<Claim>) -> Self {
        Self {
            server,
            claim,
            connection: Mutex::default(),
        }
    }

    /// Whether the session that claimed the database last holds it still, or who does. What the
    /// database denies has to be claimed again.
    pub(super) async fn hold(&self) -> Result<Hold, StoreError> {
        let Some(known) = self.claim.made_last() else {
            return Ok(Hold::Anothers);
        };
        let mut kept = self.connection.lock().await;
        // A connection that was lost looks sound until it is used: then another one tells.
        if let Some(connection) = kept.take()
            && let Ok(own @ Hold::Own(_)) = connection.hold(&known).await
        {
            *kept = Some(connection);
            return Ok(own);
        }
        let connection = self.connect().await?;
        let hold = connection.hold(&known).await?;
        match hold {
            Hold::Own(_) => *kept = Some(connection),
            Hold::Nobodys | Hold::Anothers => self.claim.doubt(&known.holder),
        }
        Ok(hold)
    }

    /// All rows that a query finds.
    pub(super) async fn list<T>(&self, query: &Query<T>) -> Result<Vec<T>, StoreError> {
        let mut kept = self.connection.lock().await;
        let connection = match kept.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let rows = connection.list(query).await?;
        *kept = Some(connection);
        let read = |row: &Row| (query.read)(&mut Columns::of(row));
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn connect(&self) -> Result<Connection, StoreError> {
        let (client, _driver) = self.server.connect_in_time(Purpose::Look).await?;
        Ok(Connection(client))
    }
}

impl Connection {
    async fn hold(&self, known: &Known) -> Result<Hold, StoreError> {
        let asked = timeout(LONGEST_ANSWER, self.holders(known.holder.key)).await;
        let holders = asked.map_err(|_| unavailable("the database does not answer"))??;
        Ok(match holders.as_slice() {
            holders if holders.contains(&known.holder) => Hold::Own(known.term),
            // Soon it is this process's own, in a new term.
            holders
                if holders
                    .iter()
                    .all(|one| known.claiming.as_ref() == Some(one)) =>
            {
                Hold::Nobodys
            }
            _ => Hold::Anothers,
        })
    }

    async fn holders(&self, key: i32) -> Result<Vec<Identity>, StoreError> {
        let rows = self.0.query(HOLDERS, &[&key]).await?;
        let read = |row: &Row| {
            Ok(Identity {
                process: row.try_get(0)?,
                started: row.try_get(1)?,
                key,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn list<T>(&self, query: &Query<T>) -> Result<Vec<Row>, StoreError> {
        let sql = dialect(query.sql);
        let values = query.values.iter();
        let parameters: Vec<_> = values.map(|value| value as &(dyn ToSql + Sync)).collect();
        let ask = async {
            self.0
                .batch_execute("SET statement_timeout = '30s'")
                .await?;
            let rows = self.0.query(&sql, &parameters).await?;
            self.0.batch_execute("SET statement_timeout = '5s'").await?;
            Ok::<_, tokio_postgres::Error>(rows)
        };
        let asked = timeout(LONGEST_LIST, ask).await;
        Ok(asked.map_err(|_| unavailable("the database does not answer"))??)
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection(..)")
    }
}
