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

/// How many logs are remembered for each server; those that were quiet longest are forgotten first.
const MOST: usize = 20_000;
/// After this time an append goes through commit.lua again, which checks the log and extends
/// its time to live.
const KNOWN_FOR: Duration = Duration::from_secs(12 * 60 * 60);

/// The logs that this node has appended to.
pub(super) struct EpochCache {
    logs: Cache<Channel, (u64, Instant, Arc<Log>)>,
}

/// The names of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) epoch: Epoch,
    /// The epoch that the log began with.
    pub(super) origin: String,
}

impl EpochCache {
    /// A cache for the logs on so many servers.
    pub(super) fn new(servers: usize) -> Self {
        Self { logs: Cache::new(MOST * servers.max(1)) }
    }

    /// The channel's log, if this connection told it.
    pub(super) fn get(&self, channel: &Channel, connection: u64) -> Option<Arc<Log>> {
        let known = self.logs.get(channel);
        known.filter(|(of, at, _)| *of == connection && at.elapsed() < KNOWN_FOR).map(|(_, _, log)| log)
    }

    /// Remembers what `commit.lua` returned of a channel's log on a connection.
    pub(super) fn learn(&self, channel: &Channel, connection: u64, log: Log) {
        self.logs.insert(channel.clone(), (connection, Instant::now(), Arc::new(log)));
    }
}
