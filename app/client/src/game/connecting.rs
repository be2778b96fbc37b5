//! Carries out the commands of the connection, and ends it.

use crate::connection::{ConnectionCommand, ConnectionInput, Phase, Timer};
use protocol::error::Refusal;
use protocol::game::GameClientMessage;
use protocol::game::frame::{Join, Open};

use super::GameClient;
use super::types::{Entry, Event, Output};

impl GameClient {
    /// Passes an input to the connection, and carries out its output.
    pub(super) fn advance(&mut self, input: ConnectionInput) {
        let output = self.connection.step(input, self.random);
        if output.disconnect {
            self.out.push(Output::Disconnect);
        }
        if output.cancel_timers {
            self.let_go();
        }
        if let Some(status) = output.status {
            self.emit(Event::Status(status));
        }
        match output.command {
            Some(ConnectionCommand::Begin) => {
                self.restore_answer();
                self.prepare();
            }
            Some(ConnectionCommand::Prepare) => self.prepare(),
            Some(ConnectionCommand::Connect) => self.out.push(Output::Connect),
            Some(ConnectionCommand::Enter) => self.send_entry(),
            Some(ConnectionCommand::Ping) => self.out.push(Output::Send(GameClientMessage::Ping)),
            None => {}
        }
        if let Some((timer, after_ms)) = output.timer {
            self.set_timer(timer, after_ms);
        }
    }

    /// A game needs no preparation.
    fn prepare(&mut self) {
        self.advance(ConnectionInput::Prepared);
    }

    fn let_go(&mut self) {
        for timer in [Timer::Connect, Timer::Silence, Timer::Steady, Timer::Resend] {
            self.out.push(Output::CancelTimer(timer));
        }
    }

    pub(super) fn enter(&mut self, name: String) {
        if let (Phase::New, Entry::Player { nickname, .. }) = (self.connection.phase(), &mut self.entry) {
            *nickname = Some(name);
            self.advance(ConnectionInput::Start);
        }
    }

    fn restore_answer(&mut self) {
        if let Some(kept) = self.pending_answer.clone() {
            self.emit(Event::AnswerPending(kept));
        }
    }

    pub(super) fn send_entry(&mut self) {
        let pin = self.pin.clone();
        self.out.push(Output::Send(match self.entry.clone() {
            Entry::Player { nickname, seat } => GameClientMessage::Join(Join { pin, nickname, seat }),
            Entry::Host { token, code } => GameClientMessage::Open(Open { pin, token, code }),
        }));
    }

    pub(super) fn closed(&mut self, code: u16) {
        self.advance(ConnectionInput::Closed { code });
    }

    /// Ends the client: there is no way into this game.
    pub(super) fn deny_access(&mut self, refusal: Refusal) {
        self.forget_answer();
        self.out.push(Output::Disconnect);
        self.advance(ConnectionInput::Stopped);
        // Somebody who saw the end need not be told that the game is gone.
        if !self.is_over {
            self.emit(Event::AccessDenied(refusal));
        }
    }

    /// Rests, because the person has to choose another nickname.
    pub(super) fn refuse_nickname(&mut self, refusal: Refusal) {
        self.out.push(Output::Disconnect);
        self.advance(ConnectionInput::Reset);
        self.emit(Event::NicknameRefused(refusal));
    }
}
