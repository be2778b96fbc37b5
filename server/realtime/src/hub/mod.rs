//! This node's registry of which connections listen to which channel.
//!
//! Gives every publication to every local listener once and in order, and repairs gaps from the log. Never
//! looks inside a frame, and knows nothing of people, rooms' rules or Redis.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use protocol::Position;
use storage::StorageError;
use tokio::time::Instant;
use tungstenite::Utf8Bytes;

use crate::broker::Broker;
use crate::channel::Channel;
use crate::outbox::Outbox;

mod audience;
mod availability;
mod batch;
mod channel;
mod fanout;
mod inner;
mod reorder_buffer;
mod repair;
mod ring;

pub use audience::SubscriptionId;
pub use batch::Batch;
use channel::ChannelState;
use fanout::{FollowUp, RecoveryResult};
pub use inner::ControlFrames;
use inner::{Inner, read};

/// All channels with listeners on this node.
pub struct Hub {
    inner: Arc<Inner>,
}

impl Hub {
    /// A hub that subscribes at `broker`. Its own tasks run until [`Hub::stop`].
    pub fn new(broker: Arc<dyn Broker>, control_frames: ControlFrames) -> Self {
        let inner = Arc::new(Inner::new(broker, control_frames));
        inner.tasks.spawn(repair::watch(inner.clone()));
        inner.tasks.spawn(availability::watch(inner.clone()));
        Self { inner }
    }

    /// Registers a listener. Its frames are held until [`Hub::activate`].
    pub fn register(&self, channel: &Channel, outbox: Arc<Outbox>) -> SubscriptionId {
        let subscription = SubscriptionId(self.inner.next_subscription.fetch_add(1, Ordering::Relaxed));
        if let Some(state) = read(&self.inner.channels).get(channel) {
            state.fanout().register(subscription, outbox);
            return subscription;
        }
        let mut channels = self.inner.channels.write().unwrap_or_else(PoisonError::into_inner);
        let erases = self.inner.control_frames.erases;
        let state = channels.entry(channel.clone()).or_insert_with(|| Arc::new(ChannelState::new(channel, erases)));
        state.fanout().register(subscription, outbox);
        subscription
    }

    /// Makes sure that deliveries run and that the log's top is known. Concurrent callers share one
    /// subscription and one read.
    ///
    /// # Errors The broker's; the subscription stays held: call again, or [`Hub::leave`].
    pub async fn open(&self, channel: &Channel) -> Result<(), StorageError> {
        let Some(state) = self.inner.state(channel) else { return Ok(()) };
        let mut subscribed = state.subscribed.lock().await;
        if !*subscribed {
            let top = match self.inner.broker.subscribe(channel).await {
                Ok(()) => self.inner.top(channel).await,
                Err(error) => Err(error),
            };
            let top = match top {
                Ok(top) => top,
                Err(error) => {
                    // A subscription that failed may still succeed later.
                    self.inner.broker.unsubscribe(channel).await;
                    return Err(error);
                }
            };
            let after = state.fanout().anchor(top);
            *subscribed = true;
            drop(subscribed);
            repair::react(&self.inner, &state, after);
        }
        Ok(())
    }

    /// Sends a held listener its first frame, then the held ones. `hello` makes the first frame from the
    /// position, whether all since `since` was recovered, and what was missed.
    ///
    /// # Errors The broker's, when the log has to be read; the subscription stays held.
    pub async fn activate(
        &self,
        channel: &Channel,
        subscription: SubscriptionId,
        since: Option<Position>,
        hello: impl FnOnce(&Position, bool, &[Utf8Bytes]) -> String + Send,
    ) -> Result<(), StorageError> {
        let Some(state) = self.inner.state(channel) else { return Ok(()) };
        let Some(hello) = state.activate_from_memory(subscription, since.as_ref(), hello) else { return Ok(()) };
        let asked = Instant::now();
        let mut failure = state.recovering.lock().await;
        if let Some((at, error)) = &*failure
            && *at >= asked
        {
            return Err(error.clone());
        }
        let Some(hello) = state.activate_from_memory(subscription, since.as_ref(), hello) else { return Ok(()) };
        let RecoveryResult { position, recovered, missed } = match self.inner.recover(channel, since.as_ref()).await {
            Ok(welcome) => welcome,
            Err(error) => {
                *failure = Some((Instant::now(), error.clone()));
                return Err(error);
            }
        };
        let after = {
            let mut fanout = state.fanout();
            fanout.remember_older(&position, &missed);
            fanout.activate(subscription, &position, &hello(&position, recovered, &missed))
        };
        drop(failure);
        repair::react(&self.inner, &state, after);
        Ok(())
    }

    /// Removes a listener. A channel without listeners stays subscribed for `LINGER`.
    pub fn leave(&self, channel: &Channel, subscription: SubscriptionId) {
        let Some(state) = self.inner.state(channel) else { return };
        let empty = {
            let mut fanout = state.fanout();
            fanout.remove(subscription);
            fanout.is_empty()
        };
        if empty && !self.inner.tasks.is_closed() {
            self.inner.tasks.spawn(self.inner.clone().retire(state));
        }
    }

    /// Whether this node's listeners have the publication at `position`, or had it before they came. False
    /// while the log has another epoch than this node knows; a read of the log will decide.
    pub fn has_delivered(&self, channel: &Channel, position: &Position) -> bool {
        let is_past = |last: &Position| last.epoch == position.epoch && position.offset <= last.offset;
        self.inner.state(channel).is_some_and(|state| state.fanout().last().is_some_and(is_past))
    }

    /// Sends a frame that is not in the log to all listeners of the channel on this node.
    pub fn broadcast(&self, channel: &Channel, frame: &Utf8Bytes) {
        self.batch().broadcast(channel, frame);
    }

    /// Compares a channel with its log, because something that was delivered cannot be used.
    pub fn compare(&self, channel: &Channel) {
        if let Some(state) = self.inner.state(channel) {
            repair::react(&self.inner, &state, FollowUp::Repair);
        }
    }

    /// Compares every channel with its log, because deliveries may have been lost.
    pub fn interrupted(&self) {
        let channels: Vec<_> = read(&self.inner.channels).values().cloned().collect();
        for state in channels {
            repair::react(&self.inner, &state, FollowUp::Repair);
        }
    }

    /// The number of channels with a listener on this node.
    pub fn channels(&self) -> usize {
        read(&self.inner.channels).len()
    }

    /// The number of listeners on this node, over all channels.
    pub fn listeners(&self) -> usize {
        read(&self.inner.channels).values().map(|state| state.fanout().subscriptions()).sum()
    }

    /// Ends the hub's own tasks and waits for them.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

#[cfg(feature = "model")]
pub mod model;
#[cfg(test)]
mod tests;
