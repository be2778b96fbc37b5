//! What a node was told about logs on one line.
//!
//! A log's epoch is good for one run of Redis, and a line leads to one run: so
//! what it was told stays true, but for a log that lost entries or all, and
//! `append.lua` looks whether the epoch is still the one that is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::Epoch;

use crate::channel::Channel;

/// More than this, and it begins anew.
const MOST: usize = 20_000;

/// The logs that something was appended to.
#[derive(Default)]
pub(super) struct Known {
    logs: Mutex<HashMap<Channel, Arc<Log>>>,
}

/// What is known of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) epoch: Epoch,
    /// The epoch it began with.
    pub(super) origin: String,
}

impl Known {
    /// What is known of a channel's log.
    pub(super) fn get(&self, channel: &Channel) -> Option<Arc<Log>> {
        self.logs().get(channel).cloned()
    }

    /// A channel's log was told to be this one.
    pub(super) fn learn(&self, channel: &Channel, log: Log) {
        let mut logs = self.logs();
        if logs.get(channel).is_some_and(|known| **known == log) {
            return;
        }
        if logs.len() >= MOST {
            logs.clear();
        }
        logs.insert(channel.clone(), Arc::new(log));
    }

    fn logs(&self) -> MutexGuard<'_, HashMap<Channel, Arc<Log>>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
