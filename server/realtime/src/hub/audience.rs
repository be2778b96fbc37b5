//! The listeners of one channel, and what they are about to be sent.
//!
//! The frames of one batch are encoded once and go to each listener in one write. Knows offsets, but not
//! where the log stands.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use protocol::CloseCode;

use crate::outbox::{Outbox, frame};

/// A batch of more bytes is sent in several writes.
const BATCH_BYTES: usize = 64 * 1024;

/// Between two batches a listener's memory has left the processor's caches. The memory of so many listeners
/// is fetched in parallel before the first of them is written to; in a large room each would
/// wait for its own.
const TOUCHED_TOGETHER: usize = 8;

/// The number of one subscription of one connection, unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubscriptionId(pub u64);

#[derive(Default)]
pub(super) struct Audience {
    /// Listeners that get every frame, in no order: a loop over it is the delivery path.
    in_step: Vec<(SubscriptionId, Arc<Outbox>)>,
    /// The index of each listener in `in_step`.
    positions: HashMap<SubscriptionId, usize>,
    /// Listeners that read the log beyond what this node delivered, up to the offset: they
    /// get what follows it.
    ahead: Vec<(SubscriptionId, Arc<Outbox>, u64)>,
    /// Encoded frames for all in `in_step`, until the next flush.
    batch: Vec<u8>,
}

impl Audience {
    /// Adds a listener that has everything up to `after`, in a channel that was delivered up to `delivered`.
    pub(super) fn add(&mut self, subscription: SubscriptionId, outbox: Arc<Outbox>, after: u64, delivered: u64) {
        if after > delivered {
            self.ahead.push((subscription, outbox, after));
        } else {
            self.listen(subscription, outbox);
        }
    }

    pub(super) fn remove(&mut self, subscription: SubscriptionId) {
        self.ahead.retain(|(one, ..)| *one != subscription);
        let Some(place) = self.positions.remove(&subscription) else { return };
        self.in_step.swap_remove(place);
        if let Some((moved, _)) = self.in_step.get(place) {
            self.positions.insert(*moved, place);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.in_step.len() + self.ahead.len()
    }

    /// Sends a frame with the next flush to every listener that does not have it. Frames with an offset must
    /// come in order and without a hole.
    pub(super) fn send(&mut self, offset: Option<u64>, text: &str) {
        if !self.ahead.is_empty() {
            self.send_ahead(offset, text);
        }
        if !self.in_step.is_empty() {
            frame::text(&mut self.batch, text);
            if self.batch.len() > BATCH_BYTES {
                self.flush();
            }
        }
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.batch.is_empty()
    }

    /// Writes once to each listener.
    pub(super) fn flush(&mut self) {
        if !self.batch.is_empty() {
            let frames = Bytes::from(std::mem::take(&mut self.batch));
            for some in self.in_step.chunks(TOUCHED_TOGETHER) {
                some.iter().for_each(|(_, outbox)| outbox.touch());
                some.iter().for_each(|(_, outbox)| outbox.send(&frames));
            }
        }
    }

    pub(super) fn close(&mut self, code: CloseCode) {
        self.flush();
        self.in_step.iter().for_each(|(_, outbox)| outbox.close(code));
        self.close_those_ahead_of(0, code);
    }

    pub(super) fn close_those_ahead_of(&mut self, offset: u64, code: CloseCode) {
        for (_, outbox, after) in &self.ahead {
            if *after > offset {
                outbox.close(code);
            }
        }
    }

    /// Moves the listeners that are reached to `in_step`; a frame without offset goes to the others at once.
    fn send_ahead(&mut self, offset: Option<u64>, text: &str) {
        let due = |after: u64| offset.is_some_and(|offset| offset > after);
        let (now, still): (Vec<_>, _) = std::mem::take(&mut self.ahead).into_iter().partition(|one| due(one.2));
        self.ahead = still;
        now.into_iter().for_each(|(subscription, outbox, _)| self.listen(subscription, outbox));
        if offset.is_none() {
            self.ahead.iter().for_each(|(_, outbox, _)| outbox.push(text));
        }
    }

    fn listen(&mut self, subscription: SubscriptionId, outbox: Arc<Outbox>) {
        // A new listener already has what this batch brought so far.
        self.flush();
        self.positions.insert(subscription, self.in_step.len());
        self.in_step.push((subscription, outbox));
    }
}
