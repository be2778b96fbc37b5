//! The types of the frames on `/games`.
//!
//! A right answer appears here only in a [`Reveal`]. Knows no rules: those are the server's.

pub mod frame;
mod running;
mod view;

use serde::{Deserialize, Serialize};

use crate::quiz::Decimal;

pub use frame::{GameClientMessage, GameServerMessage};
pub use running::RunningGame;
pub use view::{Admission, Bar, Game, Leader, Outcome, Phase, QuestionView, Reveal, Verdict};

/// An answer, in the form of the question's kind. Options are counted from 0, as they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The index of the one option that was chosen, also of a poll.
    Choice(usize),
    /// The indices of all options that were chosen, in any order.
    Choices(Vec<usize>),
    /// A typed word or a few.
    Text(String),
    /// A number, kept as the digits that were typed and never rounded.
    Number(Decimal),
    /// The indices of all options, the first one first.
    Order(Vec<usize>),
}

/// Whether an answer counts, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AnswerStatus {
    /// The answer counts for its player.
    Accepted,
    /// An earlier answer of the player counts.
    Duplicate,
    /// The question had closed when the answer came, by the clock of the store.
    Late,
}

/// An answer that counts, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedAnswer {
    /// The index of the question, from 0.
    pub question: usize,
    /// The answer in the form of the question's kind.
    pub answer: Answer,
    /// How long after the question opened, in milliseconds.
    pub took_ms: u64,
}
