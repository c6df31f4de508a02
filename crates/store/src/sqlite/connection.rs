//! Connections to the database file, and how each is set up.

use std::{
    fs::{self, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, ToSql,
    config::DbConfig,
    params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::schema::{self, OpenError};
use crate::{
    StoreError,
    tables::{Cell, Change, Columns, Query, Row, Value},
};

/// How long to wait for another process (a backup, a shell) to let go of the file.
const BUSY: Duration = Duration::from_secs(5);
/// A write-ahead log that a long read made grow shrinks to this again, in bytes.
const LARGEST_LOG: i64 = 64 * 1024 * 1024;
/// More than there are statements.
const PREPARED_STATEMENTS: usize = 128;

/// A connection that one thread uses at a time.
pub(super) type Shared = Arc<Mutex<Connection>>;

pub(super) fn share(connection: Connection) -> Shared {
    Arc::new(Mutex::new(connection))
}

/// Takes a connection. A panic elsewhere left no transaction behind: those roll back when dropped.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the file for the writer, making it when there is none, with the newest schema.
pub(super) fn open_file(path: &Path) -> Result<(Connection, DatabaseFile), StoreError> {
    let new = create(path).map_err(|error| OpenError::File(path.to_owned(), error))?;
    let file = DatabaseFile::at(path).map_err(|error| OpenError::File(path.to_owned(), error))?;
    if !new && file.is_empty() {
        return Err(OpenError::Emptied(path.to_owned()).into());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    schema::check(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG)?;
    set_up_writer(&connection)?;
    schema::migrate(&mut connection)?;
    Ok((connection, file))
}

/// Opens a database without a file, with the newest schema.
pub(super) fn open_memory() -> Result<Connection, StoreError> {
    let mut connection = Connection::open_in_memory()?;
    set_up_writer(&connection)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Opens an existing file for reading.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    set_up(&connection)?;
    Ok(connection)
}

fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    set_up(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Plans do not depend on values: otherwise most statements are planned anew for each of them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Runs a statement that changes rows, and says how many.
pub(super) fn change(connection: &Connection, change: &Change) -> rusqlite::Result<usize> {
    let values = params_from_iter(&change.values);
    connection.prepare_cached(change.sql)?.execute(values)
}

/// The row that a query finds, if any.
pub(super) fn find<T>(connection: &Connection, query: &Query<T>) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(query.sql)?;
    let mut rows = statement.query(params_from_iter(&query.values))?;
    let row = rows.next()?;
    Ok(row
        .map(|row| (query.read)(&mut Columns::of(row)))
        .transpose()?)
}

/// All rows that a query finds, in its order.
pub(super) fn list<T>(connection: &Connection, query: &Query<T>) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(query.sql)?;
    let mut rows = statement.query(params_from_iter(&query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((query.read)(&mut Columns::of(row))?);
    }
    Ok(found)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn cell(&self, index: usize) -> Option<Cell<'_>> {
        match self.get_ref(index).ok()? {
            ValueRef::Null => Some(Cell::Null),
            ValueRef::Integer(number) => Some(Cell::Integer(number)),
            ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Cell::Text),
            ValueRef::Blob(bytes) => Some(Cell::Bytes(bytes)),
            ValueRef::Real(_) => None,
        }
    }
}

/// Makes the file, for its owner alone; `false` when something is already there. SQLite gives
/// the same mode to the files that it puts beside it.
fn create(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// The file that was opened, to notice when it is no longer the one at its path (CR-03).
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    opened: Metadata,
}

impl DatabaseFile {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            opened: fs::metadata(path)?,
        })
    }

    fn is_empty(&self) -> bool {
        self.opened.len() == 0
    }

    /// Fails when the file was deleted or replaced: what is written now would be lost.
    pub(super) fn check(&self) -> io::Result<()> {
        let found = fs::metadata(&self.path)?;
        let same = same_file(&self.opened, &found);
        let replaced = || io::Error::other("the database file was replaced while in use");
        same.then_some(()).ok_or_else(replaced)
    }
}

#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}
