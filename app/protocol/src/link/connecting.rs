//! Coming, staying and coming back.

use crate::close::{self, CloseCode};
use crate::message::ClientMessage;

use super::types::{Event, Output, Status, Timer};
use super::{Link, Phase, timing};

/// A close for a frame that is too large (RFC 6455).
const TOO_BIG: u16 = 1009;

impl Link {
    pub(super) fn start(&mut self) {
        if self.phase != Phase::New {
            return;
        }
        self.tell(Event::Status(Status::Connecting));
        self.tell_left_unsent();
        self.go();
    }

    /// Reads the first page, or connects where one is shown already.
    fn go(&mut self) {
        if self.inbox.position().is_some() {
            self.connect();
        } else {
            self.phase = Phase::FirstPage;
            self.load();
        }
    }

    pub(super) fn connect(&mut self) {
        self.phase = Phase::Opening;
        self.out.push(Output::Connect);
        self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
    }

    pub(super) fn connect_now(&mut self) {
        if self.phase == Phase::Waiting {
            self.go();
        }
    }

    pub(super) fn opened(&mut self) {
        if self.phase != Phase::Opening {
            return;
        }
        self.phase = Phase::Entering;
        let since = self.inbox.position().cloned();
        self.out.push(Output::Send(ClientMessage::Join { room_id: self.room_id.clone(), since }));
        self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
    }

    pub(super) fn closed(&mut self, code: u16) {
        if !self.has_socket() {
            return;
        }
        if code == CloseCode::NodeLeaving.number() && self.lost == 0 {
            self.lose(0);
            self.tell(Event::Status(Status::Moving));
        } else if close::should_reconnect(code) || (code == TOO_BIG && self.refuse_too_big()) {
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

    /// The network is back, or the person looks at the page again: a good
    /// moment to see whether the connection still is one.
    pub(super) fn online(&mut self) {
        match self.phase {
            Phase::Offline | Phase::Waiting => {
                self.phase = Phase::Waiting;
                let retry_in_ms = timing::retry_wait(0, self.dice);
                self.wake(Timer::Connect, retry_in_ms);
                self.tell(Event::Status(Status::Reconnecting { retry_in_ms }));
            }
            Phase::FirstPage => self.load(),
            Phase::Live | Phase::Rereading if !self.asked => self.ask(),
            _ => {}
        }
    }

    /// The time for an answer, or for any sign of life, is over.
    pub(super) fn silent(&mut self) {
        match self.phase {
            Phase::Opening | Phase::Entering => self.give_up(0),
            Phase::Live | Phase::Rereading if self.asked => self.give_up(0),
            Phase::Live | Phase::Rereading => self.ask(),
            _ => {}
        }
    }

    fn ask(&mut self) {
        self.asked = true;
        self.out.push(Output::Send(ClientMessage::Ping));
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
        matches!(self.phase, Phase::Opening | Phase::Entering | Phase::Rereading | Phase::Live)
    }

    /// Nothing is left of a connection but what is shown and what is unsent.
    fn rest(&mut self, phase: Phase) {
        self.phase = phase;
        self.asked = false;
        self.inbox.let_go();
        self.outbox.begin_again();
        for timer in [Timer::Silence, Timer::Steady, Timer::Resend, Timer::Reload] {
            self.out.push(Output::Cancel(timer));
        }
    }
}
