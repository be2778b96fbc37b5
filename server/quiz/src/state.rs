//! How a game is, between two steps.

use protocol::game::{Admission, Leader, Outcome, Phase, Reveal};
use protocol::quiz::{Kind, Question, Quiz};
use protocol::{Name, UserId};
use serde::{Deserialize, Serialize};

use crate::Taking;
use crate::shuffle::shuffles;

/// Places of a podium, at most.
const PODIUM_PLACES: usize = 3;
/// Earlier names that a game remembers, at most.
const EARLIER_NAMES: usize = 100;

/// All of a game but its quiz, its players and their answers: one small
/// document that is read and committed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// How far it is.
    pub phase: Phase,
    /// Which game of its class it is, from 1.
    #[serde(default = "first_round")]
    pub round: u32,
    /// The question it is at, from 0; `None` before the first.
    pub at: Option<usize>,
    /// What runs.
    pub clock: Clock,
    /// For each question of kind order: which of its options stands where, as
    /// it is shown; empty for the others.
    pub shuffles: Vec<Vec<usize>>,
    /// Nobody new comes in.
    pub locked: bool,
    /// How somebody new comes in.
    #[serde(default)]
    pub admission: Admission,
    /// The class may chat.
    pub chat: bool,
    /// Who played at the last count.
    pub players: usize,
    /// What was right in the question it is at, once it is revealed.
    pub reveal: Option<Reveal>,
    /// The best at the last count.
    pub leaders: Vec<Leader>,
    /// On the podium: how many of the first places are not shown yet.
    #[serde(default)]
    pub missing: usize,
    /// What became of the questions that were counted, in their order.
    pub tallies: Vec<Tally>,
    /// How often a host called a player by another name in this round.
    #[serde(default)]
    pub renames: u32,
    /// Of those who were called anew since the last count: what outcomes call them, and what they are called.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub called: Vec<(Name, Name)>,
}

impl State {
    /// A game that has not begun: the door is open and the chat closed. The
    /// seed decides in which order the options of order questions are shown.
    pub fn new(quiz: &Quiz, seed: u64) -> Self {
        Self {
            phase: Phase::Lobby,
            round: first_round(),
            at: None,
            clock: Clock::default(),
            shuffles: shuffles(quiz, seed),
            locked: false,
            admission: Admission::default(),
            chat: false,
            players: 0,
            reveal: None,
            leaders: Vec::new(),
            missing: 0,
            tallies: Vec::new(),
            renames: 0,
            called: Vec::new(),
        }
    }

    /// The next game of the same class, which has not begun: door and chat are as the
    /// host left them, everything else is new.
    #[must_use]
    pub fn again(&self, quiz: &Quiz, seed: u64) -> Self {
        let Self { round, locked, admission, chat, .. } = *self;
        Self { round: round.saturating_add(1), locked, admission, chat, ..Self::new(quiz, seed) }
    }

    /// When answers are taken; `None`: none are, now.
    pub fn taking(&self, quiz: &Quiz) -> Option<Taking> {
        let (number, question) = self.question(quiz)?;
        let takes = self.phase == Phase::Open && self.clock.paused_at.is_none() && question.kind != Kind::Slide;
        let opened_at = self.clock.opens_at.filter(|_| takes)?;
        Some(Taking { question: number, opened_at, closes_at: self.clock.closes_at })
    }

    /// When a [`crate::Command::Tick`] is due; `None`: nothing runs out.
    pub fn due_at(&self) -> Option<u64> {
        match self.phase {
            _ if self.clock.paused_at.is_some() => None,
            Phase::Ready => Some(self.clock.opens_at.unwrap_or_default()),
            Phase::Open => self.clock.closes_at,
            _ => None,
        }
    }

    /// The question of which everybody may know what it brought; `None`: it is
    /// not counted yet, or there is none.
    pub fn revealed(&self) -> Option<usize> {
        self.at.filter(|_| self.is_over() || matches!(self.phase, Phase::Reveal | Phase::Places))
    }

