//! How a game is, between two steps.

use protocol::game::{Leader, Outcome, Phase, Reveal};
use protocol::{Name, UserId};
use serde::{Deserialize, Serialize};

/// All of a game but its quiz, its players and their answers: one small
/// document that is read and committed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// How far it is.
    pub phase: Phase,
    /// The question it is at, from 0; `None` before the first.
    pub at: Option<usize>,
    /// What runs.
    pub clock: Clock,
    /// For each question of kind order: which of its options stands where, as
    /// it is shown; empty for the others.
    pub shuffles: Vec<Vec<usize>>,
    /// Nobody new comes in.
    pub locked: bool,
    /// The class may chat.
    pub chat: bool,
    /// Who played at the last count.
    pub players: usize,
    /// What was right in the question it is at, once it is revealed.
    pub reveal: Option<Reveal>,
    /// The best at the last count.
    pub leaders: Vec<Leader>,
    /// What became of the questions that were counted, in their order.
    pub tallies: Vec<Tally>,
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

/// When answers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    /// To which question.
    pub question: usize,
    /// Since when: answer times count from here.
    pub opened_at: u64,
    /// Before when; `None`: no end.
    pub closes_at: Option<u64>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Which one, from 0.
    pub question: usize,
    /// How many were right, wholly.
    pub knew: usize,
    /// How many answered.
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
    /// When they came, for the order of players.
    pub joined_at: u64,
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
}
