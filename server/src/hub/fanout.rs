//! One channel on this node: who listens, where the log stands, and the last
//! few frames. A pure fold: it does no IO and waits for nothing.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use protocol::{CloseCode, Position};

use super::outbox::Outbox;

/// Frames of the log kept for people who come back quickly.
const RING_FRAMES: usize = 128;
/// Bytes of them at most.
const RING_BYTES: usize = 64 * 1024;
/// Frames that came before their turn; more than this and a hole is not mended but everybody resyncs.
const AHEAD_FRAMES: usize = 10_000;

/// One subscription of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat(pub(crate) u64);

/// What has to be done after a frame came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Nothing.
    Nothing,
    /// Something is missing: read it from the log.
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
    ring: VecDeque<Utf8Bytes>,
    ring_bytes: usize,
    /// Publications that came before their turn.
    ahead: BTreeMap<u64, Utf8Bytes>,
    seats: HashMap<Seat, Sitting>,
}

struct Sitting {
    outbox: Arc<Outbox>,
    state: State,
}

enum State {
    /// Not yet told where it stands: frames wait, with their offset if they have one.
    Held(Vec<(Option<u64>, Utf8Bytes)>),
    /// Gets everything after this offset.
    Live { after: u64 },
}

impl Fanout {
    pub(super) fn hold(&mut self, seat: Seat, outbox: Arc<Outbox>) {
        self.seats.insert(seat, Sitting { outbox, state: State::Held(Vec::new()) });
    }

