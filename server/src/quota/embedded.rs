//! The quota counters of a single node, in its data file.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use storage::StorageError;
use storage::clock::now_ms;
use storage::sqlite::Sqlite;

use super::{Addition, Counters, Stored};

const GET: &str = "SELECT amount FROM counters WHERE name = ?1";
const ADD: &str = "
    INSERT INTO counters (name, amount, until) VALUES (?1, max(?2, 0), ?3)
    ON CONFLICT (name) DO UPDATE SET amount = max(amount + ?2, 0)";
/// Deletes a few at a time, so that no write has to wait for all of yesterday's.
const FORGET: &str = "DELETE FROM counters WHERE name IN (SELECT name FROM counters WHERE until < ?1 LIMIT 20)";
/// The bytes in use of the file, which SQLite knows without reading it.
const STORED: &str = "
    SELECT (page_count - freelist_count) * page_size
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

/// The counters of a node without Redis.
pub struct EmbeddedCounters {
    store: Sqlite,
}

impl EmbeddedCounters {
    /// Counters in the node's data file.
    pub fn new(store: Sqlite) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Counters for EmbeddedCounters {
    async fn add(&self, additions: Vec<Addition>) -> Result<Option<usize>, StorageError> {
        Ok(self.store.write(move |sql| add(sql, &additions)).await?)
    }

    async fn stored(&self) -> Result<Stored, StorageError> {
        let read = |sql: &Connection| Ok(sql.prepare_cached(STORED)?.query_row([], |row| row.get::<_, i64>(0))?);
        let bytes = self.store.read(read).await?;
        Ok(Stored { bytes: bytes.unsigned_abs(), percent_of_store: 0 })
    }
}

fn add(sql: &Connection, additions: &[Addition]) -> Result<Option<usize>, StorageError> {
    let mut get = sql.prepare_cached(GET)?;
    for (at, Addition { name, amount, limit, .. }) in additions.iter().enumerate() {
        let before: i64 = get.query_row([name], |row| row.get(0)).optional()?.unwrap_or(0);
        if *amount > 0 && before.saturating_add(*amount).unsigned_abs() > *limit {
            return Ok(Some(at));
        }
    }
    let mut add = sql.prepare_cached(ADD)?;
    for Addition { name, amount, until_ms, .. } in additions {
        add.execute(params![name, amount, number(*until_ms)])?;
    }
    sql.prepare_cached(FORGET)?.execute([number(now_ms())])?;
    Ok(None)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
