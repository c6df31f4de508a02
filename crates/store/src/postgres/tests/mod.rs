//! The contract, and what is true of PostgreSQL beyond it.

mod auditing;
mod failing;
mod opening;
mod proxy;
mod schemas;
mod sharing;
mod writing;

use std::sync::Arc;

use doorward_throwaway::Postgres;
use tokio_postgres::Client;

use super::{PostgresRefusal, PostgresStore, PostgresUrl, Tenancy};
use crate::{
    StoreError,
    contract::{
        Subject,
        additions::{
            add_user, addition, assert_chain, event, reasons, record_six, start, user, user_names,
        },
        every_contract,
    },
};

every_contract!(in_postgres, crate::postgres::tests::open_in_schema);

/// A store in a schema of its own.
async fn open_in_schema() -> (Subject, Postgres) {
    let server = Postgres::shared();
    let store = open_shared(&server.schema()).await;
    (Arc::new(store.expect("opens")), server)
}

/// A store on a database of its own.
struct Opened {
    store: PostgresStore,
    url: String,
    server: Postgres,
}

async fn open() -> Opened {
    open_on(Postgres::shared()).await
}

async fn open_on(server: Postgres) -> Opened {
    let url = server.database();
    let store = open_shared(&url).await.expect("opens");
    Opened { store, url, server }
}

/// The same with a store that does not wait long.
async fn open_impatient(server: Postgres) -> Opened {
    let url = server.database();
    let store = open_shared(&impatient(&url)).await.expect("opens");
    Opened { store, url, server }
}

/// Opens a store among others on the same database.
async fn open_shared(url: &str) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(&parsed(url), Tenancy::Shared).await
}

/// The same database with a time to wait that is over soon, and yet long enough for a busy machine
/// to do its work.
fn impatient(url: &str) -> String {
    let and = if url.contains('?') { '&' } else { '?' };
    format!("{url}{and}timeout=2")
}

fn parsed(url: &str) -> PostgresUrl {
    PostgresUrl::parse(url).expect("a URL")
}

/// Why a database is refused.
async fn refusal(url: &PostgresUrl, tenancy: Tenancy) -> PostgresRefusal {
    match PostgresStore::open(url, tenancy).await {
        Ok(_) => panic!("was opened"),
        Err(StoreError::Unavailable(source)) => *source.downcast().expect("says why"),
        Err(error) => panic!("{error:?}"),
    }
}

/// A session of somebody else on the same database.
async fn stranger(url: &str) -> Client {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("connects");
    tokio::spawn(connection);
    client
}

/// Keeps every writer from the database until it is dropped or ended.
async fn hold(url: &str) -> Client {
    let client = stranger(url).await;
    let lock = "BEGIN; SELECT 1 FROM audit_chain FOR UPDATE";
    client.batch_execute(lock).await.expect("locks");
    client
}

async fn let_go(held: Client) {
    held.batch_execute("ROLLBACK").await.expect("lets go");
}
