//! The history of a single node, read from its SQLite file.

use async_trait::async_trait;
use storage::StorageError;
use storage::sqlite::Sqlite;

use super::{History, Page};
use crate::broker::embedded::{log, read_log};
use crate::channel::Channel;

/// Reads the logs in a [`Sqlite`].
pub struct EmbeddedHistory {
    store: Sqlite,
}

impl EmbeddedHistory {
    /// A history over the file that the embedded broker writes.
    pub fn new(store: Sqlite) -> Self {
        Self { store }
    }
}

#[async_trait]
impl History for EmbeddedHistory {
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError> {
        // One more than asked for shows whether there are earlier ones.
        let read = move |sql: &_, log: &log::Log| log.before(sql, before.unwrap_or(u64::MAX), limit.saturating_add(1));
        let (top, newest_first) = read_log(&self.store, channel, read).await?;
        Ok(Page::new(newest_first, before, limit, top))
    }
}
