//! The history of all nodes, read from the streams in Redis.

use async_trait::async_trait;
use storage::StorageError;

use super::{History, Page};
use crate::broker::redis::RedisBroker;
use crate::broker::redis::log::{LogRange, LogReader};
use crate::channel::Channel;

/// Reads the logs in Redis, each on the shard that keeps it.
pub struct RedisHistory {
    reader: LogReader,
}

impl RedisHistory {
    /// A history over what a broker writes, on its connections.
    pub fn new(broker: &RedisBroker) -> Self {
        Self { reader: broker.log_reader() }
    }
}

#[async_trait]
impl History for RedisHistory {
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError> {
        // One more than asked for shows whether there are earlier ones.
        let part = LogRange::Before(before, limit.saturating_add(1));
        let (top, newest_first) = self.reader.read(channel, part).await?;
        Ok(Page::new(newest_first, before, limit, top))
    }
}
