//! The stamp of a message: its sender, its number, its phase, and when it was due.
//!
//! It has the time at which the message was due, not the one at which it was sent: a load generator or a
//! server that falls behind shows in the latency, and nothing is left out.

use std::fmt::Write as _;

use memchr::memmem::Finder;

/// Nothing else in a frame looks like this.
const MARK: &str = "@@";
const PHASE: usize = 2;
const DUE: usize = 15;
const SLOT: usize = 3;
const SEQUENCE: usize = 8;
const LENGTH: usize = MARK.len() + PHASE + DUE + SLOT + SEQUENCE;

/// The sender, phase, number and due time in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The phase of the run, below 100: what comes from an earlier one is not counted.
    pub phase: u8,
    /// When it had to be sent, in nanoseconds of the run's clock.
    pub due: u64,
    /// Which of the room's senders sent it.
    pub slot: u16,
    /// The number of the message among those of its sender in this phase, from 1.
    pub sequence: u32,
}

impl Stamp {
    /// Writes it at the start of a text of `length` characters.
    pub fn write(&self, text: &mut String, length: usize) {
        text.clear();
        let Self { phase, due, slot, sequence } = self;
        // Writing to a string does not fail.
        let _ = write!(text, "{MARK}{phase:02}{due:015}{slot:03}{sequence:08}");
        text.extend(std::iter::repeat_n('x', length.saturating_sub(text.len())));
    }
}

/// Finds the stamps that messages of this load carry, in the bytes of frames.
#[derive(Debug)]
pub struct StampFinder(Finder<'static>);

impl Default for StampFinder {
    fn default() -> Self {
        Self(Finder::new(MARK))
    }
}

impl StampFinder {
    /// The stamp in a frame, if it is one of our messages.
    pub fn find(&self, payload: &[u8]) -> Option<Stamp> {
        let from = self.0.find(payload)?;
        let (phase, rest) = payload.get(from + MARK.len()..from + LENGTH)?.split_at(PHASE);
        let (due, rest) = rest.split_at(DUE);
        let (slot, sequence) = rest.split_at(SLOT);
        Some(Stamp {
            phase: number(phase)? as u8,
            due: number(due)?,
            slot: number(slot)? as u16,
            sequence: number(sequence)? as u32,
        })
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |sum, digit| match digit.wrapping_sub(b'0') {
        digit @ 0..=9 => Some(sum * 10 + u64::from(digit)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_again_wherever_it_stands() {
        let stamp = Stamp { phase: 7, due: 123_456_789_012_345, slot: 42, sequence: 99_999_999 };
        let mut text = String::new();
        stamp.write(&mut text, 128);
        assert_eq!(text.len(), 128);
        let reader = StampFinder::default();
        for frame in [text.clone(), format!(r#"{{"id":"a@b","message":"{text}"}}"#)] {
            assert_eq!(reader.find(frame.as_bytes()), Some(stamp), "{frame}");
        }
    }

    #[test]
    fn other_frames_have_none() {
        let reader = StampFinder::default();
        for frame in ["", r#"{"type":"pong"}"#, "@@07", "@@0700000000000000000000000x00"] {
            assert_eq!(reader.find(frame.as_bytes()), None, "{frame}");
        }
    }
}
