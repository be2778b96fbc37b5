//! What a game says and is told: the words on `/games`.
//!
//! A right answer appears here only in a [`Reveal`]. Knows no rules: those are
//! the server's.

pub mod frame;
mod running;
mod view;

use serde::{Deserialize, Serialize};

use crate::quiz::Decimal;

pub use frame::{GameClientMessage, GameServerMessage};
pub use running::RunningGame;
pub use view::{Admission, Asked, Bar, Game, Leader, Outcome, Phase, Reveal, Verdict};

/// An answer, as the question's kind wants it. Options are counted from 0, as
/// they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// One option.
    Choice(usize),
    /// Some options.
    Choices(Vec<usize>),
    /// A word or a few.
    Text(String),
    /// A number.
    Number(Decimal),
    /// All options, the first one first.
    Order(Vec<usize>),
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Taken {
    /// It counts.
    Accepted,
    /// An earlier one counts.
    Duplicate,
    /// The time was over.
    Late,
}

/// An answer that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    /// To which question, from 0.
    pub question: usize,
    /// What it is.
    pub answer: Answer,
    /// How long after the question opened, in milliseconds.
    pub took_ms: u64,
}
