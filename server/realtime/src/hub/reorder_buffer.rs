//! Publications that arrived before the ones in front of them, each with the epoch of its log.
//!
//! An offset means nothing without its epoch: until the log's top is known, all that arrives is buffered,
//! also what another epoch numbers the same. A publication of another epoch is never delivered in the place
//! of one of this log.

use std::collections::BTreeMap;
use std::mem;

use protocol::{Epoch, Position};
use tungstenite::Utf8Bytes;

/// How many publications wait at most.
pub(super) const MOST: usize = 10_000;
/// How many bytes of them wait at most.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The publications of one channel that arrived early, by offset.
#[derive(Default)]
pub(super) struct ReorderBuffer {
    waiting: BTreeMap<u64, (Epoch, Utf8Bytes)>,
    /// Bytes of the waiting publications, and of those delivered since the last hole began.
    bytes: usize,
    /// Whether a publication was dropped that may have belonged to this log.
    is_incomplete: bool,
}

impl ReorderBuffer {
    /// Buffers a publication until the ones before it are delivered.
    pub(super) fn insert(&mut self, position: &Position, frame: Utf8Bytes) {
        self.bytes += frame.len();
        let before = self.waiting.insert(position.offset, (position.epoch.clone(), frame));
        // Two epochs have a publication at this offset; which of them is this log's is not known yet.
        self.is_incomplete |= before.is_some_and(|(epoch, _)| epoch != position.epoch);
    }

    /// Whether more publications or bytes wait than may.
    pub(super) fn is_over_limit(&self) -> bool {
        self.waiting.len() > MOST || self.bytes > MOST_BYTES
    }

    /// Drops all that waits; what is this log's will be read from the log.
    pub(super) fn discard(&mut self) {
        *self = Self { is_incomplete: true, ..Self::default() };
    }

    /// Drops all that waits, and does not count it as missing.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Begins at the log's `top`: drops what the log had by then, and publications of other epochs.
    pub(super) fn begin_after(&mut self, top: &Position) {
        let mut later = self.waiting.split_off(&top.offset.saturating_add(1));
        let all = later.len();
        later.retain(|_, (epoch, _)| *epoch == top.epoch);
        // A dropped one may have taken the place of one of this log's.
        self.is_incomplete |= later.len() < all;
        self.bytes = later.values().map(|(_, frame)| frame.len()).sum();
        self.waiting = later;
    }

    /// Takes the publication that follows `last`, if it is here and of the same epoch.
    pub(super) fn next(&mut self, last: &Position) -> Option<Utf8Bytes> {
        let (epoch, frame) = self.waiting.remove(&last.offset.checked_add(1)?)?;
        if epoch == last.epoch {
            return Some(frame);
        }
        self.is_incomplete = true;
        None
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the log must be read: a publication before the waiting ones is missing, or one was dropped
    /// since the last call.
    pub(super) fn take_gap(&mut self) -> bool {
        if self.is_empty() {
            self.bytes = 0;
        }
        mem::take(&mut self.is_incomplete) || !self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(epoch: &str, offset: u64) -> Position {
        Position { epoch: Epoch::parse(epoch).unwrap(), offset }
    }

    #[test]
    fn what_is_of_another_log_has_no_turn() {
        let mut ahead = ReorderBuffer::default();
        ahead.insert(&at("theirs", 5), "theirs".into());
        ahead.insert(&at("ours", 6), "ours".into());
        assert_eq!(ahead.next(&at("ours", 4)), None);
        assert!(ahead.take_gap());
        assert_eq!(ahead.next(&at("ours", 5)), Some("ours".into()), "5 was read from the log meanwhile");
        assert!(!ahead.take_gap());
    }

    #[test]
    fn the_end_of_all_numbers_is_no_trouble() {
        let mut ahead = ReorderBuffer::default();
        ahead.insert(&at("ours", u64::MAX), "last".into());
        ahead.begin_after(&at("ours", u64::MAX - 1));
        assert_eq!(ahead.next(&at("ours", u64::MAX - 1)), Some("last".into()));
        assert_eq!(ahead.next(&at("ours", u64::MAX)), None);
    }
}
