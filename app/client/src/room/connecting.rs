//! Carries out the commands of the connection.

use crate::connection::{ConnectionCommand, ConnectionInput, Timer};
use protocol::message::ClientMessage;

use super::RoomClient;
use super::types::{Event, Output};

/// A close for a frame that is too large (RFC 6455).
const TOO_BIG: u16 = 1009;

impl RoomClient {
    /// Passes an input to the connection, and carries out its output.
    pub(super) fn advance(&mut self, input: ConnectionInput) {
        let output = self.connection.step(input, self.random);
        if output.disconnect {
            self.out.push(Output::Disconnect);
        }
        if output.cancel_timers {
            self.drop_connection_state();
        }
        if let Some(status) = output.status {
            self.emit(Event::Status(status));
        }
        match output.command {
            Some(ConnectionCommand::Begin) => {
                self.emit_stored_unsent();
                self.prepare();
            }
            Some(ConnectionCommand::Prepare) => self.prepare(),
            Some(ConnectionCommand::Connect) => self.out.push(Output::Connect),
            Some(ConnectionCommand::Enter) => self.enter(),
            Some(ConnectionCommand::Ping) => self.out.push(Output::Send(ClientMessage::Ping)),
            None => {}
        }
        if let Some((timer, after_ms)) = output.timer {
            self.set_timer(timer, after_ms);
        }
    }

    /// Loads the first page, unless one is shown already.
    fn prepare(&mut self) {
        if self.inbox.position().is_some() {
            self.advance(ConnectionInput::Prepared);
        } else {
            self.load();
        }
    }

    fn enter(&mut self) {
        let since = self.inbox.position().cloned();
        self.out.push(Output::Send(ClientMessage::Join { room_id: self.room_id.clone(), since, session: None }));
    }

    pub(super) fn closed(&mut self, code: u16) {
        let was_refused = code == TOO_BIG && self.refuse_too_big();
        self.advance(if was_refused { ConnectionInput::Lost } else { ConnectionInput::Closed { code } });
    }

    /// Forgets everything but what is shown and what is unsent.
    fn drop_connection_state(&mut self) {
        self.inbox.drop_connection_state();
        self.outbox.restart();
        for timer in [Timer::Connect, Timer::Silence, Timer::Steady, Timer::Resend, Timer::Reload] {
            self.out.push(Output::CancelTimer(timer));
        }
    }
}
