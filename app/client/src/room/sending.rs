//! A person's messages, edits and deletions, until they are in the log.

use crate::connection::{ConnectionPhase, Timer, timing};
use protocol::error::{ErrorCode, Refusal};
use protocol::id::MessageId;
use protocol::limits;
use protocol::message::ClientMessage;

use super::types::{Event, Unsent};
use super::{Output, RoomClient};

/// A message that neither came back nor was refused by then is sent again.
const ACK_TIMEOUT_MS: u64 = 10_000;

impl RoomClient {
    pub(super) fn emit_stored_unsent(&mut self) {
        let left: Vec<_> = self.unsent().cloned().collect();
        for unsent in left {
            self.emit(Event::Pending(unsent));
        }
    }

    pub(super) fn send_message(&mut self, unsent: Unsent) {
        if self.state.outbox.has(&unsent.id) {
            return;
        }
        let id = unsent.id.clone();
        self.emit(Event::Pending(unsent.clone()));
        if self.state.outbox.is_full() {
            self.emit(Event::Refused(id, Refusal::new(ErrorCode::Full, "Too many messages are waiting to be sent.")));
        } else {
            self.state.outbox.add(unsent);
        }
    }

    pub(super) fn retry(&mut self, id: &MessageId) {
        let random = self.random;
        let Some(unsent) = self.state.outbox.retry(id, || another_id(id, random)) else {
            return;
        };
        if unsent.id != *id {
            self.emit(Event::Discarded(id.clone()));
        }
        self.emit(Event::Pending(unsent));
    }

    pub(super) fn discard(&mut self, id: &MessageId) {
        if self.state.outbox.remove(id) {
            self.emit(Event::Discarded(id.clone()));
        }
    }

    /// Sends "typing", unless it was sent a moment ago.
    pub(super) fn typing(&mut self) {
        if self.phase() == ConnectionPhase::Live && !self.state.typing_said {
            self.state.typing_said = true;
            self.out.push(Output::Send(ClientMessage::Typing { room_id: self.state.room_id.clone() }));
            self.set_timer(Timer::Typing, timing::ms(limits::TYPING_INTERVAL));
        }
    }

    /// Sends the first message that waits; called at the end of each step.
    pub(super) fn send_waiting(&mut self) {
        if self.phase() != ConnectionPhase::Live {
            return;
        }
        let Some(next) = self.state.outbox.send_next() else {
            return;
        };
        let frame = next.frame(self.state.room_id.clone());
        self.out.push(Output::Send(frame));
        self.set_timer(Timer::Resend, ACK_TIMEOUT_MS);
    }

    /// Sends the first message again: the wait is over, or no answer came.
    pub(super) fn resend(&mut self) {
        self.state.outbox.restart();
    }

    /// Notes that what this person sent is in the log.
    pub(super) fn acknowledge(&mut self, ids: impl IntoIterator<Item = MessageId>) {
        for id in ids {
            self.stop_waiting_for(&id);
            if self.state.outbox.remove(&id) {
                self.emit(Event::Acknowledged(id));
            }
        }
    }

    /// Handles the refusal of the message `id`.
    pub(super) fn refused(&mut self, id: &MessageId, refusal: Refusal) {
        let Some(unsent) = self.state.outbox.find(id) else { return };
        if refusal.code == ErrorCode::NoMessage && unsent.deletes.is_some() {
            // There is nothing to delete (any more).
            self.stop_waiting_for(id);
            return self.discard(id);
        }
        if !refusal.temporary {
            self.stop_waiting_for(id);
            self.state.outbox.refuse(id, &refusal);
            self.emit(Event::Refused(id.clone(), refusal));
        } else if self.state.outbox.is_in_flight(id) {
            self.state.outbox.pause();
            self.set_timer(Timer::Resend, timing::resend_delay(refusal.retry_after_ms, self.random));
            self.emit(Event::Delayed(id.clone(), refusal));
        }
    }

    /// Handles a close for a frame that is too large. Only the message in flight can be the reason; sent
    /// again, it would close the next connection too.
    pub(super) fn refuse_too_big(&mut self) -> bool {
        let Some(id) = self.state.outbox.in_flight().cloned() else {
            return false;
        };
        self.refused(&id, Refusal::new(ErrorCode::MessageTooLong, "This message is too long."));
        true
    }

    fn stop_waiting_for(&mut self, id: &MessageId) {
        if self.state.outbox.is_in_flight(id) {
            self.out.push(Output::CancelTimer(Timer::Resend));
        }
    }
}

/// An id for a message whose own belongs to another text.
fn another_id(id: &MessageId, random: u32) -> Option<MessageId> {
    let stem: String = id.as_str().chars().take(limits::MESSAGE_ID_CHARS - 9).collect();
    MessageId::parse(&format!("{stem}~{random:08x}")).ok()
}
