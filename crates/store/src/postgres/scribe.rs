//! Keeps a session to write with, and finds out what became of a commit whose answer was lost.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{Client, types::ToSql};

use super::{
    audit_chain,
    claim::{Claim, Identity},
    fault::Fault,
    patience::Patience,
    refusal::PostgresRefusal,
    schema,
    server::{Purpose, Server},
    session::{Doubt, Session},
};
use crate::{
    StoreError,
    error::unavailable,
    queue::{Group, Queue},
    tables::Columns,
    write::Write,
    writer::{Scribe, Written},
};

/// How often a group is tried before it counts as failed.
const ATTEMPTS: u32 = 3;
/// How soon a database that went away is looked for again.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long it may take to delete much at once; the server gives up first.
const LONGEST_REAPING: Duration = Duration::from_secs(90);

const STATUS: &str = "SELECT coalesce(pg_xact_status($1::text::xid8), 'aborted')";
const IDENTITY: &str = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint,
        hashtext(coalesce(current_schema(), ''))
    FROM pg_stat_activity WHERE pid = pg_backend_pid()";
/// Ends the session that this process lost, which may hold locks until the server notices.
const END_LOST: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = $1 AND pid <> pg_backend_pid()
        AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2";

/// The thread's own runtime drives its connection: it depends on nobody else's.
pub(super) struct PostgresScribe {
    runtime: Option<Runtime>,
    desk: Desk,
}

impl PostgresScribe {
    /// Opens the database and says through `ready` how that went.
    pub(super) fn open(
        server: Arc<Server>,
        claim: Arc<Claim>,
        queue: &Queue,
        ready: oneshot::Sender<Result<(), StoreError>>,
    ) -> Self {
        let mut desk = Desk {
            server,
            claim,
            session: None,
            lost: None,
            doubt: None,
            written_already: 0,
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let opened = match &runtime {
            Ok(runtime) => runtime.block_on(desk.open(queue)),
            Err(error) => Err(unavailable(error.to_string())),
        };
        let _ = ready.send(opened); // whoever asked may have gone
        Self {
            runtime: runtime.ok(),
            desk,
        }
    }
}

impl Scribe for PostgresScribe {
    fn write(&mut self, group: &Group) -> Result<Written, StoreError> {
        let Some(runtime) = &self.runtime else {
            return Err(unavailable("the writer did not start"));
        };
        let longest = longest(group, self.desk.server.patience);
        let writing = async { timeout(longest, self.desk.write(group)).await };
        runtime
            .block_on(writing)
            .unwrap_or_else(|_| Err(unavailable("the database does not answer")))
    }

    fn close(&mut self) {
        if let (Some(runtime), Some(session)) = (&self.runtime, self.desk.session.take()) {
            let _ = runtime.block_on(async { timeout(LOOK_EVERY * 10, session.close()).await });
        }
    }
}

/// However server and network behave, callers have an answer after this long.
fn longest(group: &Group, patience: Patience) -> Duration {
    let mut writes = group.commits.iter().flat_map(|commit| &commit.batch.writes);
    match writes.any(|write| matches!(write, Write::Reap { .. })) {
        true => LONGEST_REAPING,
        false => patience.commit(),
    }
}

/// What is kept from one group to the next.
struct Desk {
    server: Arc<Server>,
    claim: Arc<Claim>,
    session: Option<Session>,
    /// The session that was lost last.
    lost: Option<Identity>,
    doubt: Option<Doubt>,
    /// How many records at the head of the queue are durable although their group failed.
    written_already: usize,
}

impl Desk {
    /// Connects for the first time: the claim comes first, so that a database in use by another
    /// process is left alone.
    async fn open(&mut self, queue: &Queue) -> Result<(), StoreError> {
        let refused = |error| StoreError::from(PostgresRefusal::of(&error));
        let (mut client, driver) = self.server.connect_in_time(Purpose::Write).await?;
        let identity = identity(&client).await?;
        self.claim
            .make((&client, self.server.patience), identity.clone())
            .await?;
        schema::bring_up_to_date(&mut client).await?;
        let row = client
            .query_one(audit_chain::end().sql, &[])
            .await
            .map_err(refused)?;
        queue.wrote(audit_chain::read(&mut Columns::of(&row))?);
        self.lost = Some(identity);
        self.session = Some(Session::of((client, driver)).await.map_err(refused)?);
        Ok(())
    }

