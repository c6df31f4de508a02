//! The contract, and what is true of PostgreSQL beyond it.

mod auditing;
mod failing;
mod opening;
mod proxy;
mod schemas;
mod sharing;
mod writing;

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    id::UserId,
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};
use doorward_throwaway::Postgres;
use tokio_postgres::Client;

use super::{PostgresRefusal, PostgresStore, PostgresUrl, Tenancy};
use crate::{
    AuditFilter, Store, StoreError, Tx,
    contract::{Subject, every_contract},
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

fn user(name: &str) -> User {
    User {
        id: UserId::from_known(name),
        name: Username::parse(name).expect("a user name"),
        role: Role::Member,
        password: PasswordHash::from_phc("$argon2id$"),
        created_at: UnixTime::from_seconds(0),
        disabled_at: None,
    }
}

fn event(reason: &str) -> AuditEvent {
    let at = UnixTime::from_seconds(0);
    AuditEvent::new(at, AuditKind::ToolCall, Outcome::Allowed).reason(reason.to_owned())
}

/// Commits a new user with an audit record of the same name.
async fn add_user(store: &PostgresStore, name: &str) -> Result<(), StoreError> {
    addition(store, name).await.commit().await
}

/// A unit of work that adds a user with an audit record of the same name.
async fn addition(store: &PostgresStore, name: &str) -> Box<dyn Tx> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    tx.add_user(&user(name));
    tx.audit(event(name));
    tx
}

async fn user_names(store: &PostgresStore) -> Vec<String> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    let users = tx.users().await.expect("readable");
    users.into_iter().map(|user| user.name.into()).collect()
}

async fn reasons(store: &PostgresStore) -> Vec<String> {
    let page = store.audit(AuditFilter::default()).await.expect("readable");
    let reason = |line: &String| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
        record["reason"].as_str().expect("a reason").to_owned()
    };
    page.lines.iter().map(reason).collect()
}

/// The audit log is whole and has this many records.
async fn assert_chain(store: &PostgresStore, records: u64) {
    let verdict = store.verify_audit().await.expect("readable");
    assert_eq!(verdict.expect("unbroken").sequence, records);
}

/// Lets a future run to its first wait, or to its end.
async fn start<T>(mut future: Pin<&mut (dyn Future<Output = T> + Send)>) -> Poll<T> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
