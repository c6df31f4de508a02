//! The SQL of each table, beside the code that turns rows into values and back.
//!
//! Both databases share it: a module here knows one table and neither a
//! connection nor a transaction. Its functions return a [`Query`] or a
//! [`Change`] as a value, which whoever has a connection runs. What a change is
//! expected to find is decided in [`apply`].
//!
//! The SQL is what SQLite and PostgreSQL both understand: parameters are `?1`,
//! `?2`, ... (PostgreSQL gets `$1`), numbers are 64-bit integers, truth is 1 or 0.
//! PostgreSQL takes the type of a parameter from its first use: let that be beside
//! a column (`id = ?1 OR ?1 IS NULL`, not the other way round).

mod apply;
mod columns;
mod value;

pub(crate) mod account_links;
pub(crate) mod audit_segments;
pub(crate) mod belongings;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod consents;
pub(crate) mod device_authorizations;
pub(crate) mod expired;
pub(crate) mod factors;
pub(crate) mod federation;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod initial_access_tokens;
pub(crate) mod invitations;
pub(crate) mod known_devices;
pub(crate) mod memberships;
pub(crate) mod password_resets;
pub(crate) mod presented;
pub(crate) mod provisioned_users;
pub(crate) mod provisioning_tokens;
pub(crate) mod refresh_tokens;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod setup_links;
pub(crate) mod signing_keys;
pub(crate) mod used_once;
pub(crate) mod users;

pub(crate) use self::{
    apply::{Expects, Step, steps},
    columns::{Cell, Columns, Row, Unreadable},
    value::{ToValue, Value},
};

/// What to look up, and how to read a row of what is found.
#[derive(Debug)]
pub(crate) struct Query<T> {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
    pub(crate) read: Read<T>,
}

/// Reads one row, from left to right.
pub(crate) type Read<T> = fn(&mut Columns<'_>) -> Result<T, Unreadable>;

/// A statement that changes rows.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
}

pub(crate) fn query<T>(sql: &'static str, values: Vec<Value>, read: Read<T>) -> Query<T> {
    Query { sql, values, read }
}

pub(crate) fn change(sql: &'static str, values: Vec<Value>) -> Change {
    Change { sql, values }
}

/// Names SQL statements, and lists them so that a test can prepare every one.
macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(const $name: &str = $sql;)+

        #[cfg(test)]
        pub(crate) const STATEMENTS: &[&str] = &[$($name),+];
    };
}
pub(crate) use statements;

/// The parameters of a statement, `?1` first.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$(crate::tables::ToValue::to_value(&$value)),*]
    };
}
pub(crate) use params;

/// Every statement of every table.
#[cfg(test)]
pub(crate) fn all_statements() -> impl Iterator<Item = &'static str> {
    [
        account_links::STATEMENTS,
        audit_segments::STATEMENTS,
        belongings::STATEMENTS,
        clients::STATEMENTS,
        codes::STATEMENTS,
        consents::STATEMENTS,
        device_authorizations::STATEMENTS,
        expired::STATEMENTS,
        federation::STATEMENTS,
        factors::STATEMENTS,
        grants::STATEMENTS,
        groups::STATEMENTS,
        initial_access_tokens::STATEMENTS,
        invitations::STATEMENTS,
        memberships::STATEMENTS,
        known_devices::STATEMENTS,
        provisioned_users::STATEMENTS,
        provisioning_tokens::STATEMENTS,
        password_resets::STATEMENTS,
        presented::STATEMENTS,
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