    /// Whether the last question has been: nobody new can play.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Podium | Phase::Ended)
    }

    /// Whether [`crate::count`] is due.
    pub fn needs_count(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// The same game without players who were sent away: nobody reads their names again.
    #[must_use]
    pub fn without(&self, players: &[UserId]) -> Self {
        let mut state = self.clone();
        state.leaders.retain(|leader| !players.contains(&leader.id));
        state.missing = state.missing.min(state.places_to_come());
        state
    }

    /// The same game after a host has called a player by another name: nobody reads the one before again.
    #[must_use]
    pub fn calling(&self, player: &UserId, before: &Name, name: &Name) -> Self {
        let mut state = self.clone();
        state.renames = state.renames.saturating_add(1);
        state.leaders.iter_mut().filter(|leader| leader.id == *player).for_each(|leader| leader.name = name.clone());
        let mut is_known = state.called.iter().any(|(earlier, _)| earlier == before);
        for (_, now) in state.called.iter_mut().filter(|(_, now)| now == before) {
            (*now, is_known) = (name.clone(), true);
        }
        if !is_known && before != name {
            let excess = (state.called.len() + 1).saturating_sub(EARLIER_NAMES);
            state.called.drain(..excess);
            state.called.push((before.clone(), name.clone()));
        }
        state
    }

    /// What a question brought, by the names that players have now.
    #[must_use]
    pub fn told(&self, outcome: Outcome) -> Outcome {
        let now = |name: Name| {
            let called = self.called.iter().find(|(earlier, _)| *earlier == name);
            called.map_or(name, |(_, now)| now.clone())
        };
        Outcome { ahead: outcome.ahead.map(|(name, behind)| (now(name), behind)), ..outcome }
    }

    /// How many places of a podium come after the one that is shown at once, its last.
    pub(crate) fn places_to_come(&self) -> usize {
        self.leaders.len().min(PODIUM_PLACES).saturating_sub(1)
    }

    /// The question it is at, and its number from 0.
    pub(crate) fn question<'a>(&self, quiz: &'a Quiz) -> Option<(usize, &'a Question)> {
        let at = self.at?;
        Some((at, quiz.questions.get(at)?))
    }

    /// Which option stands where in the question it is at; empty: as they are written.
    pub(crate) fn shuffle(&self) -> &[usize] {
        self.at.map_or(&[], |at| self.shuffle_of(at))
    }

    /// Which option stands where in a question; empty: as they are written.
    pub fn shuffle_of(&self, question: usize) -> &[usize] {
        self.shuffles.get(question).map_or(&[], Vec::as_slice)
    }
}

fn first_round() -> u32 {
    1
}

/// What runs in a game. All times are of the store's clock, in milliseconds
/// since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Clock {
    /// When the question opens, or opened; later than that by what was paused.
    pub opens_at: Option<u64>,
    /// When it closes; `None`: when the host says so.
    pub closes_at: Option<u64>,
    /// How long there is to answer in all, with what was added; `None`: no end.
    pub given_ms: Option<u64>,
    /// Since when it stands still.
    pub paused_at: Option<u64>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Which one, from 0.
    pub question: usize,
    /// How many were right, wholly. Running games are stored under the earlier name, which
    /// nodes of both versions read.
    #[serde(rename = "knew")]
    pub correct: usize,
    /// How many gave an answer, right or wrong.
    pub answered: usize,
    /// How many could have.
    pub players: usize,
}

/// A player's seat: kept when they go, found again when they come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
    /// Who.
    pub id: UserId,
    /// The nickname.
    pub name: Name,
    /// When they came, in ms since 1970.
    pub joined_at: u64,
    /// How many sat there before: the order of who came in the same millisecond.
    #[serde(default)]
    pub after: u64,
    /// Points in all.
    #[serde(default)]
    pub score: u32,
    /// Right answers in a row.
    #[serde(default)]
    pub streak: u32,
    /// The place at the last count, from 1; 0: never counted.
    #[serde(default)]
    pub place: usize,
    /// What the last counted question brought.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<Outcome>,
    /// Whether a host chose the name.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub named_by_host: bool,
}

impl Seat {
    /// The same seat in the next game of the class: without points, in its old turn.
    #[must_use]
    pub fn again(self) -> Self {
        Self { score: 0, streak: 0, place: 0, outcome: None, ..self }
    }

    /// What seats are sorted by to stand in the order in which they were taken.
    pub fn turn(&self) -> (u64, u64, &UserId) {
        (self.joined_at, self.after, &self.id)
    }
}
