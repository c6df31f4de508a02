//! The schema: every statement fits it, and other schemas are refused (CR-06).

use doorward_core::{client::ClientOrigin, id::ClientId, time::UnixTime};
use rusqlite::{Connection, StatementStatus};

use super::{Opened, open};
use crate::{
    OpenError, SqliteStore, StoreError,
    sqlite::{connection, schema},
    tables::{all_statements, clients},
};

#[test]
fn every_statement_prepares_against_a_freshly_migrated_database() {
    let connection = connection::open_memory().expect("the migrations apply");
    for sql in all_statements() {
        if let Err(error) = connection.prepare(sql) {
            panic!("{error}: {sql}");
        }
    }
}

#[test]
fn no_lookup_reads_a_whole_table() {
    let connection = connection::open_memory().expect("the migrations apply");
    let small = [
        "users",
        "setup_links",
        "CONSTANT",
        "clients USING COVERING INDEX clients_unused",
        "pending_sign_ins USING COVERING INDEX pending_sign_ins_by_expiry", // 10,000 rows at most
        "refresh_responses", // in their order, up to the first that stays
    ];
    for sql in all_statements().filter(|sql| sql.contains("WHERE")) {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .expect("prepares");
        let no_parameters = (0..plan.parameter_count()).map(|_| rusqlite::types::Null);
        let steps = plan
            .query_map(rusqlite::params_from_iter(no_parameters), |row| {
                row.get::<_, String>(3)
            })
            .expect("explains");
        for step in steps.map(|step| step.expect("a step")) {
            let scanned = step.strip_prefix("SCAN ");
            let large =
                scanned.is_some_and(|what| !small.iter().any(|name| what.starts_with(name)));
            assert!(!large, "{step}: {sql}");
        }
    }
}

#[test]
fn no_statement_is_prepared_anew_for_other_values() {
    let connection = connection::open_memory().expect("the migrations apply");
    for sql in all_statements() {
        for value in 0..3 {
            let mut statement = connection.prepare_cached(sql).expect("prepares");
            for index in 1..=statement.parameter_count() {
                let bound = statement.raw_bind_parameter(index, value);
                bound.expect("there is such a parameter");
            }
            let _ = statement.raw_query().next(); // whether values fit is not asked here
            let again = statement.get_status(StatementStatus::RePrepare);
            assert_eq!(again, 0, "{sql}");
        }
    }
}

/// Why a database is refused after `sql` changed it.
fn refusal(sql: &str) -> OpenError {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    drop((store, connection));
    let other = Connection::open(&path).expect("opens");
    other.execute_batch(sql).expect("changes the file");
    drop(other);
    let before = std::fs::read(&path).expect("readable");
    let refusal = super::files::refusal(&path);
    let after = std::fs::read(&path).expect("readable");
    assert!(before == after, "the file was not touched");
    refusal
}

#[test]
fn a_newer_schema_is_refused() {
    let refusal = refusal("PRAGMA user_version = 4711");
    assert!(
        matches!(refusal, OpenError::Newer { found: 4711, .. }),
        "{refusal:?}"
    );
}

#[test]
fn a_migration_that_was_edited_is_refused() {
    let refusal = refusal("UPDATE schema_migrations SET digest = zeroblob(32)");
    assert!(
        matches!(refusal, OpenError::Altered { version: 1 }),
        "{refusal:?}"
    );
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).expect("opens");
    other
        .execute_batch("CREATE TABLE users (id TEXT)")
        .expect("is made");
    drop(other);
    let refusal = super::files::refusal(&path);
    assert!(matches!(refusal, OpenError::Foreign), "{refusal:?}");
}

#[test]
fn opening_again_applies_no_migration_twice() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    drop((store, connection));
    for _ in 0..2 {
        let again: Result<SqliteStore, StoreError> = SqliteStore::open(&path);
        assert!(again.is_ok(), "{again:?}");
    }
}

