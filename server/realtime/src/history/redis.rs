//! The history of all nodes, read from the streams in Redis.

use async_trait::async_trait;
use storage::StorageError;
use storage::redis::Router;

use super::{History, Page};
use crate::broker::redis::log::{LogRange, LogReader};
use crate::channel::Channel;

/// Reads the logs in Redis, each on the shard that keeps it.
pub struct RedisHistory {
    reader: LogReader,
}

impl RedisHistory {
    /// A history over what the Redis broker writes, on its connections.
    pub fn new(router: Router) -> Self {
        Self { reader: LogReader::new(router, None) }
    }
}

#[async_trait]
impl History for RedisHistory {
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError> {
        // One more than asked for shows whether there are earlier ones.
        let part = LogRange::Before(before, limit.saturating_add(1));
        let (top, newest_first) = self.reader.read(channel, part).await?;
        Ok(Page::new(newest_first, limit, top))
    }
}
