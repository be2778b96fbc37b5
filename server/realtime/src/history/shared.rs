//! The latest page of a room, read once for all who ask at the same time.
//!
//! After an outage everybody in a room asks for its latest page in the same second. A request that comes
//! while a read is under way waits for the next read, so nobody gets a page that is older than their request.

use std::sync::Arc;

use async_trait::async_trait;
use storage::StorageError;

use super::{History, Page};
use crate::channel::Channel;
use crate::coalesce::Coalesce;

/// A history that shares reads of another one.
pub struct SharedHistory {
    history: Arc<dyn History>,
    latest: Coalesce<(Channel, usize), Result<Page, StorageError>>,
}

impl SharedHistory {
    /// Shares the reads of `history`.
    pub fn new(history: Arc<dyn History>) -> Self {
        Self { history, latest: Coalesce::default() }
    }
}

#[async_trait]
impl History for SharedHistory {
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError> {
        let read = self.history.page(channel, before, limit);
        match before {
            None => self.latest.get((channel.clone(), limit), read).await,
            Some(_) => read.await,
        }
    }
}
