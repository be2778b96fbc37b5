//! The listeners of one channel, and what they are about to be sent.
//!
//! What one turn brought is put together once, and goes to each listener in
//! one write. Knows offsets, but not where the log stands.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use protocol::CloseCode;

use super::SubscriptionId;
use crate::outbox::{Outbox, frame};

/// A turn that brings more than this goes in parts.
const TURN_BYTES: usize = 64 * 1024;

/// Between two turns everything about a listener has left the caches. What so
/// many have is fetched side by side, before the first of them is sent anything;
/// in a large room each would wait for its own.
const TOUCHED_TOGETHER: usize = 8;

#[derive(Default)]
pub(super) struct Audience {
    /// Those who get everything, in no order: a loop over it is the delivery path.
    live: Vec<(SubscriptionId, Arc<Outbox>)>,
    /// Where they are in `live`.
    places: HashMap<SubscriptionId, usize>,
    /// Those who read the log further than this node was told: they get what is after that.
    ahead: Vec<(SubscriptionId, Arc<Outbox>, u64)>,
    /// Whole frames, ready for the socket, for all that are live.
    turn: Vec<u8>,
}

impl Audience {
    /// Somebody who has everything up to `after`, in a channel that was delivered up to `delivered`.
    pub(super) fn add(&mut self, seat: SubscriptionId, outbox: Arc<Outbox>, after: u64, delivered: u64) {
        if after > delivered {
            self.ahead.push((seat, outbox, after));
        } else {
            self.listen(seat, outbox);
        }
    }

    pub(super) fn remove(&mut self, seat: SubscriptionId) {
        self.ahead.retain(|(one, ..)| *one != seat);
        let Some(place) = self.places.remove(&seat) else { return };
        self.live.swap_remove(place);
        if let Some((moved, _)) = self.live.get(place) {
            self.places.insert(*moved, place);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.live.len() + self.ahead.len()
    }

    /// A frame for everybody who does not have it, with the next flush. Those
    /// with an offset come in order and without a hole.
    pub(super) fn send(&mut self, offset: Option<u64>, text: &str) {
        if !self.ahead.is_empty() {
            self.send_ahead(offset, text);
        }
        if !self.live.is_empty() {
            frame::text(&mut self.turn, text);
            if self.turn.len() > TURN_BYTES {
                self.flush();
            }
        }
    }

    /// Whether nothing waits for the next flush.
    pub(super) fn is_flushed(&self) -> bool {
        self.turn.is_empty()
    }

    /// One write to each.
    pub(super) fn flush(&mut self) {
        if !self.turn.is_empty() {
            let frames = Bytes::from(std::mem::take(&mut self.turn));
            for some in self.live.chunks(TOUCHED_TOGETHER) {
                some.iter().for_each(|(_, outbox)| outbox.touch());
                some.iter().for_each(|(_, outbox)| outbox.send(&frames));
            }
        }
    }

    pub(super) fn close(&mut self, code: CloseCode) {
        self.flush();
        self.live.iter().for_each(|(_, outbox)| outbox.close(code));
        self.close_those_ahead_of(0, code);
    }

    pub(super) fn close_those_ahead_of(&mut self, offset: u64, code: CloseCode) {
        for (_, outbox, after) in &self.ahead {
            if *after > offset {
                outbox.close(code);
            }
        }
    }

    /// Those whose turn has come are live from now on; the others may get it alone.
    fn send_ahead(&mut self, offset: Option<u64>, text: &str) {
        let due = |after: u64| offset.is_some_and(|offset| offset > after);
        let (now, still): (Vec<_>, _) = std::mem::take(&mut self.ahead).into_iter().partition(|one| due(one.2));
        self.ahead = still;
        now.into_iter().for_each(|(seat, outbox, _)| self.listen(seat, outbox));
        if offset.is_none() {
            self.ahead.iter().for_each(|(_, outbox, _)| outbox.push(text));
        }
    }

    fn listen(&mut self, seat: SubscriptionId, outbox: Arc<Outbox>) {
        // They have what this turn brought so far.
        self.flush();
        self.places.insert(seat, self.live.len());
        self.live.push((seat, outbox));
    }
}
