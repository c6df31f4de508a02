//! Asks whether this process's claim still holds, over a connection of its own: however many
//! others want to read, the answer is not late because of them.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_postgres::{Client, types::ToSql};

use super::{
    claim::{Claim, Identity},
    server::{Purpose, Server},
};
use crate::{StoreError, Term};

/// Whether a session holds the claim on this schema.
pub(super) const HELD: &str = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid::bigint = 1148153714
        AND objid::bigint = hashtext(coalesce(current_schema(), ''))::bigint & 4294967295
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid = $1::integer AND backend_start::text = $2::text";

/// Who looks after the claim.
#[derive(Debug)]
pub(super) struct Lookout {
    server: Arc<Server>,
    claim: Arc<Claim>,
    /// Made when it is needed, and again when it was lost.
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

    /// The term, if the session that claimed the database last holds it still.
    pub(super) async fn term(&self) -> Result<Option<Term>, StoreError> {
        let Some((term, holder)) = self.claim.made_last() else {
            return Ok(None);
        };
        let mut kept = self.connection.lock().await;
        // A connection that was lost looks sound until it is used: then another one tells.
        if let Some(known) = kept.take()
            && let Ok(held) = known.is_holding(&holder).await
        {
            *kept = Some(known);
            return Ok(held.then_some(term));
        }
        let (client, _driver) = self.server.connect_in_time(Purpose::Read).await?;
        let new = Connection(client);
        let held = new.is_holding(&holder).await?;
        *kept = Some(new);
        Ok(held.then_some(term))
    }
}

impl Connection {
    async fn is_holding(&self, holder: &Identity) -> Result<bool, StoreError> {
        let parameters: [&(dyn ToSql + Sync); 2] = [&holder.process, &holder.started];
        let holding: i64 = self.0.query_one(HELD, &parameters).await?.try_get(0)?;
        Ok(holding > 0)
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection(..)")
    }
}
