//! The channels in which this node has people, each under a lock of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::here::Here;
use crate::channel::Channel;

/// One channel. It stays registered as long as anybody is here.
pub(super) struct Shared {
    name: Channel,
    here: Mutex<Here>,
    /// Spreads the checks of many channels over time.
    pub(super) phase: u64,
    /// Marked when a question for a snapshot ended, well or not.
    pub(super) answered: watch::Sender<()>,
}

impl Shared {
    fn new(name: &Channel) -> Self {
        Self {
            name: name.clone(),
            here: Mutex::new(Here::new(name.clone())),
            phase: rand::random(),
            answered: watch::Sender::new(()),
        }
    }

    pub(super) fn name(&self) -> &Channel {
        &self.name
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Here> {
        // No step leaves it half changed, so a panic elsewhere spoils nothing.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of them. Its own lock is taken before a channel's, never after.
#[derive(Default)]
pub(super) struct Channels {
    known: Mutex<HashMap<Channel, Arc<Shared>>>,
}

impl Channels {
    pub(super) fn known(&self, channel: &Channel) -> Option<Arc<Shared>> {
        self.lock().get(channel).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Shared>> {
        self.lock().values().cloned().collect()
    }

    /// Somebody arrives in a channel, known or not. Nobody can arrive in one
    /// that is just being closed.
    pub(super) fn arrive(&self, channel: &Channel, arrive: impl FnOnce(&mut Here)) -> Arc<Shared> {
        let mut known = self.lock();
        let shared = known.entry(channel.clone()).or_insert_with(|| Arc::new(Shared::new(channel)));
        arrive(&mut shared.lock());
        shared.clone()
    }

    /// Forgets a channel if nobody is here and nothing is left to do. Gives it
    /// where somebody is.
    pub(super) fn close(&self, channel: &Channel) -> Option<Arc<Shared>> {
        let mut known = self.lock();
        let shared = known.get(channel)?;
        if !shared.lock().is_over() {
            return Some(shared.clone());
        }
        known.remove(channel);
        None
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Channel, Arc<Shared>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
