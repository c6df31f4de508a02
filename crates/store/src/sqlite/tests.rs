//! What is true of the SQLite store beyond the contract: its file, its schema, its failures.

use super::{connection, rows};

#[test]
fn every_statement_prepares_against_a_freshly_migrated_database() {
    let connection = connection::open_memory().expect("the migrations apply");
    for sql in rows::all_statements() {
        if let Err(error) = connection.prepare(sql) {
            panic!("{error}: {sql}");
        }
    }
}
