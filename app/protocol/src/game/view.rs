//! What everybody in a game sees, and what only one player does.

use serde::{Deserialize, Serialize};

use crate::formula::Formulas;
use crate::id::{Name, PictureId, UserId};
use crate::quiz::{Kind, Points};

/// A game as everybody may see it. Every change brings the whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Game {
    /// What the quiz is called.
    pub title: String,
    /// How far it is.
    pub phase: Phase,
    /// Which game of this class it is, from 1: +1 each time that the host plays again.
    #[serde(skip_serializing_if = "is_first_round", default = "first_round")]
    pub round: u32,
    /// Questions and slides in all.
    pub questions: usize,
    /// The one that is being asked, from 0; that of the last one between two
    /// questions; `None` in the lobby.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<usize>,
    /// What is asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked: Option<Asked>,
    /// When the question opens, or opened, by the server's clock in
    /// milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opens_at: Option<u64>,
    /// When no answer is taken any more; `None`: until the host goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closes_at: Option<u64>,
    /// The game is paused, and so many milliseconds are left of what ran; 0
    /// where nothing runs out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused: Option<u64>,
    /// Nobody new comes in.
    #[serde(default)]
    pub locked: bool,
    /// How somebody new comes in.
    #[serde(default)]
    pub admission: Admission,
    /// The class may chat.
    #[serde(default)]
    pub chat: bool,
    /// There are points to be had in this game.
    #[serde(default)]
    pub scored: bool,
    /// Who plays, at the last step.
    #[serde(default)]
    pub players: usize,
    /// What was right; only from [`Phase::Reveal`] to the next question.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reveal: Option<Reveal>,
    /// The best, in [`Phase::Places`] and after.
    #[serde(default)]
    pub leaders: Vec<Leader>,
    /// In [`Phase::Podium`]: how many of the first of them are not shown to the class yet.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub missing: usize,
    /// At the end: the question that most knew, and how many of how many.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub best_known: Option<(String, usize, usize)>,
    /// What was drawn of the formulas in the texts above.
    #[serde(skip_serializing_if = "Formulas::is_empty", default)]
    pub formulas: Formulas,
}

/// What a game is in that does not say which round it is in.
pub(crate) fn first_round() -> u32 {
    1
}

fn is_first_round(round: &u32) -> bool {
    *round == first_round()
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How somebody new comes into a game.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Admission {
    /// Whoever has the PIN.
    #[default]
    Open,
    /// Whom a host lets in.
    Approve,
}

/// How far a game is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// People come in.
    Lobby,
    /// The question can be read, and not answered yet.
    Ready,
    /// Answers are taken; of a slide: it is shown.
    Open,
    /// No answers are taken any more; the points are being counted.
    Closed,
    /// What was right.
    Reveal,
    /// Who leads.
    Places,
    /// Who won.
    Podium,
    /// It is over, and can only be read.
    Ended,
}

/// A question, without what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// How it is answered.
    pub kind: Kind,
    /// What is asked.
    pub text: String,
    /// The text of a slide; empty for a question.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub body: String,
    /// Shown beside it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub picture: Option<PictureId>,
    /// What the picture shows.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub picture_alt: String,
    /// Seconds to answer; 0: until the host goes on.
    pub seconds: u32,
    /// What it counts.
    pub points: Points,
    /// What can be chosen, from [`Phase::Open`] on. Of an order: shuffled, the
    /// same for everybody.
    #[serde(default)]
    pub options: Vec<String>,
}

/// What was right, and what people answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reveal {
    /// What is right, in words; empty for a poll.
    pub right: String,
    /// For each option how many took it; of what was typed, the most frequent.
    pub bars: Vec<Bar>,
    /// Why it is right.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub explanation: String,
    /// How many were right, wholly.
    pub correct: usize,
    /// How many gave an answer, right or wrong.
    pub answered: usize,
    /// How many could have.
    pub players: usize,
}

/// An answer, and how many gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// What it says.
    pub text: String,
    /// How many.
    pub count: usize,
    /// Whether it is right.
    #[serde(default)]
    pub right: bool,
}

/// A player who leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leader {
    /// From 1; who have the same points share one.
    pub place: usize,
    /// Who.
    pub id: UserId,
    /// What they are called.
    pub name: Name,
    /// Points in all.
    pub score: u32,
    /// Places won (above 0) or lost with the last question.
    #[serde(default)]
    pub moved: i64,
}

/// What became of one player in one question; nobody else sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Which question, from 0.
    pub question: usize,
    /// How it went.
    pub verdict: Verdict,
    /// Points for it, the bonus among them.
    pub points: u32,
    /// Of these, for the streak.
    #[serde(default)]
    pub bonus: u32,
    /// Right ones in a row, this one too.
    pub streak: u32,
    /// What one more would add; 0 where streaks do not count.
    #[serde(default)]
    pub next_bonus: u32,
    /// How long the answer took, in milliseconds; `None`: there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub took_ms: Option<u64>,
    /// Points in all.
    pub score: u32,
    /// The place, from 1.
    pub place: usize,
    /// Places won (above 0) or lost.
    #[serde(default)]
    pub moved: i64,
    /// Who is next before them, and by how many points.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ahead: Option<(Name, u32)>,
}

/// How an answer went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Right.
    Right,
    /// More of what is right than of what is wrong, but not exactly that.
    Partly,
    /// Wrong.
    Wrong,
    /// There was none.
    Missing,
    /// Nothing was right or wrong.
    Poll,
}
