//! Removes old data of a deployment with several nodes: from its database, for one node at a time. What is in Redis
//! has a time to live.

use std::time::Duration;

use async_trait::async_trait;
use storage::StorageError;
use storage::postgres::{Postgres, column};
use storage::redis::Router;

use super::{Kind, Sweep};

/// Each statement compares the age once more in the row that it removes: whoever used it meanwhile waits for its lock
/// or is waited for.
const ROOMS: &str = "
    WITH idle AS (
        DELETE FROM rooms WHERE active_at < $1 AND id IN (
            SELECT id FROM rooms WHERE active_at < $1 AND NOT EXISTS (SELECT 1 FROM messages WHERE room = id)
            ORDER BY active_at LIMIT 100)
        RETURNING id
    ),
    gone_logs AS (DELETE FROM room_logs USING idle WHERE room = id)
    SELECT count(*) FROM idle";
/// The messages of rooms go first: some of one room at a time.
const MESSAGES: &str = "
    DELETE FROM messages WHERE (room, log_offset) IN (
        SELECT room, log_offset FROM messages WHERE room = (
            SELECT id FROM rooms WHERE active_at < $1 AND EXISTS (SELECT 1 FROM messages WHERE room = id)
            ORDER BY active_at LIMIT 1)
        LIMIT 1000)";
const RESULTS: &str = "
    DELETE FROM results WHERE ended_at < $1 AND (owner, id) IN
        (SELECT owner, id FROM results WHERE ended_at < $1 ORDER BY ended_at LIMIT 100)";
const PICTURES: &str = "
    DELETE FROM pictures WHERE idle_at < $1 AND id IN
        (SELECT id FROM pictures WHERE idle_at < $1
            AND NOT EXISTS (SELECT 1 FROM quiz_pictures WHERE picture = pictures.id) LIMIT 100)";
/// Few at a time: each may have 100 quizzes of 20 versions.
const AUTHORS: &str = "
    WITH idle AS (
        DELETE FROM authors WHERE seen_at < $1 AND owner IN
            (SELECT owner FROM authors WHERE seen_at < $1 ORDER BY seen_at LIMIT 5)
        RETURNING owner
    ),
    gone_quizzes AS (DELETE FROM quizzes USING idle WHERE quizzes.owner = idle.owner),
    gone_results AS (DELETE FROM results USING idle WHERE results.owner = idle.owner)
    SELECT count(*) FROM idle";

/// The sweep of a deployment with Redis.
pub struct ClusterSweep {
    router: Router,
    /// A key that exists during a period in which a node has swept.
    lease: String,
    database: Option<Postgres>,
}

impl ClusterSweep {
    /// A sweep of the deployment's database, if it has one.
    pub fn new(router: Router, database: Option<Postgres>) -> Self {
        Self { lease: router.keyspace().name("{authors}:swept"), router, database }
    }
}

#[async_trait]
impl Sweep for ClusterSweep {
    async fn is_due(&self, every: Duration) -> Result<bool, StorageError> {
        // A little less, so that the node's next try after the period finds it over.
        let period_ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX) / 10 * 9;
        let mut set = redis::cmd("SET");
        set.arg(&self.lease).arg(1).arg("NX").arg("PX").arg(period_ms);
        let set: Option<String> = self.router.at(0, &self.lease)?.run(&set).await?;
        Ok(set.is_some())
    }

    async fn sweep(&self, kind: Kind, before_ms: u64) -> Result<usize, StorageError> {
        let Some(database) = &self.database else { return Ok(0) };
        let before = i64::try_from(before_ms).unwrap_or(i64::MAX);
        let statement = match kind {
            Kind::Rooms => {
                let gone = database.execute(MESSAGES, &[&before]).await?;
                if gone > 0 {
                    return Ok(usize::try_from(gone).unwrap_or(usize::MAX));
                }
                let row = database.query_opt(ROOMS, &[&before]).await?;
                return row.map_or(Ok(0), |row| counted(&row));
            }
            Kind::Results => RESULTS,
            Kind::Pictures => PICTURES,
            Kind::Authors => {
                let row = database.query_opt(AUTHORS, &[&before]).await?;
                return row.map_or(Ok(0), |row| counted(&row));
            }
            Kind::Logs | Kind::EmptyLogs | Kind::Games => return Ok(0),
        };
        let gone = database.execute(statement, &[&before]).await?;
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }

    /// Always false: Redis and PostgreSQL reuse space by themselves.
    async fn compact(&self) -> Result<bool, StorageError> {
        Ok(false)
    }
}

/// The number in a row.
fn counted(row: &tokio_postgres::Row) -> Result<usize, StorageError> {
    Ok(usize::try_from(column::<i64>(row, 0)?).unwrap_or(0))
}
