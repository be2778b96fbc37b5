//! The fold of one channel on this node: who listens, where the log stands, and the last few frames. It does
//! no IO and waits for nothing.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::{CloseCode, Epoch, Position};
use tungstenite::Utf8Bytes;

use super::audience::{Audience, SubscriptionId};
use super::reorder_buffer::ReorderBuffer;
use super::ring::Ring;
use crate::broker::Head;
use crate::outbox::Outbox;

/// What the caller has to do after a frame was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FollowUp {
    Nothing,
    /// Compare with the log: a publication is missing, or the epoch is another one.
    Repair,
}

/// What a new subscription gets: the position, and what was missed if all of it was recovered.
pub(super) struct RecoveryResult {
    pub(super) position: Position,
    pub(super) recovered: bool,
    pub(super) missed: Vec<Utf8Bytes>,
}

pub(super) struct Fanout {
    /// Whether a publication took the text of earlier ones away.
    erases: fn(&str) -> bool,
    /// Everything up to this position was delivered; `None` until the log's top is known.
    last: Option<Position>,
    /// The last publications up to `last`, without a gap.
    ring: Ring,
    /// Publications that arrived before the ones in front of them.
    reorder_buffer: ReorderBuffer,
    audience: Audience,
    /// Subscriptions that do not know their position yet: frames wait for them, with their offset
    /// if they have one.
    held: HashMap<SubscriptionId, HeldSubscription>,
    /// The frame that tells newcomers that the log is unavailable, while it is.
    unavailable_frame: Option<Utf8Bytes>,
}

struct HeldSubscription {
    outbox: Arc<Outbox>,
    frames: Vec<(Option<u64>, Utf8Bytes)>,
}

impl Fanout {
    pub(super) fn new(erases: fn(&str) -> bool) -> Self {
        Self {
            erases,
            last: None,
            ring: Ring::default(),
            reorder_buffer: ReorderBuffer::default(),
            audience: Audience::default(),
            held: HashMap::new(),
            unavailable_frame: None,
        }
    }

    pub(super) fn register(&mut self, subscription: SubscriptionId, outbox: Arc<Outbox>) {
        self.held.insert(subscription, HeldSubscription { outbox, frames: Vec::new() });
    }

    pub(super) fn remove(&mut self, subscription: SubscriptionId) {
        self.held.remove(&subscription);
        self.audience.remove(subscription);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.subscriptions() == 0
    }

    pub(super) fn subscriptions(&self) -> usize {
        self.held.len() + self.audience.len()
    }

    /// Writes out what was broadcast since the last flush. Must be called before the lock is released, or at
    /// the end of a batch.
    pub(super) fn flush(&mut self) {
        self.audience.flush();
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.audience.is_flushed()
    }

    pub(super) fn last(&self) -> Option<&Position> {
        self.last.as_ref()
    }

    /// This node's position, with the publication at it, by which the log is recognised.
    pub(super) fn head(&self) -> Option<Head> {
        let frame = self.ring.newest().cloned().map(Into::into);
        self.last.clone().map(|position| Head { position, frame })
    }

    pub(super) fn is_available(&self) -> bool {
        self.unavailable_frame.is_none()
    }

    /// Tells all listeners whether the log is available, and newcomers while it is not.
    pub(super) fn set_available(&mut self, is_available: bool, frame: Utf8Bytes) {
        self.broadcast(None, &frame);
        self.unavailable_frame = (!is_available).then_some(frame);
    }

    /// Forgets the position, once deliveries have stopped.
    pub(super) fn forget(&mut self) {
        self.last = None;
        self.ring.clear();
        self.reorder_buffer.clear();
    }

    /// Sets the position to the log's top, which was read after deliveries began.
    pub(super) fn anchor(&mut self, top: Head) -> FollowUp {
        if self.last.is_none() {
            self.reorder_buffer.begin_after(&top.position);
            self.last = Some(top.position);
            if let Some(frame) = top.frame.and_then(|frame| Utf8Bytes::try_from(frame).ok()) {
                self.ring.push(frame);
            }
        }
        self.catch_up()
    }

    /// Takes a publication from the broker or from a read of the log.
    pub(super) fn receive(&mut self, position: &Position, frame: Utf8Bytes) -> FollowUp {
        let Some(last) = &self.last else {
            self.reorder_buffer.insert(position, frame);
            if self.reorder_buffer.is_over_limit() {
                // No listener has read anything yet: the log is read once the top is known.
                self.reorder_buffer.discard();
            }
            return FollowUp::Nothing;
        };
        if last.epoch != position.epoch {
            // Only the log can tell whether it is the same one with a new epoch.
            return FollowUp::Repair;
        }
        if position.offset <= last.offset {
            return FollowUp::Nothing;
        }
        if position.offset == last.offset + 1 && self.reorder_buffer.is_empty() {
            self.deliver(frame);
            return FollowUp::Nothing;
        }
        self.reorder_buffer.insert(position, frame);
        if self.reorder_buffer.is_over_limit() {
            // Too much for a repair: every client reconnects and reads the log itself.
            self.resync(position.clone());
        }
        self.catch_up()
    }

