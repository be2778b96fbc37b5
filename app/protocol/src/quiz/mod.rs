//! A quiz as its author writes it: a title, questions, and what is right.
//!
//! The one place of this crate where right answers stand before they are
//! revealed. It is for authors' pages and the server; nothing of it goes to
//! players, who get [`crate::game`] instead. Knows no game and no players.

mod bounded;
mod cleaning;
mod decimal;
mod digits;
mod problem;
mod results;
mod summary;

use serde::{Deserialize, Serialize};

use crate::id::{PictureId, QuizId};
use crate::limits;

pub use decimal::{Decimal, NoDecimal};
pub use digits::digit;
pub use problem::{Problem, problems};
pub use results::{PlayerAnswer, PlayerResult, QuestionResult, Results, ResultsSummary};
pub use summary::{QuizSummary, QuizVersion, SavedQuiz};

/// Questions that are read of one quiz: more than can be played, not endless ones.
const WRITTEN: usize = 4 * limits::QUESTIONS;
/// Options or accepted answers that are read of one question: more than may be, not endless ones.
const LISTED: usize = 100;

/// A quiz. May be half written: [`problems`] says what keeps it from being played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Quiz {
    /// What it is called.
    pub title: String,
    /// What counts.
    pub scoring: Scoring,
    /// Whether several right answers in a row bring more.
    pub streaks: bool,
    /// Whether nicknames are looked over for bad words.
    pub filter: bool,
    /// In the order in which they are asked.
    #[serde(deserialize_with = "bounded::list::<_, _, WRITTEN>")]
    pub questions: Vec<Question>,
}

/// A quiz, and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredQuiz {
    /// Its name.
    pub id: QuizId,
    /// +1 for every save. A save names the version it is a change of.
    pub version: u64,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
    /// What it says.
    pub quiz: Quiz,
}

/// What counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scoring {
    /// To be right, and soon.
    #[default]
    Speed,
    /// To be right.
    Accuracy,
    /// Nothing: there are no points.
    None,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// One of two to four options, of which one or more are right.
    #[default]
    Choice,
    /// All that are right, of two to four options.
    Several,
    /// True or false: two options of these names.
    TrueFalse,
    /// A word or a few, in any of several accepted answers.
    Typed,
    /// A number, right within a tolerance.
    Number,
    /// Two to four options, to be put in order; they are written in the right one.
    Order,
    /// One of two to four options, none of them right.
    Poll,
    /// Nothing is asked; there is something to read.
    Slide,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] =
        [Self::Choice, Self::Several, Self::TrueFalse, Self::Typed, Self::Number, Self::Order, Self::Poll, Self::Slide];

    /// Whether it has [`Question::options`].
    pub fn has_options(self) -> bool {
        !matches!(self, Self::Typed | Self::Number | Self::Slide)
    }

    /// Whether an answer can be right.
    pub fn has_right(self) -> bool {
        !matches!(self, Self::Poll | Self::Slide)
    }
}

/// How much a question counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Points {
    /// Nothing.
    None,
    /// 1,000 points at most.
    #[default]
    Normal,
    /// 2,000 points at most.
    Double,
}

impl Points {
    /// The most that it brings, without a bonus.
    pub fn most(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Normal => 1000,
            Self::Double => 2000,
        }
    }
}

/// A question. What its [`Kind`] does not have is empty, and left aside where it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Question {
    /// How it is answered.
    pub kind: Kind,
    /// What is asked; the heading of a slide.
    pub text: String,
    /// Shown beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
    /// What the picture shows, for those who do not see it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub picture_alt: String,
    /// Seconds to answer; 0: until the host goes on.
    pub seconds: u32,
    /// What it counts.
    pub points: Points,
    /// Shown with the right answer; the text of a slide.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub explanation: String,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "bounded::list::<_, _, LISTED>")]
    pub options: Vec<Choice>,
    /// Of [`Kind::Typed`]: what is right; the first one is shown.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "bounded::list::<_, _, LISTED>")]
    pub accepted_answers: Vec<String>,
    /// Of [`Kind::Number`]: what is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Decimal>,
    /// Of [`Kind::Number`]: how far from it is right too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Decimal>,
}

/// Something that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is right; nothing in a poll or an order.
    #[serde(skip_serializing_if = "is_false")]
    pub right: bool,
}

impl Default for Quiz {
    fn default() -> Self {
        Self { title: String::new(), scoring: Scoring::Speed, streaks: true, filter: true, questions: Vec::new() }
    }
}

impl Default for Question {
    fn default() -> Self {
        Self {
            kind: Kind::Choice,
            text: String::new(),
            picture: None,
            picture_alt: String::new(),
            seconds: 20,
            points: Points::Normal,
            explanation: String::new(),
            options: Vec::new(),
            accepted_answers: Vec::new(),
            number: None,
            tolerance: None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}
