//! One channel on this node: who listens, where the log stands, and the last
//! few frames. A pure fold: it does no IO and waits for nothing.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::{CloseCode, Epoch, Position};
use tungstenite::Utf8Bytes;

use super::ahead::Ahead;
use super::audience::Audience;
use super::ring::Ring;
use crate::broker::Head;
use crate::outbox::Outbox;

/// One subscription of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubscriptionId(pub(crate) u64);

/// What has to be done after a frame came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Nothing.
    Nothing,
    /// Something is missing, or the log has another name: compare with it.
    Mend,
}

/// What a connection is told when it takes its seat.
pub(super) struct Welcome {
    pub(super) position: Position,
    pub(super) recovered: bool,
    pub(super) missed: Vec<Utf8Bytes>,
}

#[derive(Default)]
pub(super) struct Fanout {
    /// Everything up to here was delivered; `None` until the log's top is known.
    last: Option<Position>,
    /// The last publications up to `last`, without a hole.
    ring: Ring,
    /// Publications that came before their turn.
    ahead: Ahead,
    audience: Audience,
    /// Not yet told where they stand: frames wait, with their offset if they have one.
    held: HashMap<SubscriptionId, Held>,
    /// While the log is out of availability: what newcomers are told.
    out_of_reach: Option<Utf8Bytes>,
}

struct Held {
    outbox: Arc<Outbox>,
    frames: Vec<(Option<u64>, Utf8Bytes)>,
}

impl Fanout {
    pub(super) fn hold(&mut self, seat: SubscriptionId, outbox: Arc<Outbox>) {
        self.held.insert(seat, Held { outbox, frames: Vec::new() });
    }

    pub(super) fn remove(&mut self, seat: SubscriptionId) {
        self.held.remove(&seat);
        self.audience.remove(seat);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats() == 0
    }

    pub(super) fn seats(&self) -> usize {
        self.held.len() + self.audience.len()
    }

    /// Lets go what was broadcast since the last time. To be called before the
    /// lock on this is given back, or at the end of a turn.
    pub(super) fn flush(&mut self) {
        self.audience.flush();
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.audience.is_flushed()
    }

    pub(super) fn last(&self) -> Option<&Position> {
        self.last.as_ref()
    }

    /// Where this node stands, with the entry that proves it.
    pub(super) fn head(&self) -> Option<Head> {
        let frame = self.ring.newest().cloned().map(Into::into);
        self.last.clone().map(|position| Head { position, frame })
    }

    pub(super) fn is_available(&self) -> bool {
        self.out_of_reach.is_none()
    }

    /// Tells everybody, and those who come while it is so, whether the log is reached.
    pub(super) fn tell_availability(&mut self, is_available: bool, word: Utf8Bytes) {
        self.broadcast(None, &word);
        self.out_of_reach = (!is_available).then_some(word);
    }

    /// Forgets where the log stands, once nothing is delivered any more.
    pub(super) fn forget(&mut self) {
        self.last = None;
        self.ring.clear();
        self.ahead.clear();
    }

    /// The log's top, read after deliveries began.
    pub(super) fn anchor(&mut self, top: Head) -> After {
        if self.last.is_none() {
            self.ahead.begin_after(&top.position);
            self.last = Some(top.position);
            if let Some(frame) = top.frame.and_then(|frame| Utf8Bytes::try_from(frame).ok()) {
                self.ring.push(frame);
            }
        }
        self.catch_up()
    }

    /// A publication from the broker or read from the log.
    pub(super) fn receive(&mut self, position: &Position, frame: Utf8Bytes) -> After {
        let Some(last) = &self.last else {
            self.ahead.keep(position, frame);
            if self.ahead.is_too_much() {
                // Nobody here has read anything yet, so it is enough to read it once the top is known.
                self.ahead.throw_away();
            }
            return After::Nothing;
        };
        if last.epoch != position.epoch {
            // Only the log can tell whether it is the same one under a new name.
            return After::Mend;
        }
        if position.offset <= last.offset {
            return After::Nothing;
        }
        if position.offset == last.offset + 1 && self.ahead.is_empty() {
            self.deliver(frame);
            return After::Nothing;
        }
        self.ahead.keep(position, frame);
        if self.ahead.is_too_much() {
            // The hole is not repaired, but everybody resyncs.
            self.resync(position.clone());
        }
        self.catch_up()
    }

