//! Reads: one statement each, on whichever connection is free.

use std::{pin::Pin, sync::Arc, thread, time::Duration};

use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, Row, types::ToSql};

use super::{
    cells::{dialect, is_unstorable},
    fault::Fault,
    patience::Patience,
    server::{Purpose, Server},
};
use crate::{
    StoreError,
    error::unavailable,
    tables::{Columns, Query},
};

/// How long a list may take before the connection counts as lost; the server gives up first.
const LONGEST_LIST: Duration = Duration::from_secs(40);

/// Connections that only read.
#[derive(Debug)]
pub(super) struct Readers {
    pool: Pool,
    patience: Patience,
}

impl Readers {
    /// Connections are made when they are needed.
    pub(super) fn of(server: Arc<Server>) -> Result<Self, StoreError> {
        let threads = thread::available_parallelism().map_or(4, usize::from);
        let (config, patience) = (server.config.clone(), server.patience);
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_connect(config, Reading(server), recycling);
        let pool = Pool::builder(manager)
            .max_size((2 * threads).clamp(4, 16))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(patience.reader()))
            .create_timeout(Some(patience.reader()))
            .recycle_timeout(Some(patience.reader()))
            .build()
            .map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Self { pool, patience })
    }

    /// Every connection that there may be.
    #[cfg(test)]
    pub(super) async fn take_all(&self) -> Vec<deadpool_postgres::Object> {
        let mut taken = Vec::new();
        for _ in 0..self.pool.status().max_size {
            taken.push(self.pool.get().await.expect("has another"));
        }
        taken
    }

    /// The row that a query finds, if any.
    pub(super) async fn find<T>(&self, query: &Query<T>) -> Result<Option<T>, StoreError> {
        let rows = self.rows(query, self.patience.lookup()).await?;
        let read = |row: &Row| (query.read)(&mut Columns::of(row));
        Ok(rows.first().map(read).transpose()?)
    }

    /// All rows that a query finds, in its order.
    pub(super) async fn list<T>(&self, query: &Query<T>) -> Result<Vec<T>, StoreError> {
        let rows = self.rows(query, LONGEST_LIST).await?;
        let read = |row: &Row| (query.read)(&mut Columns::of(row));
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Asks once more over another connection when the first turns out to be lost: those of a
    /// server that was restarted look sound until they are used.
    async fn rows<T>(&self, query: &Query<T>, longest: Duration) -> Result<Vec<Row>, StoreError> {
        if query.values.iter().any(is_unstorable) {
            return Ok(Vec::new());
        }
        match self.ask(query, longest).await {
            Err(Attempt::Failed(Fault::Lost(_))) => self.ask(query, longest).await,
            asked => asked,
        }
        .map_err(StoreError::from)
    }

    async fn ask<T>(&self, query: &Query<T>, longest: Duration) -> Result<Vec<Row>, Attempt> {
        let client = self.pool.get().await.map_err(Attempt::NoConnection)?;
        let ask = async {
            let statement = client.prepare_cached(&dialect(query.sql)).await?;
            let parameter = |value| value as &(dyn ToSql + Sync);
            let parameters: Vec<_> = query.values.iter().map(parameter).collect();
            client.query(&statement, &parameters).await
        };
        let asked = tokio::time::timeout(longest, ask).await;
        match asked {
            Ok(rows) => rows.map_err(|error| Attempt::Failed(Fault::of(error))),
            Err(_) => {
                drop(deadpool_postgres::Object::take(client)); // nobody else should wait for it
                Err(Attempt::TooSlow)
            }
        }
    }
}

/// Why a query was not answered.
enum Attempt {
    NoConnection(PoolError),
    Failed(Fault),
    TooSlow,
}

impl From<Attempt> for StoreError {
    fn from(attempt: Attempt) -> Self {
        match attempt {
            Attempt::NoConnection(PoolError::Backend(error)) => error.into(),
            Attempt::NoConnection(error) => unavailable(format!("no connection: {error}")),
            Attempt::Failed(Fault::Conflict) => unavailable("a read was refused"),
            Attempt::Failed(fault) => fault.into(),
            Attempt::TooSlow => unavailable("the database does not answer"),
        }
    }
}

/// Makes connections for the pool.
struct Reading(Arc<Server>);

type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

impl Connect for Reading {
    fn connect(&self, _: &Config) -> Connecting<'_> {
        Box::pin(self.0.connect(Purpose::Read))
    }
}
