//! What a node was told about logs on one connection.
//!
//! A log's epoch is good for one run of Redis, and a connection leads to one run: so
//! what it was told stays true, but for a log that lost entries or all, and
//! `append.lua` looks whether the epoch is still the one that is known.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::Epoch;
use quick_cache::sync::Cache;

use crate::channel::Channel;

/// Logs that are remembered; those that were quiet longest are forgotten first.
const MOST: usize = 20_000;
/// So often publish.lua looks after each log and puts its end off.
const KNOWN_FOR: Duration = Duration::from_secs(12 * 60 * 60);

/// The logs that something was appended to.
pub(super) struct EpochCache {
    logs: Cache<Channel, (Instant, Arc<Log>)>,
}

/// What is known of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) epoch: Epoch,
    /// The epoch it began with.
    pub(super) origin: String,
}

impl Default for EpochCache {
    fn default() -> Self {
        Self { logs: Cache::new(MOST) }
    }
}

impl EpochCache {
    /// What is known of a channel's log.
    pub(super) fn get(&self, channel: &Channel) -> Option<Arc<Log>> {
        self.logs.get(channel).filter(|(at, _)| at.elapsed() < KNOWN_FOR).map(|(_, log)| log)
    }

    /// A channel's log was told to be this one.
    pub(super) fn learn(&self, channel: &Channel, log: Log) {
        self.logs.insert(channel.clone(), (Instant::now(), Arc::new(log)));
    }
}
