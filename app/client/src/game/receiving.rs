//! Handles the frames of a server.

use crate::connection::{ConnectionPhase, LifecycleInput, Timer, timing};
use protocol::error::{ErrorCode, Refusal};
use protocol::game::frame::{Answered, Changed, GameServerMessage, Hosting, Joined};
use protocol::game::{Game, Phase};
use protocol::limits;

use super::GameClient;
use super::types::{Confirmation, Entry, Event};

impl GameClient {
    pub(super) fn frame(&mut self, frame: GameServerMessage) {
        if !self.phase().is_open() {
            return;
        }
        // Until then, only an answer to `join` or `open` shows that the game can be entered.
        if self.phase().is_in() {
            self.advance(LifecycleInput::FrameReceived);
        }
        match frame {
            GameServerMessage::Joined(joined) if joined.pin == self.state.pin => self.joined(joined),
            GameServerMessage::Hosting(hosting) if hosting.pin == self.state.pin => self.hosting(hosting),
            GameServerMessage::Kicked(game) if game.pin == self.state.pin => {
                self.deny_access(Refusal::new(ErrorCode::Kicked, "The host removed you from this game."));
            }
            GameServerMessage::Error(refusal) => self.error(refusal),
            frame if self.phase().is_in() => self.news(frame),
            _ => {}
        }
    }

    fn news(&mut self, frame: GameServerMessage) {
        match frame {
            GameServerMessage::Game(changed) if changed.pin == self.state.pin => self.changed(changed),
            GameServerMessage::Answered(answered) => self.answered(answered),
            GameServerMessage::Outcome(outcome) => self.emit(Event::Outcome(outcome)),
            GameServerMessage::Players(players) => {
                self.confirm(Confirmation::Players);
                self.emit(Event::Players(players));
            }
            GameServerMessage::Entrance(entrance) => {
                self.confirm(Confirmation::Entrance);
                self.emit(Event::Entrance(entrance));
            }
            GameServerMessage::Hosts(hosts) => {
                self.confirm(Confirmation::Hosts);
                self.emit(Event::Hosts(hosts));
            }
            GameServerMessage::Renamed(renamed) if renamed.pin == self.state.pin => self.emit(Event::Renamed(renamed)),
            GameServerMessage::Count(count) => self.emit(Event::Count(count)),
            GameServerMessage::Host(host) => self.emit(Event::HostPresence(host.here)),
            GameServerMessage::Code(code) => {
                self.confirm(Confirmation::Code);
                self.emit(Event::Code(code));
            }
            GameServerMessage::Availability(availability) => self.emit(Event::Availability(availability.available)),
            _ => {}
        }
    }

    fn joined(&mut self, joined: Joined) {
        let Entry::Player { seat, nickname } = &mut self.state.entry else { return };
        *seat = Some(joined.seat.clone());
        // The seat has the name, and it may be changed elsewhere.
        *nickname = None;
        let is_given = |question| joined.answer.as_ref().is_some_and(|answer| answer.question == question);
        if self.state.pending_answer.as_ref().is_some_and(|kept| is_given(kept.question)) {
            self.forget_answer();
        }
        self.forget_past(&joined.game);
        self.note(joined.version, &joined.game);
        self.go_live(Event::Joined(joined));
    }

    fn hosting(&mut self, hosting: Hosting) {
        let Entry::Host { token, code } = &mut self.state.entry else { return };
        *token = Some(hosting.token.clone());
        // A code works once.
        *code = None;
        self.note(hosting.version, &hosting.game);
        self.go_live(Event::Hosting(hosting));
    }

    fn go_live(&mut self, snapshot: Event) {
        self.advance(LifecycleInput::FrameReceived);
        self.emit(snapshot);
        if self.phase() == ConnectionPhase::Entering {
            self.advance(LifecycleInput::CaughtUp);
            self.resend_after_entry();
        }
    }

    fn changed(&mut self, changed: Changed) {
        if self.state.version.is_some_and(|version| changed.version <= version) {
            return;
        }
        self.confirm_steps();
        self.forget_past(&changed.game);
        self.note(changed.version, &changed.game);
        self.emit(Event::Changed(changed));
    }

    fn note(&mut self, version: u64, game: &Game) {
        self.state.version = Some(version);
        self.state.round = Some(game.round);
        self.state.is_over = game.phase == Phase::Ended;
    }

    fn answered(&mut self, answered: Answered) {
        if self.state.pending_answer.as_ref().is_some_and(|kept| kept.question == answered.question) {
            self.forget_answer();
        }
        self.emit(Event::Answered(answered));
    }

    fn error(&mut self, refusal: Refusal) {
        match refusal.code {
            ErrorCode::NoGame | ErrorCode::NotHost | ErrorCode::Kicked => self.deny_access(refusal),
            _ if self.phase() == ConnectionPhase::Entering => self.not_entered(refusal),
            // The server lost this client, but not the game: enter again.
            ErrorCode::NotInGame => self.advance(LifecycleInput::Reconnect),
            _ if refusal.temporary => self.retry_later(refusal.retry_after_ms),
            _ if self.state.pending_answer.is_some() => {
                self.forget_answer();
                self.emit(Event::AnswerRefused(refusal));
            }
            // Done by the first of two sendings, or by another host.
            _ if !self.refuse_steps() && refusal.code == ErrorCode::NotNow => {}
            _ => self.emit(Event::Error(refusal)),
        }
    }

    fn not_entered(&mut self, refusal: Refusal) {
        match refusal.code {
            // Asked again on the same connection, so that the person is not away.
            ErrorCode::Waiting => {
                self.advance(LifecycleInput::FrameReceived);
                let wait = refusal.retry_after_ms.unwrap_or_default().max(timing::ms(limits::ASK_AGAIN_AFTER));
                self.set_timer(Timer::Resend, timing::resend_delay(Some(wait), self.random));
                self.emit(Event::AwaitingAdmission(refusal));
            }
            // It could only be entered once an operator has repaired it.
            ErrorCode::Damaged => self.deny_access(refusal),
            ErrorCode::BadNickname | ErrorCode::NicknameTaken | ErrorCode::Locked | ErrorCode::Full => {
                self.refuse_nickname(refusal);
            }
            _ => {
                let retry_after_ms = refusal.retry_after_ms;
                if !refusal.temporary {
                    self.emit(Event::Error(refusal));
                }
                self.advance(LifecycleInput::JoinRefused { retry_after_ms });
            }
        }
    }
}
