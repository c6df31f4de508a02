//! The contract, in memory and in a file, and what is true of SQLite beyond it.

mod auditing;
mod failing;
mod files;
mod schemas;
mod writing;

use std::{
    future::poll_fn,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    task::Poll,
    thread::{self, JoinHandle},
};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    id::UserId,
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};
use tempfile::TempDir;

use super::{SqliteStore, connection};
use crate::{
    AuditFilter, Store, StoreError, Tx,
    contract::{Subject, every_contract},
};

every_contract!(in_memory, crate::sqlite::tests::open_in_memory);
every_contract!(in_a_file, crate::sqlite::tests::open_in_a_file);

async fn open_in_memory() -> (Subject, ()) {
    (Arc::new(SqliteStore::in_memory().expect("opens")), ())
}

async fn open_in_a_file() -> (Subject, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("doorward.db"));
    (Arc::new(store.expect("opens")), folder)
}

/// A store in a file, and the writer's connection to interfere with.
struct Opened {
    store: SqliteStore,
    connection: connection::Shared,
    path: PathBuf,
    _folder: TempDir,
}

fn open() -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("doorward.db");
    let (writer, file) = connection::open_file(&path).expect("opens");
    let connection = connection::share(writer);
    let readers = super::Readers::open(&path).expect("opens for reading");
    let store = SqliteStore::start(Arc::clone(&connection), Some(file), readers);
    Opened {
        store: store.expect("starts"),
        connection,
        path,
        _folder: folder,
    }
}

/// Keeps the writer from its connection until it is dropped.
struct Hold {
    release: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

fn hold(connection: &connection::Shared) -> Hold {
    let connection = Arc::clone(connection);
    let (release, released) = channel::<()>();
    let (ready, is_ready) = channel();
    let thread = thread::spawn(move || {
        let _guard = connection::lock(&connection);
        ready.send(()).expect("the test waits");
        let _ = released.recv();
    });
    is_ready.recv().expect("the connection is free");
    Hold {
        release: Some(release),
        thread: Some(thread),
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.release.take());
        let thread = self.thread.take().expect("joined once");
        thread.join().expect("ends");
    }
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
async fn add_user(store: &SqliteStore, name: &str) -> Result<(), StoreError> {
    addition(store, name).await.commit().await
}

/// A unit of work that adds a user with an audit record of the same name.
async fn addition(store: &SqliteStore, name: &str) -> Box<dyn Tx> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    tx.add_user(&user(name));
    tx.audit(event(name));
    tx
}

async fn user_names(store: &SqliteStore) -> Vec<String> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    let users = tx.users().await.expect("readable");
    users.into_iter().map(|user| user.name.into()).collect()
}

async fn reasons(store: &SqliteStore) -> Vec<String> {
    let page = store.audit(AuditFilter::default()).await.expect("readable");
    let reason = |line: &String| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
        record["reason"].as_str().expect("a reason").to_owned()
    };
    page.lines.iter().map(reason).collect()
}

/// Lets a future run to its first wait, or to its end.
async fn start<T>(mut future: Pin<&mut (dyn Future<Output = T> + Send)>) -> Poll<T> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