#[test]
fn an_older_database_is_brought_up_to_date_and_keeps_what_it_holds() {
    const FIRST: &str = include_str!("../../../migrations/sqlite/0001_first.sql");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("doorward.db");
    let old = Connection::open(&path).expect("opens");
    let spent = "11".repeat(32);
    let make = format!(
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT;
         PRAGMA application_id = 1148153714; PRAGMA user_version = 1; {FIRST}
         INSERT INTO answered_flows (id, expires_at) VALUES ('f', 7);
         INSERT INTO users VALUES ('u', 'alice', 'member', '$argon2id$', 1, NULL);
         INSERT INTO clients VALUES ('c', 'dynamic', 'C', '[]', NULL, NULL, 1, 1, NULL, NULL);
         INSERT INTO grants VALUES ('g', 'u', 'c', 'https://a', 'mcp:read', 1, 2, 3, 4, NULL, NULL);
         INSERT INTO refresh_tokens VALUES (zeroblob(32), 'g', 9, NULL, NULL, NULL),
            (X'{spent}', 'g', 8, 5, zeroblob(32), X'abcd');"
    );
    old.execute_batch(&make).expect("is made");
    let digest = doorward_core::secret::Digest::of(FIRST);
    old.execute(
        "INSERT INTO schema_migrations VALUES (1, ?1)",
        [digest.as_bytes()],
    )
    .expect("is noted");
    drop(old);

    drop(SqliteStore::open(&path).expect("opens"));
    let new = Connection::open(&path).expect("opens");
    let kept: (String, String, i64) = new
        .query_row("SELECT purpose, id, expires_at FROM used_once", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .expect("one row");
    assert_eq!(kept, ("flow".to_owned(), "f".to_owned(), 7)); // CR-06
    let of_grant = "SELECT user_id, authenticated_at, kept_until, count(*)
        FROM grants JOIN refresh_tokens ON id = grant_id";
    let kept: (String, i64, i64, i64) = new
        .query_row(of_grant, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .expect("the grant with its tokens");
    assert_eq!(kept, ("u".to_owned(), 1, 3_600_000, 2));
    let of_spent = "SELECT refresh_responses.spent_at, sealed FROM refresh_tokens
        JOIN refresh_responses USING (digest) WHERE successor = zeroblob(32)";
    let kept: (i64, Vec<u8>) = new
        .query_row(of_spent, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("what the spent one returned");
    assert_eq!(kept, (5, vec![0xab, 0xcd]));
    let enforced = new.execute_batch("PRAGMA foreign_keys = ON; DELETE FROM clients");
    assert!(enforced.is_err(), "its grant still refers to it");
}

/// What schema 1 knew of clients, and rows that refer to it.
const FIRST: &str = "
    INSERT INTO users VALUES ('u', 'u', 'member', '', 0, NULL);
    INSERT INTO clients VALUES
        ('public', 'dynamic', 'P', '[\"https://a.example/cb\"]', NULL, NULL, 1, 5, 6, NULL),
        ('secret', 'preregistered', 'S', '[]', zeroblob(32), 'either', 0, 7, NULL, 8);
    INSERT INTO grants VALUES ('g', 'u', 'public', 'r', '', 0, 0, 0, 9, NULL, NULL);
    INSERT INTO consents VALUES ('u', 'public', 'h', 'r', '', 0);";

#[test]
fn clients_of_the_first_schema_are_kept_with_what_refers_to_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = Connection::open(folder.path().join("d.db")).expect("opens");
    connection
        .execute_batch("PRAGMA foreign_keys = ON")
        .expect("on");
    schema::migrate_to(&mut connection, 1).expect("the first schema");
    connection.execute_batch(FIRST).expect("rows");
    schema::migrate(&mut connection).expect("brought up to date");

    let client = |id| {
        let query = clients::by_id(&ClientId::from_known(id));
        let found = connection::find(&connection, &query);
        found.expect("readable").expect("kept")
    };
    let (public, secret) = (client("public"), client("secret"));
    assert!(public.is_public() && public.refreshes() && !secret.refreshes());
    assert_eq!(public.origin, ClientOrigin::Dynamic);
    assert_eq!(public.used_at, Some(UnixTime::from_millis(6)));
    assert_eq!(secret.revoked_at, Some(UnixTime::from_millis(8)));
    assert_eq!(secret.authentication_method(), "client_secret_basic");
    let kept: i64 = connection
        .query_row(
            "SELECT (SELECT count(*) FROM grants) + (SELECT count(*) FROM consents)",
            [],
            |row| row.get(0),
        )
        .expect("counts");
    assert_eq!(kept, 2);
    let orphans = "DELETE FROM clients WHERE id = 'public'";
    assert!(
        connection.execute(orphans, []).is_err(),
        "still referred to"
    );
}
