//! The contract, in memory and in a file, and what is true of SQLite beyond it.

mod auditing;
mod failing;
mod files;
mod schemas;
mod writing;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

use tempfile::TempDir;

use super::{SqliteStore, connection};
use crate::contract::{
    Subject,
    additions::{add_user, addition, assert_chain, event, reasons, record_six, start, user_names},
    every_contract,
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