    async fn write(&mut self, group: &Group) -> Result<Written, StoreError> {
        let mut fault = Fault::Again;
        for _ in 0..ATTEMPTS {
            let mut session = self.session().await?;
            let written = session
                .write(group, self.written_already, &mut self.doubt)
                .await;
            fault = match written {
                Ok(written) => return Ok(self.stands(session, written)),
                Err(Fault::Lost(error)) => {
                    drop(session);
                    let until = Instant::now() + self.server.patience.doubt();
                    if let Some(doubt) = self.settle(until).await? {
                        self.written_already = 0;
                        return Ok(doubt.written);
                    }
                    Fault::Lost(error)
                }
                Err(fault) => {
                    let again = matches!(fault, Fault::Again);
                    if session.undo().await.is_ok() {
                        self.session = Some(session);
                    }
                    if !again {
                        return Err(fault.into());
                    }
                    fault
                }
            };
        }
        Err(fault.into())
    }

    fn stands(&mut self, session: Session, written: Written) -> Written {
        self.session = Some(session);
        self.written_already = 0;
        written
    }

    /// The session to write with. What an earlier group left in doubt is found out first.
    async fn session(&mut self) -> Result<Session, StoreError> {
        if let Some(doubt) = self.settle(Instant::now()).await? {
            // Its callers were told that it failed, and its records wait at the head of the queue.
            self.written_already = doubt.records;
            self.claim.overtaken();
        }
        let sound = |session: &Session| !session.client.is_closed() && !self.claim.is_doubted();
        match self.session.take().filter(sound) {
            Some(session) => Ok(session),
            None => self.connect().await,
        }
    }

    /// What was in doubt, if it stands after all. Not knowing is a failure.
    async fn settle(&mut self, until: Instant) -> Result<Option<Doubt>, StoreError> {
        while let Some(doubt) = &self.doubt {
            let transaction = doubt.transaction.clone();
            match self.fate(&transaction).await {
                Ok(Fate::Stands) => return Ok(self.doubt.take()),
                Ok(Fate::Undone) => self.doubt = None,
                Ok(Fate::Open) | Err(_) if Instant::now() < until => sleep(LOOK_EVERY).await,
                Ok(Fate::Open) => return Err(unavailable("a commit is still under way")),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn fate(&mut self, transaction: &str) -> Result<Fate, StoreError> {
        let session = self.connect().await?;
        let asked = session.client.query_one(STATUS, &[&transaction]).await;
        let fate = match asked.map_err(Fault::of) {
            Ok(row) => match row.try_get(0)? {
                "committed" => Fate::Stands,
                "in progress" => Fate::Open,
                _ => Fate::Undone,
            },
            // The server does not know it: a standby took over before it heard of it.
            Err(Fault::Refused(_)) => Fate::Undone,
            Err(fault) => return Err(fault.into()),
        };
        self.session = Some(session);
        Ok(fate)
    }

    async fn connect(&mut self) -> Result<Session, StoreError> {
        let (client, driver) = self.server.connect_in_time(Purpose::Write).await?;
        if let Some(lost) = &self.lost {
            let parameters: [&(dyn ToSql + Sync); 2] = [&lost.process, &lost.started];
            client.query(END_LOST, &parameters).await?;
        }
        let identity = identity(&client).await?;
        // It may come to hold the claim without anybody hearing of it.
        self.lost = Some(identity.clone());
        self.claim
            .make((&client, self.server.patience), identity)
            .await?;
        Ok(Session::of((client, driver)).await?)
    }
}

/// What became of a transaction.
enum Fate {
    Stands,
    Undone,
    Open,
}

async fn identity(client: &Client) -> Result<Identity, StoreError> {
    let row = client.query_one(IDENTITY, &[]).await?;
    Ok(Identity {
        process: row.try_get(0)?,
        started: row.try_get(1)?,
        key: row.try_get(2)?,
    })
}
