//! One channel on this node: who listens, and what is being done about it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::Position;
use tokio::time::Instant;
use tungstenite::Utf8Bytes;

use super::fanout::{Fanout, SubscriptionId, Welcome};
use crate::broker::BrokerError;
use crate::channel::Channel;

/// One channel on this node.
pub(super) struct ChannelState {
    pub(super) channel: Channel,
    fanout: Mutex<Fanout>,
    /// Whether deliveries run. An async lock, because starting and stopping
    /// them must not overlap and both talk to the broker.
    pub(super) subscribed: tokio::sync::Mutex<bool>,
    /// How often a repair was asked for since the last one ended; 0: none is running.
    pub(super) repairs: AtomicU64,
    /// Held by whoever reads the log for somebody who came back: when a
    /// thousand do at once, one reads and most others find it in memory. The
    /// last failure is for all who waited for it; a thousand more tries one
    /// after the other would take an hour.
    pub(super) recovering: tokio::sync::Mutex<Option<(Instant, BrokerError)>>,
    /// Looks of [`watch`](super::repair::watch) since its position was known to be
    /// right: a count and no time, because each publication sets it back.
    quiet: AtomicU32,
}

impl ChannelState {
    pub(super) fn new(channel: &Channel) -> Self {
        Self {
            channel: channel.clone(),
            fanout: Mutex::default(),
            subscribed: tokio::sync::Mutex::new(false),
            repairs: AtomicU64::new(0),
            recovering: tokio::sync::Mutex::default(),
            quiet: AtomicU32::new(0),
        }
    }

    /// Settles a seat with what this node remembers; gives `hello` back where
    /// that is not enough.
    pub(super) fn settle_from_memory<F>(&self, seat: SubscriptionId, since: Option<&Position>, hello: F) -> Option<F>
    where
        F: FnOnce(&Position, bool, &[Utf8Bytes]) -> String,
    {
        let mut fanout = self.fanout();
        let Some(Welcome { position, recovered, missed }) = fanout.welcome(since) else { return Some(hello) };
        let hello = hello(&position, recovered, &missed);
        // From memory it is our own position, so there is nothing to repair.
        let _ = fanout.settle(seat, &position, &hello);
        None
    }

    pub(super) fn fanout(&self) -> Flushing<'_> {
        Flushing(self.fanout_in_batch())
    }

    /// Whoever takes this one flushes it.
    pub(super) fn fanout_in_batch(&self) -> MutexGuard<'_, Fanout> {
        self.fanout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its position is known to be right at this moment.
    pub(super) fn touch(&self) {
        self.quiet.store(0, Ordering::Relaxed);
    }

    /// Looks at it once more; whether nothing was known for so many looks.
    pub(super) fn is_quiet_for(&self, looks: u32) -> bool {
        self.quiet.fetch_add(1, Ordering::Relaxed) >= looks
    }
}

/// The lock on a channel; given back, what was broadcast meanwhile has gone.
pub(super) struct Flushing<'a>(MutexGuard<'a, Fanout>);

impl Deref for Flushing<'_> {
    type Target = Fanout;

    fn deref(&self) -> &Fanout {
        &self.0
    }
}

impl DerefMut for Flushing<'_> {
    fn deref_mut(&mut self) -> &mut Fanout {
        &mut self.0
    }
}

impl Drop for Flushing<'_> {
    fn drop(&mut self) {
        self.0.flush();
    }
}
