//! The epochs that Redis returned on one connection.
//!
//! A log's epoch holds for one run of Redis, and a connection leads to one run: so what it told stays true,
//! except for a log that lost entries or was deleted, and `append.lua` checks that the epoch is
//! still the known one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::Epoch;
use quick_cache::sync::Cache;

use crate::channel::Channel;

/// How many logs are remembered; those that were quiet longest are forgotten first.
const MOST: usize = 20_000;
/// After this time an append goes through publish.lua again, which checks the log and extends
/// its time to live.
const KNOWN_FOR: Duration = Duration::from_secs(12 * 60 * 60);

/// The logs that this node has appended to.
pub(super) struct EpochCache {
    logs: Cache<Channel, (Instant, Arc<Log>)>,
}

/// The names of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) epoch: Epoch,
    /// The epoch that the log began with.
    pub(super) origin: String,
}

impl Default for EpochCache {
    fn default() -> Self {
        Self { logs: Cache::new(MOST) }
    }
}

impl EpochCache {
    /// The channel's log, if it is remembered.
    pub(super) fn get(&self, channel: &Channel) -> Option<Arc<Log>> {
        self.logs.get(channel).filter(|(at, _)| at.elapsed() < KNOWN_FOR).map(|(_, log)| log)
    }

    /// Remembers what `publish.lua` returned of a channel's log.
    pub(super) fn learn(&self, channel: &Channel, log: Log) {
        self.logs.insert(channel.clone(), (Instant::now(), Arc::new(log)));
    }
}