    /// Delivers what waited for its turn, as far as there is no hole.
    fn catch_up(&mut self) -> After {
        while let Some(last) = &self.last
            && let Some(frame) = self.ahead.next(last)
        {
            self.deliver(frame);
        }
        if self.ahead.take_hole() { After::Mend } else { After::Nothing }
    }

    /// The next publication goes out.
    fn deliver(&mut self, frame: Utf8Bytes) {
        let Some(last) = &mut self.last else { return };
        last.offset += 1;
        let offset = last.offset;
        self.ring.push(frame.clone());
        self.broadcast(Some(offset), &frame);
    }

    /// Gives a frame to every seat, with the next [`Fanout::flush`].
    pub(super) fn broadcast(&mut self, offset: Option<u64>, frame: &Utf8Bytes) {
        for held in self.held.values_mut() {
            held.frames.push((offset, frame.clone()));
        }
        self.audience.send(offset, frame);
    }

    /// What can be told from memory; `None` when the log has to be asked.
    pub(super) fn welcome(&self, since: Option<&Position>) -> Option<Welcome> {
        let last = self.last.clone()?;
        let Some(since) = since else {
            return Some(Welcome { position: last, recovered: false, missed: Vec::new() });
        };
        if since.epoch != last.epoch && since.offset > 0 {
            // Theirs may be newer than ours. Who has seen nothing has nothing to compare.
            return None;
        }
        let missed = usize::try_from(last.offset.checked_sub(since.offset)?).ok()?;
        let from = self.ring.len().checked_sub(missed)?;
        Some(Welcome { position: last, recovered: true, missed: self.ring.since(from).cloned().collect() })
    }

    /// Tells a held seat where it stands and lets go what waited for it.
    pub(super) fn settle(&mut self, seat: SubscriptionId, position: &Position, hello: &str) -> After {
        let Some(Held { outbox, frames }) = self.held.remove(&seat) else { return After::Nothing };
        outbox.push(hello);
        let is_renamed = self.last.as_ref().is_some_and(|last| last.epoch != position.epoch);
        if is_renamed {
            // The log got another name while this seat read it. Which of its
            // offsets the two have in common is not for us to guess.
            outbox.close(CloseCode::Resync);
        }
        for (offset, frame) in frames {
            if offset.is_none_or(|offset| offset > position.offset) {
                outbox.push(&frame);
            }
        }
        if let Some(word) = &self.out_of_reach {
            outbox.push(word);
        }
        let delivered = self.last.as_ref().map_or(0, |last| last.offset);
        self.audience.add(seat, outbox, position.offset, delivered);
        if is_renamed { After::Mend } else { After::Nothing }
    }

    /// The log is the same one up to `seen`, but its epoch is `epoch` now; `word`
    /// says so to those who listen. Too late where more than `seen` was delivered.
    pub(super) fn rename(&mut self, seen: &Position, epoch: Epoch, word: &Utf8Bytes) -> After {
        let Some(last) = self.last.as_mut().filter(|last| *last == seen) else { return After::Mend };
        last.epoch = epoch;
        let proven = last.offset;
        self.ahead.clear();
        // Who read further in the log that was than we can prove.
        self.audience.close_those_ahead_of(proven, CloseCode::Resync);
        // Those who are held: once they have read, they are compared with what we know by then.
        self.audience.send(None, word);
        After::Nothing
    }

    /// Older publications, as the log has them, that join those in memory: the
    /// next who comes back need not ask again.
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

    /// The log is another one, or cannot tell what is missing: everybody comes back and reads anew.
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
