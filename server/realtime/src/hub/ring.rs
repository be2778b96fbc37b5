//! The last frames of one channel, in memory for people who come back quickly.
//!
//! Whoever enters a channel creates it, so all rings of a node together have a limit as well. Beyond it a
//! ring holds its newest frame alone: people who come back get what they missed from the log, which is slower
//! and just as good.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use tungstenite::Utf8Bytes;

/// The most frames in one ring.
const FRAMES: usize = 128;
/// The most bytes in one ring.
const BYTES: usize = 64 * 1024;
/// The most bytes in all rings of the process.
const ALL_BYTES: usize = 64 * 1024 * 1024;
/// Bytes counted for each frame beside its text.
const OVERHEAD: usize = 64;

/// Bytes in all rings of this process.
static USED: AtomicUsize = AtomicUsize::new(0);

/// The last frames of a channel, without a gap.
#[derive(Default)]
pub(super) struct Ring {
    frames: VecDeque<Utf8Bytes>,
    bytes: usize,
}

impl Ring {
    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn newest(&self) -> Option<&Utf8Bytes> {
        self.frames.back()
    }

    /// The frames from the `from`th on.
    pub(super) fn since(&self, from: usize) -> Iter<'_, Utf8Bytes> {
        self.frames.range(from.min(self.frames.len())..)
    }

    /// Adds the next frame and drops the oldest ones where the limits require it.
    pub(super) fn push(&mut self, frame: Utf8Bytes) {
        self.grow(&frame);
        self.frames.push_back(frame);
        while self.frames.len() > FRAMES || self.bytes > BYTES || (self.frames.len() > 1 && is_over()) {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.shrink(weight(&oldest));
        }
    }

    /// Puts a frame before the oldest one; false when there is no room for it.
    pub(super) fn push_older(&mut self, frame: Utf8Bytes) -> bool {
        if self.frames.len() == FRAMES || self.bytes + weight(&frame) > BYTES || is_over() {
            return false;
        }
        self.grow(&frame);
        self.frames.push_front(frame);
        true
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.shrink(self.bytes);
    }

    fn grow(&mut self, frame: &Utf8Bytes) {
        self.bytes += weight(frame);
        USED.fetch_add(weight(frame), Ordering::Relaxed);
    }

    fn shrink(&mut self, bytes: usize) {
        self.bytes -= bytes;
        USED.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.clear();
    }
}

fn weight(frame: &Utf8Bytes) -> usize {
    frame.len() + OVERHEAD
}

fn is_over() -> bool {
    USED.load(Ordering::Relaxed) > ALL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rooms_as_anybody_makes_have_so_much_together() {
        let frame = Utf8Bytes::from("x".repeat(16 * 1024));
        let mut rings: Vec<Ring> = (0..3000).map(|_| Ring::default()).collect();
        for ring in &mut rings {
            (0..4).for_each(|_| ring.push(frame.clone()));
        }
        assert_eq!(rings[0].len(), 3, "as many as fit into one ring");
        assert_eq!(rings[2999].len(), 1, "the newest always stays: it proves where the channel is");
        assert!(USED.load(Ordering::Relaxed) < ALL_BYTES + 3000 * 17 * 1024);
        drop(rings);
        assert!(!is_over());
    }
}
