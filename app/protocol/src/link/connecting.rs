//! Does what the connection asks for.

use crate::connection::{Act, Happened, Timer};
use crate::message::ClientMessage;

use super::Link;
use super::types::{Event, Output};

/// A close for a frame that is too large (RFC 6455).
const TOO_BIG: u16 = 1009;

impl Link {
    /// Lets the connection take something in, and does what it says.
    pub(super) fn advance(&mut self, happened: Happened) {
        for act in self.connection.step(happened, self.dice) {
            match act {
                Act::Recall => self.tell_left_unsent(),
                Act::Prepare => self.prepare(),
                Act::Connect => self.out.push(Output::Connect),
                Act::Enter => self.enter(),
                Act::Ping => self.out.push(Output::Send(ClientMessage::Ping)),
                Act::Drop => self.out.push(Output::Drop),
                Act::LetGo => self.let_go(),
                Act::Wake { timer, after_ms } => self.wake(timer, after_ms),
                Act::Cancel(timer) => self.out.push(Output::Cancel(timer)),
                Act::Tell(status) => self.tell(Event::Status(status)),
            }
        }
    }

    /// Reads the first page, unless one is shown already.
    fn prepare(&mut self) {
        if self.inbox.position().is_some() {
            self.advance(Happened::Prepared);
        } else {
            self.load();
        }
    }

    fn enter(&mut self) {
        let since = self.inbox.position().cloned();
        self.out.push(Output::Send(ClientMessage::Join { room_id: self.room_id.clone(), since }));
    }

    pub(super) fn closed(&mut self, code: u16) {
        let was_refused = code == TOO_BIG && self.refuse_too_big();
        self.advance(if was_refused { Happened::Lost } else { Happened::Closed { code } });
    }

    /// Nothing is left but what is shown and what is unsent.
    fn let_go(&mut self) {
        self.inbox.let_go();
        self.outbox.begin_again();
        for timer in [Timer::Resend, Timer::Reload] {
            self.out.push(Output::Cancel(timer));
        }
    }
}
