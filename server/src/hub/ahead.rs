//! Publications that came before their turn, each with the epoch of its log.
//!
//! An offset says nothing without the epoch: while it is not known yet where
//! the log stands, whatever comes is kept, also what another log says under the
//! same name. None of it ever stands in the place of what this one says.

use std::collections::BTreeMap;
use std::mem;

use protocol::{Epoch, Position};
use tungstenite::Utf8Bytes;

/// Publications that wait at most.
pub(super) const MOST: usize = 10_000;
/// The same by their bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What came before its turn.
#[derive(Default)]
pub(super) struct Ahead {
    waiting: BTreeMap<u64, (Epoch, Utf8Bytes)>,
    /// Their bytes, and those of some that have had their turn since there was a hole.
    bytes: usize,
    /// Whether something was thrown away that may have been this log's.
    is_incomplete: bool,
}

impl Ahead {
    /// Keeps a publication until its turn.
    pub(super) fn keep(&mut self, position: &Position, frame: Utf8Bytes) {
        self.bytes += frame.len();
        let before = self.waiting.insert(position.offset, (position.epoch.clone(), frame));
        // Of two logs that say something at one place, one is this log. Which, is not known yet.
        self.is_incomplete |= before.is_some_and(|(epoch, _)| epoch != position.epoch);
    }

    /// Whether more waits than may.
    pub(super) fn is_too_much(&self) -> bool {
        self.waiting.len() > MOST || self.bytes > MOST_BYTES
    }

    /// Throws away all that waits; the log has what is of it.
    pub(super) fn throw_away(&mut self) {
        *self = Self { is_incomplete: true, ..Self::default() };
    }

    /// Forgets all that waits, and that anything was thrown away.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The log stands at `top`: throws away what it had by then, and what is of another log.
    pub(super) fn begin_after(&mut self, top: &Position) {
        let mut later = self.waiting.split_off(&top.offset.saturating_add(1));
        let all = later.len();
        later.retain(|_, (epoch, _)| *epoch == top.epoch);
        // Something of this log may have stood where those stood.
        self.is_incomplete |= later.len() < all;
        self.bytes = later.values().map(|(_, frame)| frame.len()).sum();
        self.waiting = later;
    }

    /// What follows on `last`, if it is here and of the same log.
    pub(super) fn next(&mut self, last: &Position) -> Option<Utf8Bytes> {
        let (epoch, frame) = self.waiting.remove(&last.offset.checked_add(1)?)?;
        if epoch == last.epoch {
            return Some(frame);
        }
        self.is_incomplete = true;
        None
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the log must be read, because something is missing before what
    /// waits or was thrown away since this was asked last.
    pub(super) fn take_hole(&mut self) -> bool {
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
        let mut ahead = Ahead::default();
        ahead.keep(&at("theirs", 5), "theirs".into());
        ahead.keep(&at("ours", 6), "ours".into());
        assert_eq!(ahead.next(&at("ours", 4)), None);
        assert!(ahead.take_hole());
        assert_eq!(ahead.next(&at("ours", 5)), Some("ours".into()), "5 was read from the log meanwhile");
        assert!(!ahead.take_hole());
    }

    #[test]
    fn the_end_of_all_numbers_is_no_trouble() {
        let mut ahead = Ahead::default();
        ahead.keep(&at("ours", u64::MAX), "last".into());
        ahead.begin_after(&at("ours", u64::MAX - 1));
        assert_eq!(ahead.next(&at("ours", u64::MAX - 1)), Some("last".into()));
        assert_eq!(ahead.next(&at("ours", u64::MAX)), None);
    }
}