    /// Delivers the waiting publications that follow without a gap.
    fn catch_up(&mut self) -> FollowUp {
        while let Some(last) = &self.last
            && let Some(frame) = self.reorder_buffer.next(last)
        {
            self.deliver(frame);
        }
        if self.reorder_buffer.take_gap() { FollowUp::Repair } else { FollowUp::Nothing }
    }

    /// Delivers the publication with the last offset + 1 to all listeners, and keeps it in the ring.
    fn deliver(&mut self, frame: Utf8Bytes) {
        let Some(last) = &mut self.last else { return };
        last.offset += 1;
        let offset = last.offset;
        if (self.erases)(&frame) {
            // Whoever comes back reads the log, which has none of it any more.
            self.ring.clear();
        }
        self.ring.push(frame.clone());
        self.broadcast(Some(offset), &frame);
    }

    /// Gives a frame to every subscription, with the next [`Fanout::flush`].
    pub(super) fn broadcast(&mut self, offset: Option<u64>, frame: &Utf8Bytes) {
        for held in self.held.values_mut() {
            held.frames.push((offset, frame.clone()));
        }
        self.audience.send(offset, frame);
    }

    /// Recovers from the frames in memory; `None` when the log has to be read.
    pub(super) fn recover_from_memory(&self, since: Option<&Position>) -> Option<RecoveryResult> {
        let last = self.last.clone()?;
        let Some(since) = since else {
            return Some(RecoveryResult { position: last, recovered: false, missed: Vec::new() });
        };
        if since.epoch != last.epoch && since.offset > 0 {
            // The client's epoch may be newer than ours. At offset 0 there is nothing to compare.
            return None;
        }
        let missed = usize::try_from(last.offset.checked_sub(since.offset)?).ok()?;
        let from = self.ring.len().checked_sub(missed)?;
        Some(RecoveryResult { position: last, recovered: true, missed: self.ring.since(from).cloned().collect() })
    }

    /// Sends a held subscription its first frame, `hello`, and then the frames that waited for it.
    pub(super) fn activate(&mut self, subscription: SubscriptionId, position: &Position, hello: &str) -> FollowUp {
        let Some(HeldSubscription { outbox, frames }) = self.held.remove(&subscription) else {
            return FollowUp::Nothing;
        };
        outbox.push(hello);
        let is_renamed = self.last.as_ref().is_some_and(|last| last.epoch != position.epoch);
        if is_renamed {
            // The epoch changed while this client read the log. Which offsets the two epochs share is not
            // known.
            outbox.close(CloseCode::Resync);
        }
        for (offset, frame) in frames {
            if offset.is_none_or(|offset| offset > position.offset) {
                outbox.push(&frame);
            }
        }
        if let Some(frame) = &self.unavailable_frame {
            outbox.push(frame);
        }
        let delivered = self.last.as_ref().map_or(0, |last| last.offset);
        self.audience.add(subscription, outbox, position.offset, delivered);
        if is_renamed { FollowUp::Repair } else { FollowUp::Nothing }
    }

    /// The log is unchanged up to `seen`, but has a new epoch; the listeners get the frame `frame`. Not possible
    /// when more than `seen` was delivered.
    pub(super) fn rename(&mut self, seen: &Position, epoch: Epoch, frame: &Utf8Bytes) -> FollowUp {
        let Some(last) = self.last.as_mut().filter(|last| *last == seen) else { return FollowUp::Repair };
        last.epoch = epoch;
        let proven = last.offset;
        self.reorder_buffer.clear();
        // These read further in the old epoch than was proved to be in the new one.
        self.audience.close_those_ahead_of(proven, CloseCode::Resync);
        // Held subscriptions do not get it: their epoch is compared in [`Fanout::activate`].
        self.audience.send(None, frame);
        FollowUp::Nothing
    }

    /// Puts older publications, as read from the log, before those in memory, so that the next client that
    /// comes back need not read them.
    pub(super) fn remember_older(&mut self, top: &Position, publications: &[Utf8Bytes]) {
        if self.last.as_ref() != Some(top) || publications.len() <= self.ring.len() {
            return;
        }
        let older = &publications[..publications.len() - self.ring.len()];
        for frame in older.iter().rev() {
            if !self.ring.push_older(frame.clone()) {
                break;
            }
        }
    }

    /// The log is another one, or no longer has what is missing: every client reconnects and reads it anew.
    pub(super) fn resync(&mut self, top: Position) {
        self.forget();
        self.last = Some(top);
        self.audience.close(CloseCode::Resync);
        for held in self.held.values() {
            held.outbox.close(CloseCode::Resync);
        }
    }
}

#[cfg(test)]
mod tests;
