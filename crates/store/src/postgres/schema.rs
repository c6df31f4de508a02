//! The schema and how it comes to be: numbered migrations, each applied once.
//!
//! As with SQLite: a migration that was applied is never edited, all pending ones
//! run in one transaction, a newer schema is refused untouched (CR-06). An
//! advisory lock lets one process migrate at a time; the others find it done.

use doorward_core::secret::Digest;
use tokio_postgres::{Client, Error, Transaction};

use super::refusal::PostgresRefusal;
use crate::StoreError;

/// Every migration in order, with the numbers of those of SQLite.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_first.sql"),
    include_str!("../../migrations/postgres/0002_used_once.sql"),
    include_str!("../../migrations/postgres/0003_grants_of_clients.sql"),
    include_str!("../../migrations/postgres/0004_clients.sql"),
    include_str!("../../migrations/postgres/0005_authorization_details.sql"),
    include_str!("../../migrations/postgres/0006_key_rotation.sql"),
    include_str!("../../migrations/postgres/0007_request_rules.sql"),
    include_str!("../../migrations/postgres/0008_devices_and_own_access.sql"),
    include_str!("../../migrations/postgres/0009_bound_keys.sql"),
    include_str!("../../migrations/postgres/0010_bound_later.sql"),
    include_str!("../../migrations/postgres/0011_initial_access_tokens.sql"),
    include_str!("../../migrations/postgres/0012_request_keys.sql"),
    include_str!("../../migrations/postgres/0013_details_of_devices_and_seen_keys.sql"),
    include_str!("../../migrations/postgres/0014_nonces.sql"),
    include_str!("../../migrations/postgres/0015_account_links.sql"),
    include_str!("../../migrations/postgres/0016_certificates.sql"),
    include_str!("../../migrations/postgres/0017_people.sql"),
    include_str!("../../migrations/postgres/0018_known_devices.sql"),
    include_str!("../../migrations/postgres/0019_provisioning.sql"),
    include_str!("../../migrations/postgres/0020_factors.sql"),
    include_str!("../../migrations/postgres/0021_consent.sql"),
    include_str!("../../migrations/postgres/0022_identity_providers.sql"),
    include_str!("../../migrations/postgres/0023_administrators_and_token_cuts.sql"),
    include_str!("../../migrations/postgres/0024_invitations_and_resets.sql"),
    include_str!("../../migrations/postgres/0025_latest_grants.sql"),
    include_str!("../../migrations/postgres/0026_refresh_tokens_in_order.sql"),
];

/// The oldest server that has all that is used: `pg_xact_status` above all.
const OLDEST_SERVER: i64 = 13;

/// "Door" in one number, and the schema within the database. Not the lock of
/// [`super::tenancy`]: that one is held for as long as a process runs.
const LOCK: &str = "SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '60s';
    SELECT pg_advisory_xact_lock(1148153715, hashtext(coalesce(current_schema(), '')))";
const INSPECT: &str = "SELECT current_setting('server_version_num')::bigint / 10000,
    current_setting('server_encoding'),
    current_schema() IS NOT NULL,
    EXISTS (SELECT 1 FROM ours WHERE relname = 'doorward_migrations'),
    EXISTS (SELECT 1 FROM ours)";
/// What is in the schema, leaving aside what extensions put there.
const OURS: &str = "WITH ours AS (
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT 1 FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')) ";
const MAKE_MIGRATIONS: &str = "CREATE TABLE doorward_migrations (
    version BIGINT PRIMARY KEY,
    digest  BYTEA NOT NULL CHECK (octet_length(digest) = 32)
)";
const APPLIED: &str = "SELECT version, digest FROM doorward_migrations ORDER BY version";
const NOTE_APPLIED: &str = "INSERT INTO doorward_migrations (version, digest) VALUES ($1, $2)";

/// Applies every migration that the database does not have yet, or refuses it.
pub(super) async fn bring_up_to_date(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.transaction().await.map_err(refused)?;
    transaction.batch_execute(LOCK).await.map_err(refused)?;
    let fresh = inspect(&transaction).await?;
    if fresh {
        let made = transaction.batch_execute(MAKE_MIGRATIONS).await;
        made.map_err(refused)?;
    }
    let applied = applied(&transaction).await?;
    for (version, sql) in (1..).zip(MIGRATIONS).skip(applied) {
        apply(&transaction, version, sql).await.map_err(refused)?;
    }
    transaction.commit().await.map_err(refused)
}

fn refused(error: Error) -> StoreError {
    PostgresRefusal::of(&error).into()
}

/// Whether the database is empty; one that is not ours is refused.
async fn inspect(transaction: &Transaction<'_>) -> Result<bool, StoreError> {
    let found = transaction
        .query_one(&format!("{OURS}{INSPECT}"), &[])
        .await
        .map_err(refused)?;
    let (version, encoding): (i64, String) = (found.try_get(0)?, found.try_get(1)?);
    let (has_schema, ours, anything): (bool, bool, bool) =
        (found.try_get(2)?, found.try_get(3)?, found.try_get(4)?);
    if version < OLDEST_SERVER {
        return Err(PostgresRefusal::TooOld(version).into());
    }
    if encoding != "UTF8" {
        return Err(PostgresRefusal::Encoding(encoding).into());
    }
    match (has_schema, ours, anything) {
        (false, _, _) => Err(PostgresRefusal::NoSchema.into()),
        (true, false, true) => Err(PostgresRefusal::Foreign.into()),
        (true, ours, _) => Ok(!ours),
    }
}

/// How many migrations were applied; others than the known ones are refused.
async fn applied(transaction: &Transaction<'_>) -> Result<usize, StoreError> {
    let rows = transaction.query(APPLIED, &[]).await.map_err(refused)?;
    if rows.len() > MIGRATIONS.len() {
        let (found, known) = (number(rows.len()), number(MIGRATIONS.len()));
        return Err(PostgresRefusal::Newer { found, known }.into());
    }
    for (version, (row, sql)) in (1..).zip(rows.iter().zip(MIGRATIONS)) {
        let same = row.try_get::<_, i64>(0)? == version
            && row.try_get::<_, &[u8]>(1)? == Digest::of(sql).as_bytes();
        if !same {
            return Err(PostgresRefusal::Altered { version }.into());
        }
    }
    Ok(rows.len())
}

async fn apply(transaction: &Transaction<'_>, version: i64, sql: &str) -> Result<(), Error> {
    transaction.batch_execute(sql).await?;
    let digest = Digest::of(sql);
    let digest = digest.as_bytes().as_slice();
    transaction
        .execute(NOTE_APPLIED, &[&version, &digest])
        .await?;
    Ok(())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
