//! Removes old data of a deployment with several nodes: from its database, for one node at a time. What is in Redis
//! has a time to live.

use std::time::Duration;

use async_trait::async_trait;
use storage::StorageError;
use storage::postgres::{Postgres, column};
use storage::redis::Router;

use super::redis::Turns;
use super::{Kind, Sweep};

/// Each statement compares the age once more in the row that it removes, or locks: whoever used it meanwhile waits for
/// that lock or is waited for.
const ROOMS: &str = "
    WITH idle AS (
        DELETE FROM rooms WHERE active_at < $1 AND id IN (
            SELECT id FROM rooms WHERE active_at < $1 AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.room = rooms.id)
            ORDER BY active_at LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING id
    ),
    gone_logs AS (DELETE FROM room_logs USING idle WHERE room_logs.room = idle.id)
    SELECT count(*) FROM idle";
/// The messages of rooms go first: some of one room at a time.
const MESSAGES: &str = "
    DELETE FROM messages WHERE (room, log_offset) IN (
        SELECT room, log_offset FROM messages WHERE room = (
            SELECT id FROM rooms WHERE active_at < $1 AND EXISTS (SELECT 1 FROM messages WHERE messages.room = rooms.id)
            ORDER BY active_at LIMIT 1 FOR UPDATE)
        LIMIT 1000)";
/// The cursors of rooms in which nobody said anything: whoever looked into one had the archive asked for it.
const EMPTY_LOGS: &str = "
    DELETE FROM room_logs WHERE archived = 0 AND fenced_at < $1 AND room IN (
        SELECT room FROM room_logs WHERE archived = 0 AND fenced_at < $1
            AND NOT EXISTS (SELECT 1 FROM rooms WHERE rooms.id = room_logs.room)
        ORDER BY room LIMIT 100 FOR UPDATE SKIP LOCKED)";
const RESULTS: &str = "
    DELETE FROM results WHERE ended_at < $1 AND (owner, id) IN
        (SELECT owner, id FROM results WHERE ended_at < $1 ORDER BY ended_at LIMIT 100)";
const PICTURES: &str = "
    DELETE FROM pictures WHERE idle_at < $1 AND id IN
        (SELECT id FROM pictures WHERE idle_at < $1
            AND NOT EXISTS (SELECT 1 FROM quiz_pictures WHERE picture = pictures.id) LIMIT 100)";
/// What an author has goes before they do, some of it at a time: 200 quizzes may have 20 versions each.
const IDLE_AUTHOR: &str = "SELECT owner FROM authors WHERE seen_at < $1 ORDER BY seen_at LIMIT 1";
const OF_AUTHOR: [&str; 3] = [
    "DELETE FROM quiz_versions WHERE (quiz, version) IN (
        SELECT quiz, quiz_versions.version FROM quiz_versions JOIN quizzes ON quiz = id
        WHERE owner = $1 AND EXISTS (SELECT 1 FROM authors WHERE authors.owner = $1 AND seen_at < $2 FOR UPDATE) LIMIT 20)",
    "DELETE FROM quizzes WHERE owner = $1
        AND EXISTS (SELECT 1 FROM authors WHERE authors.owner = $1 AND seen_at < $2 FOR UPDATE)",
    "DELETE FROM results WHERE (owner, id) IN (SELECT owner, id FROM results WHERE owner = $1
        AND EXISTS (SELECT 1 FROM authors WHERE authors.owner = $1 AND seen_at < $2 FOR UPDATE) LIMIT 20)",
];
const AUTHOR: &str = "DELETE FROM authors WHERE owner = $1 AND seen_at < $2";

/// The sweep of a deployment with Redis.
pub struct ClusterSweep {
    turns: Turns,
    database: Option<Postgres>,
}

impl ClusterSweep {
    /// A sweep of the deployment's database, if it has one.
    pub fn new(router: Router, database: Option<Postgres>) -> Self {
        Self { turns: Turns::new(router), database }
    }
}

#[async_trait]
impl Sweep for ClusterSweep {
    async fn is_due(&self, every: Duration) -> Result<bool, StorageError> {
        self.turns.take(every).await
    }

    async fn sweep(&self, kind: Kind, before_ms: u64) -> Result<usize, StorageError> {
        let Some(database) = &self.database else { return Ok(0) };
        let before = i64::try_from(before_ms).unwrap_or(i64::MAX);
        let statement = match kind {
            Kind::Rooms => {
                while database.execute(MESSAGES, &[&before]).await? > 0 {}
                let row = database.query_opt(ROOMS, &[&before]).await?;
                return row.map_or(Ok(0), |row| counted(&row));
            }
            Kind::Results => RESULTS,
            Kind::Pictures => PICTURES,
            Kind::EmptyLogs => EMPTY_LOGS,
            Kind::Authors => return forget_author(database, before).await,
            Kind::Logs | Kind::Games => return Ok(0),
        };
        let gone = database.execute(statement, &[&before]).await?;
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }

    /// Always false: Redis and PostgreSQL reuse space by themselves.
    async fn compact(&self) -> Result<bool, StorageError> {
        Ok(false)
    }
}

/// Forgets one author who did not come back, with all they have; returns how many there were.
async fn forget_author(database: &Postgres, before: i64) -> Result<usize, StorageError> {
    let Some(row) = database.query_opt(IDLE_AUTHOR, &[&before]).await? else { return Ok(0) };
    let owner: &str = column(&row, 0)?;
    for part in OF_AUTHOR {
        while database.execute(part, &[&owner, &before]).await? > 0 {}
    }
    database.execute(AUTHOR, &[&owner, &before]).await?;
    Ok(1)
}

/// The number in a row.
fn counted(row: &tokio_postgres::Row) -> Result<usize, StorageError> {
    Ok(usize::try_from(column::<i64>(row, 0)?).unwrap_or(0))
}
