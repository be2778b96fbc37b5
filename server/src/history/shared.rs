//! The latest page of a room, read once for all who ask at the same time.
//!
//! After a trouble everybody in a room reads its latest page in the same
//! second. Whoever asks while a read is under way waits for the next one, so
//! nobody gets a page that is older than their question.

use std::sync::Arc;

use async_trait::async_trait;

use super::{History, Page};
use crate::broker::BrokerError;
use crate::channel::Channel;
use crate::coalesce::Coalesce;

/// A history in front of another one.
pub struct SharedHistory {
    history: Arc<dyn History>,
    latest: Coalesce<(Channel, usize), Result<Page, BrokerError>>,
}

impl SharedHistory {
    /// Reads from `history`.
    pub fn new(history: Arc<dyn History>) -> Self {
        Self { history, latest: Coalesce::default() }
    }
}

#[async_trait]
impl History for SharedHistory {
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, BrokerError> {
        let read = self.history.page(channel, before, limit);
        match before {
            None => self.latest.get((channel.clone(), limit), read).await,
            Some(_) => read.await,
        }
    }
}
