//! The state of a game between two steps.

use protocol::game::{Admission, Leader, Outcome, Phase, Reveal};
use protocol::quiz::{Kind, Question, Quiz};
use protocol::{Name, UserId};
use serde::{Deserialize, Serialize};

use crate::AnswerWindow;
use crate::shuffle::shuffles;

/// The most places of a podium.
const PODIUM_PLACES: usize = 3;
/// How many earlier names a game remembers.
const EARLIER_NAMES: usize = 100;

/// A game without its quiz, its players and their answers: one small document that is loaded and
/// committed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The phase of the current question, or of the game.
    pub phase: Phase,
    /// The round of the class, from 1.
    #[serde(default = "first_round")]
    pub round: u32,
    /// The index of the current question, from 0; `None` before the first.
    pub at: Option<usize>,
    /// The times of the current question.
    pub clock: Clock,
    /// For each question of kind order the index of the option at each place; empty for the others.
    pub shuffles: Vec<Vec<usize>>,
    /// Whether people without a seat are refused one.
    pub locked: bool,
    /// Whether newcomers get a seat at once, or wait for a host.
    #[serde(default)]
    pub admission: Admission,
    /// Whether the class chat is open.
    pub chat: bool,
    /// The number of players at the last count.
    pub players: usize,
    /// The right answer of the current question, once it is revealed.
    pub reveal: Option<Reveal>,
    /// The leaders at the last count.
    pub leaders: Vec<Leader>,
    /// On the podium: how many of the first places are not shown yet.
    #[serde(default)]
    pub missing: usize,
    /// The results of the questions that were counted, in order.
    pub tallies: Vec<Tally>,
    /// How often a host has renamed players in this round.
    #[serde(default)]
    pub renames: u32,
    /// Players who were renamed since the last count: the name in outcomes, and the present one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub called: Vec<(Name, Name)>,
}

impl State {
    /// A new game in the lobby: unlocked, with the chat closed. The seed decides the
    /// order of shuffled options.
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

    /// The next round of the same class, in the lobby: lock, admission and chat stay, everything else is new.
    #[must_use]
    pub fn again(&self, quiz: &Quiz, seed: u64) -> Self {
        let Self { round, locked, admission, chat, .. } = *self;
        Self { round: round.saturating_add(1), locked, admission, chat, ..Self::new(quiz, seed) }
    }

    /// When answers are accepted; `None`: no question takes any now.
    pub fn taking(&self, quiz: &Quiz) -> Option<AnswerWindow> {
        let (number, question) = self.question(quiz)?;
        let takes = self.phase == Phase::Open && self.clock.paused_at.is_none() && question.kind != Kind::Slide;
        let opened_at = self.clock.opens_at.filter(|_| takes)?;
        Some(AnswerWindow { question: number, opened_at, closes_at: self.clock.closes_at })
    }

    /// When a [`crate::Command::Tick`] is due; `None`: no time limit runs.
    pub fn due_at(&self) -> Option<u64> {
        match self.phase {
            _ if self.clock.paused_at.is_some() => None,
            Phase::Ready => Some(self.clock.opens_at.unwrap_or_default()),
            Phase::Open => self.clock.closes_at,
            _ => None,
        }
    }

    /// The index of the current question, once its outcomes may be shown.
    pub fn revealed(&self) -> Option<usize> {
        self.at.filter(|_| self.is_over() || matches!(self.phase, Phase::Reveal | Phase::Places))
    }

    /// Whether the last question is over: nobody new can play.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Podium | Phase::Ended)
    }

    /// Whether [`crate::count`] is due now.
    pub fn needs_count(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// The state without the names of kicked players among the leaders.
    #[must_use]
    pub fn without(&self, players: &[UserId]) -> Self {
        let mut state = self.clone();
        state.leaders.retain(|leader| !players.contains(&leader.id));
        state.missing = state.missing.min(state.places_to_come());
        state
    }

    /// The state after a host has renamed a player: the name before is not shown again.
    #[must_use]
    pub fn with_name(&self, player: &UserId, before: &Name, name: &Name) -> Self {
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

    /// An outcome, with the present names of renamed players.
    #[must_use]
    pub fn current_outcome(&self, outcome: Outcome) -> Outcome {
        let now = |name: Name| {
            let called = self.called.iter().find(|(earlier, _)| *earlier == name);
            called.map_or(name, |(_, now)| now.clone())
        };
        Outcome { ahead: outcome.ahead.map(|(name, behind)| (now(name), behind)), ..outcome }
    }

    /// How many places of a podium follow the one that is shown at once, the last.
    pub(crate) fn places_to_come(&self) -> usize {
        self.leaders.len().min(PODIUM_PLACES).saturating_sub(1)
    }

    /// The current question, with its index from 0.
    pub(crate) fn question<'a>(&self, quiz: &'a Quiz) -> Option<(usize, &'a Question)> {
        let at = self.at?;
        Some((at, quiz.questions.get(at)?))
    }

    /// The shuffle of the current question; empty: the written order.
    pub(crate) fn shuffle(&self) -> &[usize] {
        self.at.map_or(&[], |at| self.shuffle_of(at))
    }

    /// The shuffle of a question; empty: the written order.
    pub fn shuffle_of(&self, question: usize) -> &[usize] {
        self.shuffles.get(question).map_or(&[], Vec::as_slice)
    }
}

fn first_round() -> u32 {
    1
}

/// The times of a question, by the store's clock, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Clock {
    /// When the question opens or opened, moved by the length of pauses.
    pub opens_at: Option<u64>,
    /// When it closes; `None`: when the host closes it.
    pub closes_at: Option<u64>,
    /// The time limit, with extensions; `None`: no limit. Stored under its earlier name for the
    /// same reason as [`Tally::correct`].
    #[serde(rename = "givenMs", alias = "timeLimitMs")]
    pub time_limit_ms: Option<u64>,
    /// Since when the clock is stopped, if it is.
    pub paused_at: Option<u64>,
}

/// How a question ended: what was counted and is not counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// The index of the question, from 0.
    pub question: usize,
    /// How many answers were wholly right. It is still stored under its earlier name: nodes of the version
    /// before share running games with this one while they are restarted, and read no other name.
    #[serde(rename = "knew", alias = "correct")]
    pub correct: usize,
    /// How many players answered, right or wrong.
    pub answered: usize,
    /// How many players could have answered.
    pub players: usize,
}

/// A player's seat: it stays when they leave, and is theirs again when they come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
    /// The player's user id: a person has one seat in a game.
    pub id: UserId,
    /// The player's nickname, unique in the game.
    pub name: Name,
    /// When the seat was taken, in milliseconds since 1970.
    pub joined_at: u64,
    /// How many seats there were before: the order of seats of the same millisecond.
    #[serde(default)]
    pub after: u64,
    /// All points of this round, up to the last question that was counted.
    #[serde(default)]
    pub score: u32,
    /// The number of right answers in a row.
    #[serde(default)]
    pub streak: u32,
    /// The place at the last count, from 1; 0: never counted.
    #[serde(default)]
    pub place: usize,
    /// The outcome of the last question that was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<Outcome>,
    /// Whether a host chose the name.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub named_by_host: bool,
}

impl Seat {
    /// The same seat in the next round: without points, in its old order.
    #[must_use]
    pub fn again(self) -> Self {
        Self { score: 0, streak: 0, place: 0, outcome: None, ..self }
    }

    /// The sort key of seats, for the order in which they were taken.
    pub fn seating_order(&self) -> (u64, u64, &UserId) {
        (self.joined_at, self.after, &self.id)
    }
}
