//! The schema: every statement fits it, it is that of SQLite, and others are refused (CR-06).

use std::{collections::BTreeSet, fs, path::Path};

use doorward_throwaway::Postgres;

use super::{Opened, open, open_shared, parsed, refusal, stranger};
use crate::{
    postgres::{
        PostgresRefusal, Tenancy, audit_chain, cells::dialect, lookout, schema::MIGRATIONS,
    },
    tables::all_statements,
};

#[tokio::test]
async fn every_statement_prepares_against_a_freshly_migrated_database() {
    let opened = open().await;
    let client = stranger(&opened.url).await;
    let own = audit_chain::STATEMENTS.iter().copied();
    for sql in all_statements()
        .chain(own)
        .chain([audit_chain::LOCK_END, lookout::HOLDERS])
    {
        if let Err(error) = client.prepare(&dialect(sql)).await {
            panic!("{error:?}: {sql}");
        }
    }
}

#[test]
fn every_migration_exists_for_both_databases() {
    let names = |database: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        fs::read_dir(folder.join(database))
            .expect("listable")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("UTF-8"))
            .collect()
    };
    assert_eq!(names("postgres"), names("sqlite"));
    assert_eq!(names("postgres").len(), MIGRATIONS.len());
}

#[tokio::test]
async fn every_text_compares_byte_by_byte() {
    let opened = open().await;
    let other = "SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')
            AND collation_name IS DISTINCT FROM 'C'";
    let found = opened.server.sql(&opened.url, other);
    assert_eq!(found, "", "write TEXT COLLATE \"C\"");
}

/// Why a database is refused after `sql` changed it; nothing else changed.
async fn refusal_after(sql: &str) -> PostgresRefusal {
    let Opened { store, url, server } = open().await;
    drop(store);
    server.sql(&url, sql);
    let all = "SELECT version, digest FROM doorward_migrations ORDER BY version";
    let before = server.sql(&url, all);
    let refusal = refusal(&parsed(&url), Tenancy::Alone).await;
    assert_eq!(
        server.sql(&url, all),
        before,
        "the database was not touched"
    );
    refusal
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let sql = "INSERT INTO doorward_migrations SELECT 4711, digest FROM doorward_migrations
        WHERE version = 1";
    let refusal = refusal_after(sql).await;
    assert!(
        matches!(refusal, PostgresRefusal::Newer { .. }),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_migration_that_was_edited_is_refused() {
    let sql = "UPDATE doorward_migrations SET digest = decode(repeat('00', 32), 'hex')
        WHERE version = 1";
    let refusal = refusal_after(sql).await;
    assert!(
        matches!(refusal, PostgresRefusal::Altered { version: 1 }),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let server = Postgres::shared();
    let url = server.database();
    server.sql(&url, "CREATE TABLE schema_migrations (version TEXT)");
    let refusal = refusal(&parsed(&url), Tenancy::Alone).await;
    assert!(matches!(refusal, PostgresRefusal::Foreign), "{refusal:?}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql(&url, tables), "1");
}

#[tokio::test]
async fn opening_again_and_at_the_same_time_applies_no_migration_twice() {
    let server = Postgres::shared();
    let url = server.database();
    let opened = tokio::join!(open_shared(&url), open_shared(&url), open_shared(&url));
    assert!(opened.0.is_ok() && opened.1.is_ok() && opened.2.is_ok());
    drop(opened);
    open_shared(&url).await.expect("opens again");
    let count = server.sql(&url, "SELECT count(*) FROM doorward_migrations");
    assert_eq!(count, MIGRATIONS.len().to_string());
}

/// A database with the first schema, as its version left it.
fn first_schema(server: &Postgres) -> String {
    let url = server.database();
    let digest = doorward_core::secret::Digest::of(MIGRATIONS[0]);
    let digest: String = digest
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let make = format!(
        "CREATE TABLE doorward_migrations (version BIGINT PRIMARY KEY, digest BYTEA NOT NULL);
         {}
         INSERT INTO doorward_migrations VALUES (1, decode('{digest}', 'hex'));
         INSERT INTO answered_flows (id, expires_at) VALUES ('f', 7);
         INSERT INTO users VALUES ('u', 'alice', 'member', '', 1, NULL);
         INSERT INTO clients VALUES ('c', 'dynamic', 'C', '[]', NULL, NULL, 1, 1, NULL, NULL);
         INSERT INTO grants VALUES ('g', 'u', 'c', 'https://a', 'mcp:read', 1, 2, 3, 4, NULL, NULL);
         INSERT INTO refresh_tokens VALUES
            (decode(repeat('00', 32), 'hex'), 'g', 9, NULL, NULL, NULL),
            (decode(repeat('11', 32), 'hex'), 'g', 8, 5, decode(repeat('00', 32), 'hex'), '\\xabcd');",
        MIGRATIONS[0]
    );
    server.sql(&url, &make);
    url
}

#[tokio::test]
async fn an_older_database_is_brought_up_to_date_and_keeps_what_it_holds() {
    let server = Postgres::shared();
    let url = first_schema(&server);
    open_shared(&url).await.expect("opens");
    let tokens = "SELECT user_id, kept_until, count(*) FROM grants
        JOIN refresh_tokens ON id = grant_id GROUP BY 1, 2";
    assert_eq!(server.sql(&url, tokens), "u|3600000|2");
    let returned = "SELECT r.spent_at, r.sealed FROM refresh_tokens
        JOIN refresh_responses AS r USING (digest) WHERE successor = decode(repeat('00', 32), 'hex')";
    assert_eq!(server.sql(&url, returned), r"5|\xabcd");
    let kept = server.sql(&url, "SELECT purpose, id, expires_at FROM used_once");
    assert_eq!(kept, "flow|f|7"); // CR-06
}

#[tokio::test]
async fn an_upgrade_that_breaks_off_leaves_the_old_schema() {
    let server = Postgres::shared();
    let url = first_schema(&server);
    server.sql(
        &url,
        "CREATE VIEW in_the_way AS SELECT id FROM answered_flows",
    );
    assert!(open_shared(&url).await.is_err(), "the old table cannot go");
    let (left, version) = (
        server.sql(&url, "SELECT id FROM answered_flows"),
        server.sql(&url, "SELECT max(version) FROM doorward_migrations"),
    );
    assert_eq!((left.as_str(), version.as_str()), ("f", "1")); // CR-06
    assert_eq!(
        server.sql(&url, "SELECT to_regclass('used_once') IS NULL"),
        "t"
    );

    server.sql(&url, "DROP VIEW in_the_way");
    open_shared(&url).await.expect("opens");
}
