//! A quiz as its author writes it: a title, questions, and the right answers.
//!
//! The one place of this crate with right answers before they are revealed. It is for authors' pages and the
//! server; nothing of it goes to players, who get [`crate::game`] instead. Knows no game and no players.

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

pub use decimal::{Decimal, InvalidDecimal};
pub use digits::digit;
pub use problem::{Problem, problems};
pub use results::{PlayerAnswer, PlayerResult, QuestionResult, Results, ResultsSummary};
pub use summary::{QuizSummary, QuizVersion, SavedQuiz};

/// How many questions of one quiz are parsed: more than allowed, but not endless.
const WRITTEN: usize = 4 * limits::QUESTIONS;
/// How many options or accepted answers of one question are parsed: more than allowed, but not endless.
const LISTED: usize = 100;

/// A quiz, perhaps a draft: [`problems`] says what keeps it from being played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Quiz {
    /// The title, which players see in the lobby; a draft may have none.
    pub title: String,
    /// Whether right answers give points, and whether fast ones give more.
    pub scoring: Scoring,
    /// Whether several right answers in a row give a bonus.
    pub streaks: bool,
    /// Whether rude nicknames are refused when players enter; hosts may give any.
    pub filter: bool,
    /// The questions in the order of the game.
    #[serde(deserialize_with = "bounded::list::<_, _, WRITTEN>")]
    pub questions: Vec<Question>,
}

/// A quiz with its id and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredQuiz {
    /// The id of the quiz, the same in all of its versions.
    pub id: QuizId,
    /// Grows by 1 with every save. A save names the version that it changes.
    pub version: u64,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
    /// The quiz as it was saved.
    pub quiz: Quiz,
}

/// What points are given for, in all questions of a quiz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scoring {
    /// For right answers, more for fast ones.
    #[default]
    Speed,
    /// For right answers, however fast they come.
    Accuracy,
    /// Nobody gets points, whatever the [`Points`] of a question are.
    None,
}

/// The kinds of questions, by how they are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// One of two to four options; one or more are right.
    #[default]
    Choice,
    /// All right ones of two to four options.
    Several,
    /// True or false: two options with these texts.
    TrueFalse,
    /// A word or a few, compared with several accepted answers.
    Typed,
    /// A number, right within a tolerance.
    Number,
    /// Two to four options to be put in order; they are written in the right one.
    Order,
    /// One of two to four options, none of them right.
    Poll,
    /// No question, but a text to be read.
    Slide,
}

impl Kind {
    /// All kinds, in the order of the editor.
    pub const ALL: [Self; 8] =
        [Self::Choice, Self::Several, Self::TrueFalse, Self::Typed, Self::Number, Self::Order, Self::Poll, Self::Slide];

    /// Whether its questions have [`Question::options`]; without them players type, or only read.
    pub fn has_options(self) -> bool {
        !matches!(self, Self::Typed | Self::Number | Self::Slide)
    }

    /// Whether an answer can be right.
    pub fn has_right(self) -> bool {
        !matches!(self, Self::Poll | Self::Slide)
    }
}

/// How many points a question gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Points {
    /// A right answer gives no points, and the bonus of a streak neither.
    None,
    /// A right answer gives up to 1,000 points, without a bonus.
    #[default]
    Normal,
    /// A right answer gives up to 2,000 points, without a bonus.
    Double,
}

impl Points {
    /// The most points, without a bonus.
    pub fn most(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Normal => 1000,
            Self::Double => 2000,
        }
    }
}

/// A question. Fields that its [`Kind`] does not have are empty, and ignored if they are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Question {
    /// How the question is answered.
    pub kind: Kind,
    /// The question itself; the heading of a slide.
    pub text: String,
    /// The id of its picture; `None`: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
    /// The description of the picture, for people who do not see it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub picture_alt: String,
    /// The time limit in seconds; 0: until the host goes on.
    pub seconds: u32,
    /// How many points a right answer gives at most.
    pub points: Points,
    /// Shown with the right answer; the text of a slide.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub explanation: String,
    /// The options to choose from, or to put in order, as the author wrote them.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "bounded::list::<_, _, LISTED>")]
    pub options: Vec<Choice>,
    /// Of [`Kind::Typed`]: the right answers; the first one is shown.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "bounded::list::<_, _, LISTED>")]
    pub accepted_answers: Vec<String>,
    /// Of [`Kind::Number`]: the right number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Decimal>,
    /// Of [`Kind::Number`]: the distance from it that is right too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Decimal>,
}

/// One option of a question that offers some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Choice {
    /// The text of the option, at most [`limits::OPTION_CHARS`] characters in a quiz that can be played.
    pub text: String,
    /// Whether it is right; ignored in a poll or an order.
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
