//! The file: who may read it, and which files are refused (CR-03).

use std::{fs, path::Path};

use super::{Opened, add_user, open};
use crate::{OpenError, SqliteStore, StoreError};

/// Why the file is refused.
pub(super) fn refusal(path: &Path) -> OpenError {
    let error = match SqliteStore::open(path) {
        Ok(_) => panic!("was opened"),
        Err(StoreError::Unavailable(source) | StoreError::Corrupt(source)) => source,
        Err(error) => panic!("{error}"),
    };
    *error.downcast().expect("says why it cannot be opened")
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let opened = open();
    add_user(&opened.store, "alice").await.expect("is free");
    let folder = opened.path.parent().expect("in a folder");
    let entries: Vec<_> = fs::read_dir(folder).expect("listable").collect();
    assert_eq!(entries.len(), 3, "the database, its log and its index");
    for entry in entries {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{entry:?}");
    }
}

#[tokio::test]
async fn a_store_that_is_dropped_leaves_one_whole_file() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    add_user(&store, "alice").await.expect("is free");
    drop((store, connection));
    let folder = path.parent().expect("in a folder");
    let left_over: u64 = fs::read_dir(folder)
        .expect("listable")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path() != path)
        .map(|entry| entry.metadata().expect("metadata").len())
        .sum();
    assert_eq!(left_over, 0);
    let again = SqliteStore::open(&path).expect("opens again");
    assert_eq!(super::user_names(&again).await, ["alice"]);
}

#[test]
fn a_file_that_was_emptied_is_refused() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    drop((store, connection));
    fs::write(&path, b"").expect("is emptied");
    let refusal = refusal(&path);
    assert!(matches!(refusal, OpenError::Emptied(_)), "{refusal:?}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    fs::write(&path, "a shopping list ".repeat(1000)).expect("is written");
    let refusal = refusal(&path);
    assert!(matches!(refusal, OpenError::Foreign), "{refusal:?}");
}

#[test]
fn a_damaged_file_is_refused() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    drop((store, connection));
    let mut bytes = fs::read(&path).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xa5);
    fs::write(&path, &bytes).expect("is written");
    assert!(matches!(refusal(&path), OpenError::Damaged(_)));

    fs::write(&path, &bytes[..middle]).expect("is cut off");
    assert!(matches!(refusal(&path), OpenError::Damaged(_)));
}

#[test]
fn a_folder_that_is_missing_is_an_error_and_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing").join("doorward.db");
    let refusal = refusal(&path);
    assert!(matches!(refusal, OpenError::File(..)), "{refusal:?}");
    assert!(!folder.path().join("missing").exists());
}
