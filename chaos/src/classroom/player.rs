//! The bot behind a student: answers by its habits, and checks and notes what it receives.

use std::convert::Infallible;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use client::game::{Command, Effect, Event, GameProtocol};
use client::{Connection, Status};
use futures::future::BoxFuture;
use protocol::Pin;
use protocol::game::frame::{Answered, Joined, SubmittedAnswer};
use protocol::game::{Answer, AnswerStatus, Game, GameClientMessage, GameServerMessage, Phase, RecordedAnswer};
use rand::RngExt;
use rand::rngs::SmallRng;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::now_ms;
use super::student::{Habits, Notes};
use crate::driver::{Action, Bot};

/// The bot of a student who plays by their habits, and notes what they see.
pub(super) struct Player {
    pin: Pin,
    habits: Habits,
    rng: SmallRng,
    notes: Arc<Mutex<Notes>>,
    is_in: watch::Sender<bool>,
    /// When to answer which question.
    plan: Option<(Instant, usize)>,
    /// Another answer, to be sent at once.
    repeat: Option<SubmittedAnswer>,
    /// The question whose answer has no result yet.
    unanswered: Option<usize>,
    /// The version that the client showed last.
    shown: Option<u64>,
    /// Since when they have been away.
    lost_at: Option<Instant>,
}

impl Bot<GameProtocol> for Player {
    async fn next_action(&mut self) -> Option<Action<GameProtocol>> {
        if let Some(repeat) = self.repeat.take() {
            // The client takes the first answer to a question and no other. This is what a program without
            // that rule does: a second one is under way before the first has a result.
            return Some(Action::SendPastClient(GameClientMessage::Answer(repeat)));
        }
        let Some((at, question)) = self.plan else { return future::pending().await };
        sleep_until(at).await;
        self.plan = None;
        Some(Action::Command(Command::Answer(self.answer(question))))
    }

    /// Checks what the client may hide: frames of other games, and refusals that it deals with.
    fn on_text(&mut self, text: &str, frame: Option<&GameServerMessage>, _: &Connection<GameProtocol>) {
        match frame {
            None => self.wrong(format!("a frame that nobody knows: {text}")),
            Some(GameServerMessage::Joined(joined)) if joined.pin != self.pin => {
                self.wrong(format!("joined {} in the place of another", joined.pin));
            }
            Some(GameServerMessage::Game(changed)) if changed.pin != self.pin => {
                self.wrong(format!("a frame of {}, another game", changed.pin));
            }
            Some(GameServerMessage::Error(refusal)) if !refusal.temporary => {
                self.wrong(format!("refused: {:?} {}", refusal.code, refusal.message));
            }
            Some(GameServerMessage::Kicked(_)) => self.wrong("kicked".into()),
            Some(_) => {}
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Status(status) => self.on_status(status),
            Event::Joined(joined) => self.on_joined(joined),
            Event::Changed(changed) => {
                if self.shown.is_some_and(|shown| shown >= changed.version) {
                    self.wrong(format!("version {} was shown after {:?}", changed.version, self.shown));
                }
                self.on_game(changed.version, changed.game);
            }
            Event::Answered(answered) => self.on_answered(answered),
            Event::Outcome(outcome) => {
                lock(&self.notes).outcomes.insert(outcome.question, outcome);
            }
            // The other events of a page do not matter.
            _ => {}
        }
    }

    /// Nobody loads the page again, so that no answer need be stored.
    fn carry_out(&mut self, _: Effect) -> Option<BoxFuture<'static, Infallible>> {
        None
    }
}

impl Player {
    pub(super) fn new(
        pin: Pin,
        habits: Habits,
        rng: SmallRng,
        notes: Arc<Mutex<Notes>>,
        is_in: watch::Sender<bool>,
    ) -> Self {
        Self { pin, habits, rng, notes, is_in, plan: None, repeat: None, unanswered: None, shown: None, lost_at: None }
    }

    fn on_status(&mut self, status: Status) {
        match status {
            Status::Connecting | Status::Live => return,
            Status::Moving | Status::Reconnecting { .. } | Status::Offline => {}
            Status::Stopped { code } => self.wrong(format!("sent away for good: {code}")),
        }
        self.lost_at.get_or_insert_with(Instant::now);
        self.repeat = None;
    }

