//! A player's answers and a host's steps, until their result is known.

use crate::connection::{ConnectionPhase, Output, Timer, timing};
use protocol::game::frame::SubmittedAnswer;
use protocol::game::{Game, GameClientMessage};

use super::GameClient;
use super::types::{Confirmation, Effect, Event, HostStep};

/// An answer without a result by then is sent again.
const ANSWER_TIMEOUT_MS: u64 = 5_000;
/// The most steps without a result; further ones are ignored.
const MAX_PENDING_STEPS: usize = 8;

/// A host's step without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PendingStep {
    step: HostStep,
    /// The version of the game that it was meant for.
    version: Option<u64>,
    /// How many times it was sent.
    sent: u8,
}

impl GameClient {
    pub(super) fn answer(&mut self, answer: SubmittedAnswer) {
        let is_known = self.state.pending_answer.as_ref().is_some_and(|kept| kept.question == answer.question);
        if is_known || self.phase() == ConnectionPhase::Stopped {
            return;
        }
        self.state.pending_answer = Some(answer.clone());
        self.out.push(Output::Effect(Effect::StoreAnswer(Some(answer.clone()))));
        self.emit(Event::AnswerPending(answer));
        self.send_answer();
    }

    pub(super) fn send_step(&mut self, step: HostStep) {
        let version = self.state.version;
        let is_known = self.state.steps.iter().any(|waiting| waiting.step == step && waiting.version == version);
        if is_known || self.state.steps.len() >= MAX_PENDING_STEPS || self.phase() == ConnectionPhase::Stopped {
            return;
        }
        self.state.steps.push(PendingStep { step, version, sent: 0 });
        self.send_steps();
    }

    /// Sends what may not have arrived, after the game was entered.
    pub(super) fn resend_after_entry(&mut self) {
        self.send_answer();
        let version = self.state.version;
        self.state.steps.retain(|waiting| {
            let is_meant = !waiting.step.is_of_version() || waiting.version == version;
            // An extension may have been done already.
            let is_harmless = waiting.sent == 0 || waiting.sent == 1 && !matches!(waiting.step, HostStep::Extend(_));
            is_meant && is_harmless
        });
        self.send_steps_again();
    }

    pub(super) fn resend(&mut self) {
        if self.phase() == ConnectionPhase::Entering {
            self.send_entry();
        }
        self.send_answer();
        self.send_steps_again();
    }

    fn send_answer(&mut self) {
        if let (ConnectionPhase::Live, Some(kept)) = (self.phase(), self.state.pending_answer.clone()) {
            self.out.push(Output::Send(GameClientMessage::Answer(kept)));
            self.set_timer(Timer::Resend, ANSWER_TIMEOUT_MS);
        }
    }

    fn send_steps(&mut self) {
        self.send_steps_sent(0);
    }

    fn send_steps_again(&mut self) {
        self.send_steps_sent(1);
    }

    /// Sends the steps that were sent `most` times or less.
    fn send_steps_sent(&mut self, most: u8) {
        if self.phase() != ConnectionPhase::Live {
            return;
        }
        for waiting in self.state.steps.iter_mut().filter(|waiting| waiting.sent <= most) {
            waiting.sent += 1;
            self.out.push(Output::Send(waiting.step.frame(waiting.version)));
        }
    }

    /// Drops the answer that waits for a result.
    pub(super) fn forget_answer(&mut self) {
        if self.state.pending_answer.take().is_some() {
            self.out.push(Output::Effect(Effect::StoreAnswer(None)));
            self.out.push(Output::CancelTimer(Timer::Resend));
        }
    }

    /// Drops an answer to a question that is no longer shown, or of an earlier round, whose question may be
    /// asked again under the same number.
    pub(super) fn forget_past(&mut self, game: &Game) {
        let is_past = |kept: &SubmittedAnswer| {
            let round = kept.round.or(self.state.round).unwrap_or(game.round);
            game.at != Some(kept.question) || round != game.round
        };
        if self.state.pending_answer.as_ref().is_some_and(is_past) {
            self.forget_answer();
        }
    }

    /// The game is at a later version: earlier steps were done, or came too late.
    pub(super) fn confirm_steps(&mut self) {
        self.confirm(Confirmation::Game);
    }

    /// Drops the steps that a frame shows to be done.
    pub(super) fn confirm(&mut self, by: Confirmation) {
        self.state.steps.retain(|waiting| !waiting.step.is_confirmed_by(by));
    }

    /// Drops the steps that a refusal may be about. True unless one of them was sent a second time.
    pub(super) fn refuse_steps(&mut self) -> bool {
        let is_news = self.state.steps.iter().all(|waiting| waiting.sent < 2);
        self.state.steps.retain(|waiting| waiting.sent == 0);
        is_news
    }

    /// Sends everything without a result again after a while, because the server cannot handle it
    /// now; a step once.
    pub(super) fn retry_later(&mut self, retry_after_ms: Option<u64>) {
        self.state.steps.retain(|waiting| waiting.sent < 2);
        self.set_timer(Timer::Resend, timing::resend_delay(retry_after_ms, self.random));
    }
}
