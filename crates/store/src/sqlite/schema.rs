//! The schema and how it comes to be: numbered migrations, each applied once.
//!
//! A migration that was applied is never edited: its digest is stored beside its
//! number, and a database with another digest is refused. All pending migrations
//! run in one transaction, so an upgrade that is killed leaves the old schema
//! (CR-06). An older version refuses what a newer one made, and no two serve from one
//! database, so a migration may take away what no version uses any more.

use std::{io, path::PathBuf};

use doorward_core::secret::Digest;
use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use crate::StoreError;

/// Every migration in order; the first makes schema 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_first.sql"),
    include_str!("../../migrations/sqlite/0002_used_once.sql"),
    include_str!("../../migrations/sqlite/0003_grants_of_clients.sql"),
    include_str!("../../migrations/sqlite/0004_clients.sql"),
    include_str!("../../migrations/sqlite/0005_authorization_details.sql"),
    include_str!("../../migrations/sqlite/0006_key_rotation.sql"),
    include_str!("../../migrations/sqlite/0007_request_rules.sql"),
    include_str!("../../migrations/sqlite/0008_devices_and_own_access.sql"),
    include_str!("../../migrations/sqlite/0009_bound_keys.sql"),
    include_str!("../../migrations/sqlite/0010_bound_later.sql"),
    include_str!("../../migrations/sqlite/0011_initial_access_tokens.sql"),
    include_str!("../../migrations/sqlite/0012_request_keys.sql"),
    include_str!("../../migrations/sqlite/0013_details_of_devices_and_seen_keys.sql"),
    include_str!("../../migrations/sqlite/0014_nonces.sql"),
    include_str!("../../migrations/sqlite/0015_account_links.sql"),
    include_str!("../../migrations/sqlite/0016_certificates.sql"),
    include_str!("../../migrations/sqlite/0017_people.sql"),
    include_str!("../../migrations/sqlite/0018_known_devices.sql"),
    include_str!("../../migrations/sqlite/0019_provisioning.sql"),
    include_str!("../../migrations/sqlite/0020_factors.sql"),
    include_str!("../../migrations/sqlite/0021_consent.sql"),
    include_str!("../../migrations/sqlite/0022_identity_providers.sql"),
    include_str!("../../migrations/sqlite/0023_administrators_and_token_cuts.sql"),
    include_str!("../../migrations/sqlite/0024_invitations_and_resets.sql"),
    include_str!("../../migrations/sqlite/0025_latest_grants.sql"),
    include_str!("../../migrations/sqlite/0026_refresh_tokens_in_order.sql"),
];

/// Marks a file as a database of Doorward: "Door".
const APPLICATION_ID: i64 = 0x446f_6f72;

/// Larger files are not read from end to end at every start.
const LARGEST_TO_CHECK: i64 = 128 * 1024 * 1024;

const MAKE_MIGRATIONS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT";
const APPLIED: &str = "SELECT digest FROM schema_migrations WHERE version = ?1";
const NOTE_APPLIED: &str = "INSERT INTO schema_migrations (version, digest) VALUES (?1, ?2)";

/// Why a database was refused when it was opened. The file was not changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made or looked at.
    #[error("cannot open {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The file has no content, yet it was there before.
    #[error("{} is empty: restore a backup, or delete the file to start anew", .0.display())]
    Emptied(PathBuf),
    /// The file is not a database of Doorward.
    #[error("the file is not a Doorward database")]
    Foreign,
    /// The file is damaged.
    #[error("the database is damaged ({0}): restore a backup")]
    Damaged(String),
    /// The file was written by a newer version.
    #[error("the database has schema {found} and this version knows {known}: use a newer Doorward")]
    Newer {
        /// The schema of the file.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// A migration that was applied is not the one known here.
    #[error("migration {version} of the database is not the one that this version knows")]
    Altered {
        /// Its number.
        version: i64,
    },
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Damaged(_) => Self::Corrupt(error.into()),
            OpenError::File(..)
            | OpenError::Emptied(_)
            | OpenError::Foreign
            | OpenError::Newer { .. }
            | OpenError::Altered { .. } => Self::Unavailable(error.into()),
        }
    }
}

/// Looks at a database without changing it: whose it is, how new, and whether it is whole.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let found = Inspection::of(connection).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign.into(),
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged(error.to_string()).into(),
        _ => StoreError::from(error),
    })?;
    if !found.fresh && found.application != APPLICATION_ID {
        return Err(OpenError::Foreign.into());
    }
    if found.version > newest() {
        let (found, known) = (found.version, newest());
        return Err(OpenError::Newer { found, known }.into());
    }
    match found.damage {
        Some(damage) => Err(OpenError::Damaged(damage).into()),
        None => Ok(()),
    }
}

/// What a database says of itself.
struct Inspection {
    /// Nothing was ever written.
    fresh: bool,
    application: i64,
    version: i64,
    damage: Option<String>,
}

impl Inspection {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            fresh: pragma(connection, "schema_version")? == 0,
            application: pragma(connection, "application_id")?,
            version: pragma(connection, "user_version")?,
            damage: damage(connection)?,
        })
    }
}

/// CR-03: a damaged file is found at the start and not by the first user who needs it.
fn damage(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let bytes = pragma(connection, "page_count")? * pragma(connection, "page_size")?;
    if bytes > LARGEST_TO_CHECK {
        return Ok(None);
    }
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    Ok(Some(verdict).filter(|verdict| verdict != "ok"))
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Applies every migration that the database does not have yet.
///
/// A table that others refer to is rebuilt under another name, which SQLite allows only while
/// references are not enforced. They are checked as a whole before the commit instead.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    migrate_to(connection, newest())
}

/// Applies what is missing up to a schema; tests start from older ones.
pub(super) fn migrate_to(connection: &mut Connection, schema: i64) -> Result<(), StoreError> {
    connection.pragma_update(None, "foreign_keys", false)?;
    apply_all(connection, schema)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn apply_all(connection: &mut Connection, schema: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(MAKE_MIGRATIONS)?;
    let mut changed = false;
    for (version, sql) in (1..=schema).zip(MIGRATIONS) {
        changed |= apply(&transaction, version, sql)?;
    }
    if changed {
        check_references(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", schema)?;
    transaction.commit()?;
    Ok(())
}

fn check_references(connection: &Connection) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    match statement.exists([])? {
        false => Ok(()),
        true => Err(OpenError::Damaged("a row refers to one that is not there".to_owned()).into()),
    }
}

/// Applies one migration; `false` when the database has it already.
fn apply(connection: &Connection, version: i64, sql: &str) -> Result<bool, StoreError> {
    let known = Digest::of(sql);
    let applied: Option<[u8; 32]> = connection
        .query_row(APPLIED, [version], |row| row.get(0))
        .optional()?;
    match applied {
        Some(digest) if digest == *known.as_bytes() => Ok(false),
        Some(_) => Err(OpenError::Altered { version }.into()),
        None => {
            connection.execute_batch(sql)?;
            connection.execute(NOTE_APPLIED, params![version, known.as_bytes()])?;
            Ok(true)
        }
    }
}
