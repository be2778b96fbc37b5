//! Removes old data from the data file of a single node.
//!
//! Each write removes a few hundred rows at most, because messages wait for the same thread. Old data is
//! searched for on the reading threads.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use storage::StorageError;
use storage::sqlite::Sqlite;

use super::{Kind, Sweep};

/// How many things are searched for at a time.
const BATCH: i64 = 100;
/// Free pages that stay in the file, and how many are released at a time.
const SPARE_PAGES: i64 = 256;
const PAGES: i64 = 256;

const ROOMS: &str = "
    DELETE FROM rooms WHERE channel IN
        (SELECT channel FROM rooms WHERE active_at < ?1 ORDER BY active_at LIMIT 100)";
const LOGS: &str = "
    SELECT id FROM logs WHERE written_at < ?1
        AND NOT EXISTS (SELECT 1 FROM rooms WHERE rooms.channel = logs.channel AND active_at >= ?1) LIMIT ?2";
const EMPTY_LOGS: &str = "
    SELECT id FROM logs WHERE written_at < ?1 AND (top = 0 OR channel GLOB 'game:*' OR channel GLOB 'room:class~*')
        AND NOT EXISTS (SELECT 1 FROM games WHERE stepped_at >= ?1
            AND logs.channel IN ('game:' || games.pin, 'room:class~' || games.pin || '~' || games.id)) LIMIT ?2";
const GAMES: &str = "SELECT id FROM games WHERE stepped_at < ?1 LIMIT ?2";
const AUTHORS: &str = "SELECT owner FROM authors WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2";
const RESULTS: &str = "
    DELETE FROM results WHERE (owner, id) IN
        (SELECT owner, id FROM results WHERE ended_at < ?1 ORDER BY ended_at LIMIT 100)";
const PICTURES: &str = "
    SELECT id FROM pictures WHERE idle_at < ?1
        AND NOT EXISTS (SELECT 1 FROM quiz_pictures WHERE picture = pictures.id) LIMIT ?2";

/// Deletes the parts of a log, then the log itself; each is repeated until nothing is left.
const OF_LOG: [&str; 4] = [
    "DELETE FROM earlier_frames WHERE log = ?1 AND (offset, until_offset) IN
        (SELECT offset, until_offset FROM earlier_frames WHERE log = ?1 LIMIT 500)",
    "DELETE FROM publications WHERE log = ?1 AND offset IN
        (SELECT offset FROM publications WHERE log = ?1 ORDER BY offset LIMIT 500)",
    "DELETE FROM once WHERE log = ?1 AND key IN (SELECT key FROM once WHERE log = ?1 LIMIT 500)",
    "DELETE FROM logs WHERE id = ?1",
];
const OF_GAME: [&str; 9] = [
    "DELETE FROM answers WHERE (game, question, player) IN
        (SELECT game, question, player FROM answers WHERE game = ?1 LIMIT 500)",
    "DELETE FROM counted WHERE (game, question, player) IN
        (SELECT game, question, player FROM counted WHERE game = ?1 LIMIT 500)",
    "DELETE FROM seats WHERE (game, player) IN (SELECT game, player FROM seats WHERE game = ?1 LIMIT 500)",
    "DELETE FROM kicked WHERE (game, player) IN (SELECT game, player FROM kicked WHERE game = ?1 LIMIT 500)",
    "DELETE FROM arrivals WHERE (game, network) IN (SELECT game, network FROM arrivals WHERE game = ?1 LIMIT 500)",
    "DELETE FROM blocked WHERE (game, network) IN (SELECT game, network FROM blocked WHERE game = ?1 LIMIT 500)",
    "DELETE FROM newcomers WHERE (game, player) IN (SELECT game, player FROM newcomers WHERE game = ?1 LIMIT 500)",
    "DELETE FROM added_hosts WHERE game = ?1",
    "DELETE FROM games WHERE id = ?1",
];
const OF_AUTHOR: [&str; 4] = [
    "DELETE FROM quiz_versions WHERE (quiz, version) IN
        (SELECT quiz, quiz_versions.version FROM quiz_versions JOIN quizzes ON quiz = id WHERE owner = ?1 LIMIT 20)",
    "DELETE FROM quizzes WHERE id IN (SELECT id FROM quizzes WHERE owner = ?1 LIMIT 100)",
    "DELETE FROM results WHERE (owner, id) IN (SELECT owner, id FROM results WHERE owner = ?1 LIMIT 20)",
    "DELETE FROM authors WHERE owner = ?1",
];

const LOG_IS_IDLE: &str = "SELECT 1 FROM logs WHERE id = ?1 AND written_at < ?2";
const GAME_IS_IDLE: &str = "SELECT 1 FROM games WHERE id = ?1 AND stepped_at < ?2";
const AUTHOR_IS_IDLE: &str = "SELECT 1 FROM authors WHERE owner = ?1 AND seen_at < ?2";
const DROP_PICTURE: &str = "
    DELETE FROM pictures WHERE id = ?1 AND idle_at < ?2
        AND NOT EXISTS (SELECT 1 FROM quiz_pictures WHERE picture = pictures.id)";

