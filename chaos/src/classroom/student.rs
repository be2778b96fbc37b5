//! A player of a game, as the scenarios need one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use protocol::game::frame::{Join, SubmittedAnswer};
use protocol::game::{
    Answer, AnswerStatus, Game, GameClientMessage, GameServerMessage, Outcome, Phase, RecordedAnswer,
};
use protocol::{Pin, UserId};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::game_socket::GameSocket;
use super::{Sheet, now_ms};
use crate::crowd::session::Session;
use crate::stage::{LoadBalancer, Task};

/// Getting in takes at most so long.
const ENTER_WITHIN: Duration = Duration::from_secs(30);

/// When and how often a player answers.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Up to so long after the question opened.
    pub within: Duration,
    /// A moment later again, and otherwise.
    pub repeats: bool,
    /// Not before the question has closed.
    pub is_late: bool,
}

/// What one student received.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Who they are, once they are in.
    pub me: Option<UserId>,
    /// The version of the game, and the game.
    pub game: Option<(u64, Game)>,
    /// The answers that count, by question.
    pub given: Sheet,
    /// How often an answer was accepted.
    pub accepted: u64,
    /// How often an answer was refused as a duplicate.
    pub duplicates: u64,
    /// How often an answer came too late.
    pub late: u64,
    /// When answers were no longer accepted, by question and the servers' clock in milliseconds since 1970,
    /// as it was announced last.
    pub closed: BTreeMap<usize, u64>,
    /// When the right answer was shown first, by question, in milliseconds since 1970.
    pub revealed: BTreeMap<usize, u64>,
    /// The outcome of each question.
    pub outcomes: BTreeMap<usize, Outcome>,
    /// What must never happen, as sentences.
    pub wrongs: Vec<String>,
    /// How long they were away, every time that they had to come back.
    pub away: Vec<Duration>,
}

/// Somebody who plays. Dropped, the connection is cut.
pub struct Student {
    notes: Arc<Mutex<Notes>>,
    _life: Task,
}

impl Student {
    /// Comes into a game.
    ///
    /// # Errors
    /// They are not let in.
    pub async fn enter(
        load_balancer: Arc<LoadBalancer>,
        pin: Pin,
        name: String,
        habits: Habits,
        seed: u64,
    ) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let session = Session::open(&load_balancer, rng.next_u32()).await?;
        let notes = Arc::new(Mutex::new(Notes::default()));
        let (is_in, mut entered) = watch::channel(false);
        let player = Player {
            load_balancer,
            pin,
            name,
            habits,
            session,
            rng,
            notes: notes.clone(),
            is_in,
            plan: None,
            unanswered: None,
            lost_at: None,
        };
        let life = Task::spawn(player.play());
        let entered = tokio::time::timeout(ENTER_WITHIN, entered.wait_for(|is_in| *is_in)).await;
        entered.context("a student does not get in")?.context("a student does not get in")?;
        Ok(Self { notes, _life: life })
    }

    /// What they have received so far, locked: drop it soon.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }
}

struct Player {
    load_balancer: Arc<LoadBalancer>,
    pin: Pin,
    name: String,
    habits: Habits,
    session: Session,
    rng: SmallRng,
    notes: Arc<Mutex<Notes>>,
    is_in: watch::Sender<bool>,
    /// When to answer which question.
    plan: Option<(Instant, usize)>,
    /// The answer that was sent and has no result yet.
    unanswered: Option<SubmittedAnswer>,
    /// Since when they have been away.
    lost_at: Option<Instant>,
}

impl Player {
    async fn play(mut self) {
        loop {
            // The end of a connection need not be reported.
            let _ = self.stay().await;
            self.lost_at.get_or_insert_with(Instant::now);
            sleep(Duration::from_millis(self.rng.random_range(0..500))).await;
        }
    }

    async fn stay(&mut self) -> Result<()> {
        let mut socket = GameSocket::open(&self.load_balancer, &self.session.cookie, self.rng.next_u32()).await?;
        let nickname = Some(self.name.clone());
        socket.send(&GameClientMessage::Join(Join { pin: self.pin.clone(), nickname, seat: None })).await?;
        loop {
            let at = self.plan.map_or_else(|| Instant::now() + Duration::from_secs(3600), |(at, _)| at);
            tokio::select! {
                frame = socket.next_frame() => self.on_frame(frame?, &mut socket).await?,
                () = sleep_until(at) => self.answer(&mut socket).await?,
            }
        }
    }

    async fn on_frame(&mut self, frame: GameServerMessage, socket: &mut GameSocket) -> Result<()> {
        match frame {
            GameServerMessage::Joined(joined) => {
                self.must(joined.pin == self.pin, || format!("joined {} in the place of another", joined.pin));
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
                if let Some(answer) = self.unanswered.clone() {
                    socket.send(&GameClientMessage::Answer(answer)).await?;
                }
            }
            GameServerMessage::Game(changed) => {
                self.must(changed.pin == self.pin, || format!("a frame of {}, another game", changed.pin));
                self.on_game(changed.version, changed.game);
            }
            GameServerMessage::Answered(answered) => {
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
            GameServerMessage::Outcome(outcome) => {
                lock(&self.notes).outcomes.insert(outcome.question, outcome);
            }
            GameServerMessage::Error(refusal) if refusal.temporary => bail!("{}", refusal.message),
            GameServerMessage::Error(refusal) => {
                self.must(false, || format!("refused: {:?} {}", refusal.code, refusal.message));
            }
            GameServerMessage::Kicked(_) => self.must(false, || "kicked".into()),
            _ => {}
        }
        Ok(())
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
        if self.plan.is_some_and(|(_, planned)| planned == question) || self.is_answering(question) {
            return;
        }
        let wait_ms = match (self.habits.is_late, closes_at) {
            (true, Some(closes_at)) => closes_at.saturating_sub(now_ms()) + self.rng.random_range(30..400),
            _ => {
                let within = u64::try_from(self.habits.within.as_millis()).unwrap_or(u64::MAX);
                let passed = now_ms().saturating_sub(opens_at);
                self.rng.random_range(0..=within).saturating_sub(passed)
            }
        };
        self.plan = Some((Instant::now() + Duration::from_millis(wait_ms), question));
    }

    fn is_answering(&self, question: usize) -> bool {
        self.unanswered.as_ref().is_some_and(|unanswered| unanswered.question == question)
    }

    async fn answer(&mut self, socket: &mut GameSocket) -> Result<()> {
        let Some((_, question)) = self.plan.take() else { return Ok(()) };
        let choice = self.rng.random_range(0..4);
        let answer = SubmittedAnswer { question, answer: Answer::Choice(choice), round: None };
        self.unanswered = Some(answer.clone());
        socket.send(&GameClientMessage::Answer(answer)).await?;
        if self.habits.repeats {
            let other = SubmittedAnswer { question, answer: Answer::Choice((choice + 1) % 4), round: None };
            socket.send(&GameClientMessage::Answer(other)).await?;
        }
        Ok(())
    }

    fn must(&self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            lock(&self.notes).wrongs.push(otherwise());
        }
    }
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
