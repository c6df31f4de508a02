//! The SQL of each table, beside the code that turns rows into values.
//!
//! A module here knows one table and nothing of transactions: its functions run
//! one or two statements and say how many rows changed. Whether that number is
//! the expected one is decided in [`super::apply`].

mod columns;

pub(super) mod audit_segments;
pub(super) mod clients;
pub(super) mod codes;
pub(super) mod consents;
pub(super) mod expired;
pub(super) mod grants;
pub(super) mod refresh_tokens;
pub(super) mod revocations;
pub(super) mod sessions;
pub(super) mod setup_links;
pub(super) mod signing_keys;
pub(super) mod used_once;
pub(super) mod users;

use columns::{Columns, unreadable};
use rusqlite::{Connection, Params, Result};

/// Names SQL statements, and lists them so that a test can prepare every one.
macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(const $name: &str = $sql;)+

        #[cfg(test)]
        pub(in crate::sqlite) const STATEMENTS: &[&str] = &[$($name),+];
    };
}
use statements;

/// Every statement of every table.
#[cfg(test)]
pub(super) fn all_statements() -> impl Iterator<Item = &'static str> {
    [
        audit_segments::STATEMENTS,
        clients::STATEMENTS,
        codes::STATEMENTS,
        consents::STATEMENTS,
        expired::STATEMENTS,
        grants::STATEMENTS,
        refresh_tokens::STATEMENTS,
        revocations::STATEMENTS,
        sessions::STATEMENTS,
        setup_links::STATEMENTS,
        signing_keys::STATEMENTS,
        used_once::STATEMENTS,
        users::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Runs a statement that changes rows, and says how many.
fn change(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize> {
    connection.prepare_cached(sql)?.execute(parameters)
}

/// The row that a statement finds, if any.
fn find<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    rows.next()?
        .map(|row| read(&mut Columns::of(row)))
        .transpose()
}

/// All rows that a statement finds, in its order.
fn list<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map(parameters, |row| read(&mut Columns::of(row)))?
        .collect()
}