/// The sweep of a node without Redis.
pub struct EmbeddedSweep {
    store: Sqlite,
}

impl EmbeddedSweep {
    /// A sweep of the node's data file.
    pub fn new(store: Sqlite) -> Self {
        Self { store }
    }

    /// The things older than `before`, as the first column of `query`.
    async fn find(&self, query: &'static str, before: i64) -> Result<Vec<String>, StorageError> {
        let find = move |sql: &Connection| {
            let mut find = sql.prepare_cached(query)?;
            let found = find.query_map(params![before, BATCH], |row| {
                // Ids are numbers or texts; both are compared as text.
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Integer(id) => id.to_string(),
                    text => text.as_str()?.to_owned(),
                })
            })?;
            Ok(found.collect::<Result<Vec<_>, _>>()?)
        };
        self.store.read(find).await
    }

    async fn delete(&self, statement: &'static str, before: i64) -> Result<usize, StorageError> {
        self.store.write(move |sql| Ok(sql.prepare_cached(statement)?.execute([before])?)).await
    }

    /// Deletes all parts of each thing, a few rows at a time, unless it was used meanwhile.
    async fn drop_all(
        &self,
        found: Vec<String>,
        is_idle: &'static str,
        parts: &'static [&'static str],
        before: i64,
    ) -> Result<usize, StorageError> {
        let count = found.len();
        for id in found {
            for part in parts {
                while self.drop_some(id.clone(), is_idle, part, before).await? {}
            }
        }
        Ok(count)
    }

    /// True: something was deleted, and there may be more.
    async fn drop_some(
        &self,
        id: String,
        is_idle: &'static str,
        part: &'static str,
        before: i64,
    ) -> Result<bool, StorageError> {
        let drop = move |sql: &Connection| {
            let is_idle = sql.prepare_cached(is_idle)?.query_row(params![id, before], |_| Ok(())).optional()?;
            Ok(is_idle.is_some() && sql.prepare_cached(part)?.execute([id])? > 0)
        };
        self.store.write(drop).await
    }
}

#[async_trait]
impl Sweep for EmbeddedSweep {
    /// Always true: there is no other node.
    async fn is_due(&self, _: Duration) -> Result<bool, StorageError> {
        Ok(true)
    }

    async fn sweep(&self, kind: Kind, before_ms: u64) -> Result<usize, StorageError> {
        let before = i64::try_from(before_ms).unwrap_or(i64::MAX);
        let find = |query| self.find(query, before);
        Ok(match kind {
            Kind::Rooms => self.delete(ROOMS, before).await?,
            Kind::Results => self.delete(RESULTS, before).await?,
            Kind::Logs => self.drop_all(find(LOGS).await?, LOG_IS_IDLE, &OF_LOG, before).await?,
            Kind::EmptyLogs => self.drop_all(find(EMPTY_LOGS).await?, LOG_IS_IDLE, &OF_LOG, before).await?,
            Kind::Games => self.drop_all(find(GAMES).await?, GAME_IS_IDLE, &OF_GAME, before).await?,
            Kind::Authors => self.drop_all(find(AUTHORS).await?, AUTHOR_IS_IDLE, &OF_AUTHOR, before).await?,
            Kind::Pictures => {
                let found = find(PICTURES).await?;
                let count = found.len();
                for id in found {
                    let drop =
                        move |sql: &Connection| Ok(sql.prepare_cached(DROP_PICTURE)?.execute(params![id, before])?);
                    self.store.write(drop).await?;
                }
                count
            }
        })
    }

    async fn compact(&self) -> Result<bool, StorageError> {
        let compact = |sql: &Connection| {
            let free = |sql: &Connection| sql.pragma_query_value(None, "freelist_count", |row| row.get::<_, i64>(0));
            let before = free(sql)?;
            if before <= SPARE_PAGES {
                return Ok(false);
            }
            // Each step frees one page, and says so as a row.
            let mut vacuum = sql.prepare_cached(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
            let mut freed = vacuum.query([])?;
            while freed.next()?.is_some() {}
            // A file of an earlier version cannot release free pages.
            Ok(free(sql)? < before)
        };
        Ok(self.store.write(compact).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn free_pages(store: &Sqlite) -> i64 {
        let count = |sql: &Connection| Ok(sql.pragma_query_value(None, "freelist_count", |row| row.get(0))?);
        store.read(count).await.unwrap()
    }

    #[tokio::test]
    async fn one_call_gives_back_many_pages() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        // Two writes: what one commit takes and frees was never in the file.
        let fill = |sql: &Connection| Ok(sql.execute_batch("CREATE TABLE large AS SELECT zeroblob(4194304)")?);
        store.write(fill).await.unwrap();
        store.write(|sql| Ok(sql.execute_batch("DROP TABLE large")?)).await.unwrap();
        let before = free_pages(&store).await;
        assert!(before > SPARE_PAGES + PAGES, "{before} pages are free");
        assert!(EmbeddedSweep::new(store.clone()).compact().await.unwrap());
        assert_eq!(free_pages(&store).await, before - PAGES);
    }
}
