//! What the hub and its tasks share: the channels, the broker, and how a channel's log is read for
//! somebody who comes back.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use protocol::Position;
use storage::StorageError;
use tokio_util::sync::CancellationToken;
use tungstenite::Utf8Bytes;

use super::channel::ChannelState;
use super::fanout::RecoveryResult;
use crate::broker::{Broker, Head, Publication, ReadLimit, Replay};
use crate::channel::Channel;
use crate::sync::{AtomicU64, RwLock, RwLockReadGuard, TaskTracker, sleep};

/// How long a channel without listeners stays subscribed, so that a reload of the last listener's page
/// costs no new subscription.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// What the hub asks the application, because it does not know the text of frames.
#[derive(Clone, Copy)]
pub struct ControlFrames {
    /// Builds the frame that tells a log's new epoch.
    pub renamed: fn(&Channel, &Position) -> Utf8Bytes,
    /// Builds the frame that tells whether a log is available.
    pub availability: fn(&Channel, bool) -> Utf8Bytes,
    /// Whether a frame that was read from a log is whole, as far as its form shows it.
    pub is_whole: fn(&str) -> bool,
    /// Whether a publication took the text of earlier ones away, so that nobody may be sent what they were.
    pub erases: fn(&str) -> bool,
}

/// What the hub and its tasks share.
pub(super) struct Inner {
    pub(super) broker: Arc<dyn Broker>,
    pub(super) control_frames: ControlFrames,
    pub(super) channels: RwLock<HashMap<Channel, Arc<ChannelState>>>,
    pub(super) next_subscription: AtomicU64,
    pub(super) tasks: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl Inner {
    pub(super) fn new(broker: Arc<dyn Broker>, control_frames: ControlFrames) -> Self {
        Self {
            broker,
            control_frames,
            channels: RwLock::default(),
            next_subscription: AtomicU64::new(1),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    pub(super) fn state(&self, channel: &Channel) -> Option<Arc<ChannelState>> {
        read(&self.channels).get(channel).cloned()
    }

    pub(super) async fn recover(
        &self,
        channel: &Channel,
        since: Option<&Position>,
    ) -> Result<RecoveryResult, StorageError> {
        let nothing = |position| RecoveryResult { position, recovered: false, missed: Vec::new() };
        let Some(since) = since else { return Ok(nothing(self.broker.top(channel).await?.position)) };
        Ok(match self.broker.replay(channel, since, ReadLimit::RECOVERY).await? {
            Replay::Unknown { top } => nothing(top),
            Replay::All { publications, top } => match self.frames(channel, publications) {
                Ok(missed) => RecoveryResult { position: top, recovered: true, missed },
                // The client reads pages instead, which have all that can be read.
                Err(_) => nothing(top),
            },
        })
    }

    /// The frames of publications that were read from a log, in their order.
    ///
    /// # Errors [`StorageError::Corrupt`]: one is damaged, and without it nobody would have everything.
    pub(super) fn frames(
        &self,
        channel: &Channel,
        publications: Vec<Publication>,
    ) -> Result<Vec<Utf8Bytes>, StorageError> {
        let frame = |one: Publication| match Utf8Bytes::try_from(one.frame.clone()) {
            Ok(frame) if (self.control_frames.is_whole)(&frame) => Ok(frame),
            _ => Err(one.damaged(channel)),
        };
        publications.into_iter().map(frame).collect()
    }

    /// The end of a log; a last entry that is damaged is left out.
    pub(super) async fn top(&self, channel: &Channel) -> Result<Head, StorageError> {
        let mut top = self.broker.top(channel).await?;
        let is_whole = |frame: &Bytes| std::str::from_utf8(frame).is_ok_and(self.control_frames.is_whole);
        top.frame = top.frame.filter(is_whole);
        Ok(top)
    }

    /// Unsubscribes a channel that has had no listener for [`LINGER`].
    pub(super) async fn retire(self: Arc<Self>, state: Arc<ChannelState>) {
        tokio::select! {
            () = sleep(LINGER) => {}
            () = self.stop.cancelled() => return,
        }
        let mut subscribed = state.subscribed.lock().await;
        if !state.fanout().is_empty() {
            return;
        }
        if std::mem::take(&mut *subscribed) {
            self.broker.unsubscribe(&state.channel).await;
            state.fanout().forget();
        }
        // Somebody may have joined meanwhile; `register` takes the same lock.
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        // An earlier retirement may have replaced the state of this name.
        if state.fanout().is_empty() && channels.get(&state.channel).is_some_and(|known| Arc::ptr_eq(known, &state)) {
            channels.remove(&state.channel);
        }
    }
}

/// Locks for reading, also after a panic elsewhere.
pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
