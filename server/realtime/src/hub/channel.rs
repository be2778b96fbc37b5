//! One channel on this node: its listeners, and which tasks work on it.

use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use protocol::Position;
use storage::StorageError;
use tokio::time::Instant;
use tungstenite::Utf8Bytes;

use super::audience::SubscriptionId;
use super::fanout::{Fanout, RecoveryResult};
use crate::channel::Channel;
use crate::sync::{AsyncMutex, AtomicU32, AtomicU64, Mutex, MutexGuard};

/// The state of one channel on this node.
pub(super) struct ChannelState {
    pub(super) channel: Channel,
    fanout: Mutex<Fanout>,
    /// Whether this node is subscribed at the broker. An async lock, because subscribing and
    /// unsubscribing must not overlap.
    pub(super) subscribed: AsyncMutex<bool>,
    /// How many repairs were asked for since the last one ended; 0 while none is running.
    pub(super) repairs: AtomicU64,
    /// Held by the one task that reads the log for people who came back: when a thousand come at once, one
    /// reads and most others find it in memory. The last failure counts for all who waited for it; a thousand
    /// further tries one after the other would take an hour.
    pub(super) recovering: AsyncMutex<Option<(Instant, StorageError)>>,
    /// Rounds of [`watch`](super::repair::watch) since the position was last confirmed: a count and no time,
    /// because every publication resets it.
    quiet: AtomicU32,
}

impl ChannelState {
    pub(super) fn new(channel: &Channel, erases: fn(&str) -> bool) -> Self {
        Self {
            channel: channel.clone(),
            fanout: Mutex::new(Fanout::new(erases)),
            subscribed: AsyncMutex::new(false),
            repairs: AtomicU64::new(0),
            recovering: AsyncMutex::default(),
            quiet: AtomicU32::new(0),
        }
    }

    /// Settles a subscription with what this node has in memory; returns `hello` where that is not enough.
    pub(super) fn activate_from_memory<F>(
        &self,
        subscription: SubscriptionId,
        since: Option<&Position>,
        hello: F,
    ) -> Option<F>
    where
        F: FnOnce(&Position, bool, &[Utf8Bytes]) -> String,
    {
        let mut fanout = self.fanout();
        let Some(RecoveryResult { position, recovered, missed }) = fanout.recover_from_memory(since) else {
            return Some(hello);
        };
        let hello = hello(&position, recovered, &missed);
        // The position is this node's own, so there is nothing to repair.
        let _ = fanout.activate(subscription, &position, &hello);
        None
    }

    pub(super) fn fanout(&self) -> FanoutGuard<'_> {
        FanoutGuard(self.fanout_in_batch())
    }

    /// The lock for a batch: the caller flushes it.
    pub(super) fn fanout_in_batch(&self) -> MutexGuard<'_, Fanout> {
        self.fanout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the position is confirmed at this moment.
    pub(super) fn touch(&self) {
        self.quiet.store(0, Ordering::Relaxed);
    }

    /// Counts one more round; true when the position was not confirmed for `rounds` rounds.
    pub(super) fn is_quiet_for(&self, rounds: u32) -> bool {
        self.quiet.fetch_add(1, Ordering::Relaxed) >= rounds
    }
}

/// The lock on a channel, which flushes what was broadcast when it is released.
pub(super) struct FanoutGuard<'a>(MutexGuard<'a, Fanout>);

impl Deref for FanoutGuard<'_> {
    type Target = Fanout;

    fn deref(&self) -> &Fanout {
        &self.0
    }
}

impl DerefMut for FanoutGuard<'_> {
    fn deref_mut(&mut self) -> &mut Fanout {
        &mut self.0
    }
}

impl Drop for FanoutGuard<'_> {
    fn drop(&mut self) {
        self.0.flush();
    }
}
