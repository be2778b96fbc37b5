//! What everybody in a game sees, and what only one player sees.

use serde::{Deserialize, Serialize};

use crate::formula::Formulas;
use crate::id::{Name, PictureId, UserId};
use crate::quiz::{Kind, Points};

/// A game as everybody may see it. Every change sends the whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Game {
    /// The title of the quiz that is played in this round.
    pub title: String,
    /// How far the game is; the fields below are set by it.
    pub phase: Phase,
    /// The round of the class, from 1: +1 each time that the host plays again.
    #[serde(skip_serializing_if = "is_first_round", default = "first_round")]
    pub round: u32,
    /// The number of questions and slides.
    pub questions: usize,
    /// The index of the current question, from 0; between two questions that of the last;
    /// `None` in the lobby.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<usize>,
    /// The current question, without the right answer. The name stays: a page that was opened before an
    /// upgrade goes on with the code of the version before, and would show no question under another name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked: Option<QuestionView>,
    /// When the question opens, or opened, by the server's clock
    /// in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opens_at: Option<u64>,
    /// When it closes; `None`: when the host closes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closes_at: Option<u64>,
    /// The time that is left of a paused game's clock, in milliseconds; 0 where there is no
    /// limit. `None`: not paused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused: Option<u64>,
    /// Whether people without a seat are refused one.
    #[serde(default)]
    pub locked: bool,
    /// Whether newcomers get a seat at once, or wait for a host.
    #[serde(default)]
    pub admission: Admission,
    /// Whether the class chat is open.
    #[serde(default)]
    pub chat: bool,
    /// Whether any question of this game gives points; without, there are no places.
    #[serde(default)]
    pub scored: bool,
    /// The number of players at the last step.
    #[serde(default)]
    pub players: usize,
    /// The right answer; only from [`Phase::Reveal`] to the next question.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reveal: Option<Reveal>,
    /// The leaders, in [`Phase::Places`] and after.
    #[serde(default)]
    pub leaders: Vec<Leader>,
    /// In [`Phase::Podium`]: how many of the first of them are not shown to the class yet.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub missing: usize,
    /// At the end: the question with most right answers, how many they were, and of how many players.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub best_known: Option<(String, usize, usize)>,
    /// The rendered formulas of the texts above.
    #[serde(skip_serializing_if = "Formulas::is_empty", default)]
    pub formulas: Formulas,
}

/// The round of a stored game without that field.
pub(crate) fn first_round() -> u32 {
    1
}

fn is_first_round(round: &u32) -> bool {
    *round == first_round()
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The rule for newcomers of a game.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Admission {
    /// Everybody with the PIN gets a seat at once.
    #[default]
    Open,
    /// Newcomers wait until a host admits them.
    Approve,
}

/// How far a game is. A question goes from `Ready` to `Reveal`, and perhaps to `Places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Players enter, before the first question.
    Lobby,
    /// The question can be read, and not answered yet.
    Ready,
    /// Answers are accepted; a slide is shown.
    Open,
    /// No more answers are accepted; the points are being counted.
    Closed,
    /// The right answer is shown, and what everybody answered.
    Reveal,
    /// The leaders are shown, before the next question.
    Places,
    /// The first three are shown, one by one.
    Podium,
    /// The game is over, and can only be read.
    Ended,
}

/// A question, without the right answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// How the question is answered, which decides the form of an [`Answer`](super::Answer).
    pub kind: Kind,
    /// The question itself, or the heading of a slide.
    pub text: String,
    /// The text of a slide; empty for a question.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub body: String,
    /// The id of its picture, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub picture: Option<PictureId>,
    /// The description of the picture, for people who do not see it.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub picture_alt: String,
    /// The time limit in seconds; 0: until the host goes on.
    pub seconds: u32,
    /// How many points it gives at most.
    pub points: Points,
    /// The options, from [`Phase::Open`] on. Of an order: shuffled, the same for everybody.
    #[serde(default)]
    pub options: Vec<String>,
}

/// The right answer, and what people answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reveal {
    /// The right answer in words; empty for a poll.
    pub right: String,
    /// For each option how many chose it; for typed answers and numbers, the most frequent.
    pub bars: Vec<Bar>,
    /// The author's explanation of the right answer.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub explanation: String,
    /// How many answers were wholly right.
    pub correct: usize,
    /// How many players answered, right or wrong.
    pub answered: usize,
    /// How many players could have answered.
    pub players: usize,
}

/// An answer, and how many gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// The answer in words: the text of an option, or what players typed.
    pub text: String,
    /// The number of players who gave it.
    pub count: usize,
    /// Whether it counts as right; never in a poll.
    #[serde(default)]
    pub right: bool,
}

/// One of the players with most points, at most [`LEADERS`](crate::limits::LEADERS) of them in a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leader {
    /// The place from 1; equal points share a place.
    pub place: usize,
    /// The player's user id, by which a client finds itself among the leaders and draws the avatars.
    pub id: UserId,
    /// The player's nickname in this game.
    pub name: Name,
    /// All points of this round so far.
    pub score: u32,
    /// Places gained (above 0) or lost with the last question.
    #[serde(default)]
    pub moved: i64,
}

/// The outcome of one question for one player; nobody else sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The index of the question, from 0.
    pub question: usize,
    /// Right, wrong, partly right or missing.
    pub verdict: Verdict,
    /// Points for it, with the bonus.
    pub points: u32,
    /// The part of `points` that is for the streak.
    #[serde(default)]
    pub bonus: u32,
    /// Right answers in a row, with this one.
    pub streak: u32,
    /// The bonus of the next right answer; 0 where streaks do not count.
    #[serde(default)]
    pub next_bonus: u32,
    /// How long the answer took, in milliseconds; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub took_ms: Option<u64>,
    /// All of the player's points in this round, with these.
    pub score: u32,
    /// The player's place, from 1; equal points share a place.
    pub place: usize,
    /// Places gained (above 0) or lost.
    #[serde(default)]
    pub moved: i64,
    /// The next player ahead, and by how many points.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ahead: Option<(Name, u32)>,
}

/// How an answer was judged, once its question was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The answer is exactly what is right; only this continues a streak.
    Right,
    /// More of what is right than of what is wrong, but not exactly that.
    Partly,
    /// No more of the answer is right than is wrong; it gives no points.
    Wrong,
    /// No answer of the player was accepted while the question was open.
    Missing,
    /// A poll has no right answer.
    Poll,
}
