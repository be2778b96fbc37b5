//! The tables, and the migrations of older databases.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;
use tracing::info;

use super::error::{is_refusal, without_values};
use super::{OpenError, unreachable};

/// One file for each version of the database, oldest first. What was released is never edited: a
/// change is another file.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_rooms_and_quizzes.sql"), include_str!("migrations/0002_archive.sql")];

/// The lock that a migrating node holds, so that of several that start at once one migrates. Any number that nobody
/// else takes in this database.
const LOCK: i64 = 0x6875_6262_7562;
/// The oldest PostgreSQL that is tested, as the server counts: 15.0.
const OLDEST: i32 = 150_000;

/// How long a database may take to say of which version it is.
const CHECKED_WITHIN: Duration = Duration::from_secs(5);
/// A large table takes its time. A node that goes away in the middle holds the others up for ten seconds.
const UNHURRIED: &str = "
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0";
const VERSIONS: &str = "
    CREATE TABLE IF NOT EXISTS hubbub_versions (
        version integer PRIMARY KEY,
        migrated_at timestamptz NOT NULL DEFAULT now()
    )";

/// Migrates the database to the newest version, in one transaction. Whoever comes second waits, and finds it done.
///
/// # Errors [`OpenError::Refused`] for a database that is of no use, [`OpenError::Unreachable`] to try again.
pub(super) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    let is_current = async {
        check(client).await?;
        Ok(version(client).await? == MIGRATIONS.len())
    };
    match timeout(CHECKED_WITHIN, is_current).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => migrate_to(client, MIGRATIONS.len()).await,
        Ok(Err(error)) => Err(error),
        Err(_) => Err(OpenError::Unreachable("it does not answer".into())),
    }
}

/// The version of the database; 0 for an empty one.
async fn version(client: &Client) -> Result<usize, OpenError> {
    let table = client.query_one("SELECT to_regclass('hubbub_versions') IS NOT NULL", &[]).await.map_err(of)?;
    if !table.get::<_, bool>(0) {
        return Ok(0);
    }
    let row = client.query_one("SELECT coalesce(max(version), 0) FROM hubbub_versions", &[]).await.map_err(of)?;
    Ok(usize::try_from(row.get::<_, i32>(0)).unwrap_or_default())
}

/// Migrates to a version, which is the number of migrations that the database has had.
async fn migrate_to(client: &mut Client, target: usize) -> Result<(), OpenError> {
    let transaction = client.transaction().await.map_err(of)?;
    transaction.batch_execute(UNHURRIED).await.map_err(of)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(of)?;
    transaction.batch_execute(VERSIONS).await.map_err(of)?;
    let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM hubbub_versions", &[]);
    let version = usize::try_from(row.await.map_err(of)?.get::<_, i32>(0)).unwrap_or_default();
    if version > target {
        return Err(OpenError::Refused(format!(
            "the database is of version {version}, written by a later Hubbub; this one knows up to {target}"
        )));
    }
    for (migration, number) in MIGRATIONS.iter().zip(1_i32..).skip(version) {
        transaction.batch_execute(migration).await.map_err(of)?;
        transaction.execute("INSERT INTO hubbub_versions (version) VALUES ($1)", &[&number]).await.map_err(of)?;
        info!("the database is of version {number} now");
    }
    transaction.commit().await.map_err(of)
}

/// Refuses servers that do not keep what is written.
async fn check(client: &Client) -> Result<(), OpenError> {
    const SETTINGS: &str = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding')";
    let row = client.query_one(SETTINGS, &[]).await.map_err(of)?;
    let (version, encoding) = (row.get::<_, i32>(0), row.get::<_, String>(1));
    if version < OLDEST {
        return Err(OpenError::Refused(format!(
            "the database is PostgreSQL {}; Hubbub needs {} or newer",
            version / 10_000,
            OLDEST / 10_000
        )));
    }
    if encoding != "UTF8" {
        return Err(OpenError::Refused(format!("the database keeps texts as {encoding}; Hubbub needs UTF8")));
    }
    Ok(())
}

fn of(error: tokio_postgres::Error) -> OpenError {
    match is_refusal(&error) {
        true => OpenError::Refused(format!("the database refuses: {}", without_values(&error))),
        false => unreachable(&error),
    }
}