    fn on_joined(&mut self, joined: Joined) {
        lock(&self.notes).me = Some(joined.you.id.clone());
        if let Some(given) = joined.answer {
            self.record_answer(given);
        }
        if let Some(outcome) = joined.outcome {
            lock(&self.notes).outcomes.insert(outcome.question, outcome);
        }
        self.on_game(joined.version, joined.game);
        if let Some(lost_at) = self.lost_at.take() {
            lock(&self.notes).away.push(lost_at.elapsed());
        }
        self.is_in.send_replace(true);
    }

    fn on_answered(&mut self, answered: Answered) {
        self.unanswered = None;
        let mut notes = lock(&self.notes);
        match answered.taken {
            AnswerStatus::Accepted => notes.accepted += 1,
            AnswerStatus::Duplicate => notes.duplicates += 1,
            AnswerStatus::Late => notes.late += 1,
        }
        drop(notes);
        if let Some(given) = answered.answer {
            self.record_answer(given);
        }
    }

    /// The first answer counts, for ever.
    fn record_answer(&self, given: RecordedAnswer) {
        let mut notes = lock(&self.notes);
        let earlier = notes.given.entry(given.question).or_insert_with(|| given.clone());
        if *earlier != given {
            let sentence = format!("another answer counts now: {given:?}, not {earlier:?}");
            notes.wrongs.push(sentence);
        }
    }

    fn on_game(&mut self, version: u64, game: Game) {
        self.shown = Some(version);
        let question = game.at.unwrap_or_default();
        let (is_open, is_revealed) = (game.phase == Phase::Open, game.reveal.is_some());
        let (opens_at, closes_at) = (game.opens_at.unwrap_or_default(), game.closes_at);
        {
            let mut notes = lock(&self.notes);
            if notes.game.as_ref().is_some_and(|(known, _)| *known >= version) {
                return;
            }
            if is_revealed {
                notes.revealed.entry(question).or_insert_with(now_ms);
            }
            if let Some(closes_at) = closes_at {
                notes.closed.insert(question, closes_at);
            }
            let leaks = !is_revealed && game.phase != Phase::Podium && !game.leaders.is_empty();
            if leaks && game.phase != Phase::Places {
                notes.wrongs.push(format!("leaders are shown in {:?}", game.phase));
            }
            notes.game = Some((version, game));
            if !is_open || notes.given.contains_key(&question) {
                return;
            }
        }
        let is_planned = self.plan.is_some_and(|(_, planned)| planned == question);
        if is_planned || self.unanswered == Some(question) {
            return;
        }
        self.plan = Some((Instant::now() + self.wait(opens_at, closes_at), question));
    }

    /// The wait before the answer to a question that is open between two times.
    fn wait(&mut self, opens_at: u64, closes_at: Option<u64>) -> Duration {
        Duration::from_millis(match (self.habits.is_late, closes_at) {
            (true, Some(closes_at)) => closes_at.saturating_sub(now_ms()) + self.rng.random_range(30..400),
            _ => {
                let within = u64::try_from(self.habits.within.as_millis()).unwrap_or(u64::MAX);
                let passed = now_ms().saturating_sub(opens_at);
                self.rng.random_range(0..=within).saturating_sub(passed)
            }
        })
    }

    fn answer(&mut self, question: usize) -> SubmittedAnswer {
        let choice = self.rng.random_range(0..4);
        let answer = |choice| SubmittedAnswer { question, answer: Answer::Choice(choice), round: None };
        self.unanswered = Some(question);
        // Whoever is away has nobody to send it to: the client keeps the first answer alone.
        let repeats = self.habits.repeats && self.lost_at.is_none();
        self.repeat = repeats.then(|| answer((choice + 1) % 4));
        answer(choice)
    }

    fn wrong(&self, sentence: String) {
        lock(&self.notes).wrongs.push(sentence);
    }
}

/// Notes to read or write in, for a moment.
pub(super) fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