    pub(super) fn remove(&mut self, seat: Seat) {
        self.seats.remove(&seat);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    pub(super) fn seats(&self) -> usize {
        self.seats.len()
    }

    pub(super) fn last(&self) -> Option<&Position> {
        self.last.as_ref()
    }

    /// Forgets where the log stands, once nothing is delivered any more.
    pub(super) fn forget(&mut self) {
        self.last = None;
        self.ring.clear();
        self.ring_bytes = 0;
        self.ahead.clear();
    }

    /// The log's top, read after deliveries began.
    pub(super) fn anchor(&mut self, top: Position) -> After {
        if self.last.is_none() {
            self.ahead = self.ahead.split_off(&(top.offset + 1));
            self.last = Some(top);
        }
        self.catch_up()
    }

    /// A publication from the broker or read from the log.
    pub(super) fn receive(&mut self, position: &Position, frame: Utf8Bytes) -> After {
        let Some(last) = &self.last else {
            self.ahead.insert(position.offset, frame);
            return After::Nothing;
        };
        if last.epoch != position.epoch {
            self.resync(position.clone());
            return After::Nothing;
        }
        if position.offset <= last.offset {
            return After::Nothing;
        }
        self.ahead.insert(position.offset, frame);
        if self.ahead.len() > AHEAD_FRAMES {
            self.resync(position.clone());
        }
        self.catch_up()
    }

    /// Delivers what waited for its turn, as far as there is no hole.
    fn catch_up(&mut self) -> After {
        while let Some(last) = &mut self.last
            && let Some(frame) = self.ahead.remove(&(last.offset + 1))
        {
            last.offset += 1;
            let offset = last.offset;
            self.remember(frame.clone());
            self.broadcast(Some(offset), &frame);
        }
        if self.ahead.is_empty() { After::Nothing } else { After::Mend }
    }

    /// Gives a frame to every seat.
    pub(super) fn broadcast(&mut self, offset: Option<u64>, frame: &Utf8Bytes) {
        for sitting in self.seats.values_mut() {
            match &mut sitting.state {
                State::Held(frames) => frames.push((offset, frame.clone())),
                State::Live { after } if offset.is_some_and(|offset| offset <= *after) => {}
                State::Live { .. } => sitting.outbox.push(frame.clone()),
            }
        }
    }

    /// What can be told from memory; `None` when the log has to be asked.
    pub(super) fn welcome(&self, since: Option<&Position>) -> Option<Welcome> {
        let last = self.last.clone()?;
        let Some(since) = since else {
            return Some(Welcome { position: last, recovered: false, missed: Vec::new() });
        };
        if since.epoch != last.epoch {
            return Some(Welcome { position: last, recovered: false, missed: Vec::new() });
        }
        let missed = usize::try_from(last.offset.checked_sub(since.offset)?).ok()?;
        let from = self.ring.len().checked_sub(missed)?;
        Some(Welcome { position: last, recovered: true, missed: self.ring.range(from..).cloned().collect() })
    }

    /// Tells a held seat where it stands and lets go what waited for it.
    pub(super) fn settle(&mut self, seat: Seat, position: &Position, hello: Utf8Bytes) {
        let Some(sitting) = self.seats.get_mut(&seat) else { return };
        let live = State::Live { after: position.offset };
        sitting.outbox.push(hello);
        if let State::Held(frames) = std::mem::replace(&mut sitting.state, live) {
            let new = frames.into_iter().filter(|(offset, _)| offset.is_none_or(|offset| offset > position.offset));
            new.for_each(|(_, frame)| sitting.outbox.push(frame));
        }
    }

    /// The log is another one, or cannot tell what is missing: everybody comes back and reads anew.
    pub(super) fn resync(&mut self, top: Position) {
        self.forget();
        self.last = Some(top);
        for sitting in self.seats.values() {
            sitting.outbox.close(CloseCode::Resync);
        }
    }

    fn remember(&mut self, frame: Utf8Bytes) {
        self.ring_bytes += frame.len();
        self.ring.push_back(frame);
        while self.ring.len() > RING_FRAMES || self.ring_bytes > RING_BYTES {
            let Some(oldest) = self.ring.pop_front() else { break };
            self.ring_bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Epoch;

    fn at(offset: u64) -> Position {
        Position { epoch: Epoch::parse("e").unwrap(), offset }
    }

    fn frame(offset: u64) -> Utf8Bytes {
        format!("m{offset}").into()
    }

    /// A channel whose log stands at `top`, with one live listener.
    fn listening(top: u64) -> (Fanout, Arc<Outbox>) {
        let outbox = Arc::new(Outbox::new(1 << 20));
        let mut fanout = Fanout::default();
        fanout.hold(Seat(1), outbox.clone());
        fanout.anchor(at(top));
        fanout.settle(Seat(1), &at(top), "hello".into());
        (fanout, outbox)
    }

    fn heard(outbox: &Outbox) -> Vec<String> {
        outbox.take().0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn publications_reach_listeners_once_and_in_order() {
        let (mut fanout, outbox) = listening(4);
        assert_eq!(fanout.receive(&at(5), frame(5)), After::Nothing);
        assert_eq!(fanout.receive(&at(5), frame(5)), After::Nothing);
        assert_eq!(fanout.receive(&at(7), frame(7)), After::Mend);
        assert_eq!(heard(&outbox), ["hello", "m5"], "nothing overtakes a hole");
        assert_eq!(fanout.receive(&at(6), frame(6)), After::Nothing);
        assert_eq!(heard(&outbox), ["m6", "m7"]);
    }

    #[test]
    fn what_comes_before_the_top_is_known_waits() {
        let mut fanout = Fanout::default();
        let outbox = Arc::new(Outbox::new(1 << 20));
        fanout.hold(Seat(1), outbox.clone());
        fanout.receive(&at(3), frame(3));
        fanout.receive(&at(4), frame(4));
        assert_eq!(fanout.anchor(at(3)), After::Nothing);
        fanout.settle(Seat(1), &at(3), "hello".into());
        assert_eq!(heard(&outbox), ["hello", "m4"], "what the log had already is not repeated");
    }

    #[test]
    fn a_seat_that_read_the_log_ahead_of_this_node_hears_nothing_twice() {
        let (mut fanout, _) = listening(4);
        let outbox = Arc::new(Outbox::new(1 << 20));
        fanout.hold(Seat(2), outbox.clone());
        fanout.settle(Seat(2), &at(6), "hello".into());
        for offset in 5..=7 {
            fanout.receive(&at(offset), frame(offset));
        }
        assert_eq!(heard(&outbox), ["hello", "m7"]);
    }

    #[test]
    fn someone_who_comes_back_quickly_is_served_from_memory() {
        let (mut fanout, _) = listening(4);
        for offset in 5..=9 {
            fanout.receive(&at(offset), frame(offset));
        }
        let welcome = fanout.welcome(Some(&at(7))).unwrap();
        assert!(welcome.recovered);
        assert_eq!(welcome.missed, [frame(8), frame(9)]);
        assert!(fanout.welcome(Some(&at(4))).unwrap().recovered);
        assert!(fanout.welcome(Some(&at(3))).is_none(), "older than memory: the log must tell");
        assert!(fanout.welcome(Some(&at(11))).is_none(), "ahead of this node: the log must tell");
        assert!(!fanout.welcome(None).unwrap().recovered);
    }

    #[test]
    fn another_epoch_sends_everybody_to_read_anew() {
        let (mut fanout, outbox) = listening(4);
        let other = Position { epoch: Epoch::parse("f").unwrap(), offset: 1 };
        fanout.receive(&other, frame(1));
        assert_eq!(outbox.take().1, Some(CloseCode::Resync));
        assert!(!fanout.welcome(Some(&at(4))).unwrap().recovered);
    }
}
