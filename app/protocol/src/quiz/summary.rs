//! Entries for the list of quizzes, and for the list of a quiz's versions.

use serde::{Deserialize, Serialize};

use crate::id::QuizId;

/// What a list of quizzes shows of one, without its questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuizSummary {
    /// The id of the quiz, the same in all of its versions.
    pub id: QuizId,
    /// The title; empty where it has none yet.
    pub title: String,
    /// The number of questions and slides.
    pub questions: usize,
    /// The number of [`super::problems`]; with 0 it can be played.
    pub problems: usize,
    /// The number of the latest version.
    pub version: u64,
    /// When it was saved, in milliseconds since 1970; 0 for a sample.
    pub saved_at: u64,
}

/// A stored version of a quiz.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuizVersion {
    /// The number by which this version is read or restored.
    pub version: u64,
    /// The title of the quiz then.
    pub title: String,
    /// The number of questions and slides then.
    pub questions: usize,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
}

/// What the server answers to a save that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedQuiz {
    /// The id of the quiz; for a new one, the one that it has got.
    pub id: QuizId,
    /// The new version, to be named with the next save.
    pub version: u64,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
}
