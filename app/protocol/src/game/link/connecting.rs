//! Coming, staying and coming back.

use crate::close::{self, CloseCode};
use crate::error::Refusal;
use crate::game::GameClientMessage;
use crate::game::frame::{Join, Open};
use crate::link::{Status, Timer, timing};

use super::types::{Entry, Event, Output};
use super::{GameLink, Phase};

impl GameLink {
    pub(super) fn start(&mut self) {
        if self.phase != Phase::New {
            return;
        }
        self.tell(Event::Status(Status::Connecting));
        if let Some(kept) = self.kept.clone() {
            self.tell(Event::Answering(kept));
        }
        self.connect();
    }

    pub(super) fn enter(&mut self, name: String) {
        if let (Phase::New, Entry::Player { nickname, .. }) = (self.phase, &mut self.entry) {
            *nickname = Some(name);
            self.start();
        }
    }

    fn connect(&mut self) {
        self.phase = Phase::Opening;
        self.out.push(Output::Connect);
        self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
    }

    pub(super) fn connect_now(&mut self) {
        if self.phase == Phase::Waiting {
            self.connect();
        }
    }

    pub(super) fn opened(&mut self) {
        if self.phase != Phase::Opening {
            return;
        }
        self.phase = Phase::Entering;
        let pin = self.pin.clone();
        self.out.push(Output::Send(match self.entry.clone() {
            Entry::Player { nickname, seat } => GameClientMessage::Join(Join { pin, nickname, seat }),
            Entry::Host { token, code } => GameClientMessage::Open(Open { pin, token, code }),
        }));
        self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
    }

    pub(super) fn closed(&mut self, code: u16) {
        if !self.has_socket() {
            return;
        }
        if self.is_over {
            self.rest(Phase::Stopped);
        } else if code == CloseCode::NodeLeaving.number() && self.lost == 0 {
            self.lose(0);
            self.tell(Event::Status(Status::Moving));
        } else if close::should_reconnect(code) {
            self.come_back(0);
        } else {
            self.rest(Phase::Stopped);
            self.tell(Event::Status(Status::Stopped { code }));
        }
    }

    /// Gives this connection up and tries another, after `least_ms` or later.
    pub(super) fn give_up(&mut self, least_ms: u64) {
        self.out.push(Output::Drop);
        self.come_back(least_ms);
    }

    /// Gives this connection up, and tells why, if it is to be told.
    pub(super) fn end(&mut self, phase: Phase, event: Option<Event>) {
        self.out.push(Output::Drop);
        self.rest(phase);
        if let Some(event) = event {
            self.tell(event);
        }
    }

    /// There is no way into this game.
    pub(super) fn out(&mut self, refusal: Refusal) {
        self.forget_answer();
        // Whoever saw the end needs not be told that the game is gone.
        let event = (!self.is_over).then_some(Event::Out(refusal));
        self.end(Phase::Stopped, event);
    }

    fn come_back(&mut self, least_ms: u64) {
        let retry_in_ms = self.lose(least_ms);
        self.tell(Event::Status(Status::Reconnecting { retry_in_ms }));
    }

    /// Waits for the next try; gives back for how long.
    fn lose(&mut self, least_ms: u64) -> u64 {
        let wait = timing::retry_wait(self.lost, self.dice).max(least_ms);
        self.lost = self.lost.saturating_add(1);
        self.rest(Phase::Waiting);
        self.wake(Timer::Connect, wait);
        wait
    }

    pub(super) fn offline(&mut self) {
        if matches!(self.phase, Phase::New | Phase::Offline | Phase::Stopped) {
            return;
        }
        if self.has_socket() {
            self.out.push(Output::Drop);
        }
        self.out.push(Output::Cancel(Timer::Connect));
        self.rest(Phase::Offline);
        self.tell(Event::Status(Status::Offline));
    }

    pub(super) fn online(&mut self) {
        match self.phase {
            Phase::Offline | Phase::Waiting => {
                self.phase = Phase::Waiting;
                let retry_in_ms = timing::retry_wait(0, self.dice);
                self.wake(Timer::Connect, retry_in_ms);
                self.tell(Event::Status(Status::Reconnecting { retry_in_ms }));
            }
            Phase::Live if !self.asked => self.ask(),
            _ => {}
        }
    }

    /// The time for an answer, or for any sign of life, is over.
    pub(super) fn silent(&mut self) {
        match self.phase {
            Phase::Opening | Phase::Entering => self.give_up(0),
            Phase::Live if self.asked => self.give_up(0),
            Phase::Live => self.ask(),
            _ => {}
        }
    }

    fn ask(&mut self) {
        self.asked = true;
        self.out.push(Output::Send(GameClientMessage::Ping));
        self.wake(Timer::Silence, timing::ANSWER_WITHIN_MS);
    }

    /// The server is there.
    pub(super) fn heard(&mut self) {
        self.asked = false;
        self.wake(Timer::Silence, timing::SILENT_FOR_MS);
    }

    pub(super) fn held_up(&mut self) {
        if self.phase == Phase::Live {
            self.lost = 0;
        }
    }

    /// Whether a socket is open or being opened.
    fn has_socket(&self) -> bool {
        matches!(self.phase, Phase::Opening | Phase::Entering | Phase::Live)
    }

    /// Nothing is left of a connection but what is shown and what was asked.
    fn rest(&mut self, phase: Phase) {
        self.phase = phase;
        self.asked = false;
        for timer in [Timer::Silence, Timer::Steady, Timer::Resend] {
            self.out.push(Output::Cancel(timer));
        }
    }
}
