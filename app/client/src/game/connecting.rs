//! Carries out the commands of the connection, and ends it.

use crate::connection::{ConnectionCommand, ConnectionInput, Phase, Timer};
use protocol::error::Refusal;
use protocol::game::GameClientMessage;
use protocol::game::frame::{Join, Open};

use super::GameClient;
use super::types::{Entry, Event, Output};

impl GameClient {
    /// Passes an input to the connection, and carries out its output.
    pub(super) fn advance(&mut self, happened: ConnectionInput) {
        let todo = self.connection.step(happened, self.random);
        if todo.drops {
            self.out.push(Output::Drop);
        }
        if todo.lets_go {
            self.let_go();
        }
        if let Some(status) = todo.tells {
            self.tell(Event::Status(status));
        }
        match todo.act {
            Some(ConnectionCommand::Begin) => {
                self.recall();
                self.prepare();
            }
            Some(ConnectionCommand::Prepare) => self.prepare(),
            Some(ConnectionCommand::Connect) => self.out.push(Output::Connect),
            Some(ConnectionCommand::Enter) => self.send_entry(),
            Some(ConnectionCommand::Ping) => self.out.push(Output::Send(GameClientMessage::Ping)),
            None => {}
        }
        if let Some((timer, after_ms)) = todo.wakes {
            self.wake(timer, after_ms);
        }
    }

    /// A game needs no preparation.
    fn prepare(&mut self) {
        self.advance(ConnectionInput::Prepared);
    }

    fn let_go(&mut self) {
        for timer in [Timer::Connect, Timer::Silence, Timer::Steady, Timer::Resend] {
            self.out.push(Output::Cancel(timer));
        }
    }

    pub(super) fn enter(&mut self, name: String) {
        if let (Phase::New, Entry::Player { nickname, .. }) = (self.connection.phase(), &mut self.entry) {
            *nickname = Some(name);
            self.advance(ConnectionInput::Start);
        }
    }

    fn recall(&mut self) {
        if let Some(kept) = self.kept.clone() {
            self.tell(Event::Answering(kept));
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
    pub(super) fn out(&mut self, refusal: Refusal) {
        self.forget_answer();
        self.out.push(Output::Drop);
        self.advance(ConnectionInput::Stopped);
        // Somebody who saw the end need not be told that the game is gone.
        if !self.is_over {
            self.tell(Event::Out(refusal));
        }
    }

    /// Rests, because the person has to choose another nickname.
    pub(super) fn not_in(&mut self, refusal: Refusal) {
        self.out.push(Output::Drop);
        self.advance(ConnectionInput::Reset);
        self.tell(Event::NotIn(refusal));
    }
}
