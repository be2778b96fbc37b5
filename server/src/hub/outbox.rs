//! The frames that wait for one connection, up to a number of bytes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::extract::ws::{Message as Raw, Utf8Bytes};
use bytes::Bytes;
use protocol::CloseCode;
use tokio::sync::Notify;

/// What a connection has to send. Many push, one drains.
///
/// A frame is a counted reference: pushing it copies nothing and waits for nobody.
pub struct Outbox {
    waiting: Mutex<Waiting>,
    filled: Notify,
    overflow: Notify,
    /// Bytes at most.
    room_for: usize,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Raw>,
    bytes: usize,
    closing: Option<CloseCode>,
}

impl Outbox {
    /// An empty one that holds `room_for` bytes.
    pub fn new(room_for: usize) -> Self {
        Self { waiting: Mutex::default(), filled: Notify::new(), overflow: Notify::new(), room_for }
    }

    /// Adds a frame. When it does not fit, everything is dropped and the
    /// connection is told to close: the log has it all, so the client comes
    /// back and reads on from its position.
    pub fn push(&self, frame: Utf8Bytes) {
        let bytes = frame.len();
        self.add(Raw::Text(frame), bytes);
    }

    /// The same for a frame that is not text.
    pub fn push_binary(&self, frame: Bytes) {
        let bytes = frame.len();
        self.add(Raw::Binary(frame), bytes);
    }

    fn add(&self, frame: Raw, bytes: usize) {
        let mut waiting = self.lock();
        if waiting.closing.is_some() {
            return;
        }
        waiting.bytes += bytes;
        if waiting.bytes > self.room_for {
            *waiting = Waiting { closing: Some(CloseCode::Slow), ..Waiting::default() };
            self.overflow.notify_one();
        } else {
            waiting.frames.push_back(frame);
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Asks the connection to close, after what is already waiting.
    pub fn close(&self, code: CloseCode) {
        self.lock().closing.get_or_insert(code);
        self.filled.notify_one();
    }

    /// Waits until there is something to take.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Waits until something did not fit.
    pub async fn overflowed(&self) {
        self.overflow.notified().await;
    }

    /// Takes all that waits, and the wish to close if there is one.
    pub fn take(&self) -> (VecDeque<Raw>, Option<CloseCode>) {
        let mut waiting = self.lock();
        waiting.bytes = 0;
        (std::mem::take(&mut waiting.frames), waiting.closing)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        // Nothing under this lock can panic half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_leave_in_the_order_they_came() {
        let outbox = Outbox::new(100);
        outbox.push("a".into());
        outbox.push("b".into());
        let (frames, closing) = outbox.take();
        assert_eq!(frames, ["a", "b"].map(Raw::from));
        assert_eq!(closing, None);
        assert!(outbox.take().0.is_empty());
    }

    #[test]
    fn a_reader_that_is_too_slow_is_asked_to_come_back() {
        let outbox = Outbox::new(3);
        outbox.push("ab".into());
        outbox.push("cd".into());
        outbox.push("e".into());
        let (frames, closing) = outbox.take();
        assert!(frames.is_empty(), "what was dropped is not sent in part");
        assert_eq!(closing, Some(CloseCode::Slow));
    }

    #[tokio::test]
    async fn filling_wakes_the_connection_even_when_it_came_first() {
        let outbox = Outbox::new(100);
        outbox.push("a".into());
        outbox.filled().await;
        assert_eq!(outbox.take().0.len(), 1);
    }
}
