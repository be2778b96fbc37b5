//! How a game is entered, and what ends that.

use crate::connection::{ConnectionPhase, LifecycleInput, Output};
use protocol::error::Refusal;
use protocol::game::GameClientMessage;
use protocol::game::frame::{Join, Open};

use super::GameClient;
use super::types::{Entry, Event};

impl GameClient {
    pub(super) fn enter_as(&mut self, name: String) {
        if let (ConnectionPhase::New, Entry::Player { nickname, .. }) = (self.phase(), &mut self.state.entry) {
            *nickname = Some(name);
            self.advance(LifecycleInput::Start);
        }
    }

    pub(super) fn send_entry(&mut self) {
        let pin = self.state.pin.clone();
        self.out.push(Output::Send(match self.state.entry.clone() {
            Entry::Player { nickname, seat } => GameClientMessage::Join(Join { pin, nickname, seat }),
            Entry::Host { token, code } => GameClientMessage::Open(Open { pin, token, code }),
        }));
    }

    /// Ends the client: there is no way into this game.
    pub(super) fn deny_access(&mut self, refusal: Refusal) {
        self.forget_answer();
        self.out.push(Output::Disconnect);
        self.advance(LifecycleInput::Stopped);
        // Somebody who saw the end need not be told that the game is gone.
        if !self.state.is_over {
            self.emit(Event::AccessDenied(refusal));
        }
    }

    /// Rests, because the person has to choose another nickname.
    pub(super) fn refuse_nickname(&mut self, refusal: Refusal) {
        self.out.push(Output::Disconnect);
        self.advance(LifecycleInput::Reset);
        self.emit(Event::NicknameRefused(refusal));
    }
}
