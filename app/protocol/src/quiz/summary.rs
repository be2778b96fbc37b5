//! A quiz in a list of quizzes, and in the list of its own versions.

use serde::{Deserialize, Serialize};

use crate::id::QuizId;

/// A quiz in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuizSummary {
    /// Its name.
    pub id: QuizId,
    /// What it is called; empty where it has no title yet.
    pub title: String,
    /// How many questions and slides it has.
    pub questions: usize,
    /// What keeps it from being played: see [`super::problems`]. 0: nothing.
    pub problems: usize,
    /// Its version.
    pub version: u64,
    /// When it was saved, in milliseconds since 1970; 0 of a sample.
    pub saved_at: u64,
}

/// A version of a quiz that is still kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuizVersion {
    /// Which.
    pub version: u64,
    /// What the quiz was called.
    pub title: String,
    /// How many questions and slides it had.
    pub questions: usize,
    /// When it was saved, in milliseconds since 1970.
    pub saved_at: u64,
}

/// A quiz was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedQuiz {
    /// Its name.
    pub id: QuizId,
    /// Its version now: the one to name with the next save.
    pub version: u64,
    /// When, in milliseconds since 1970.
    pub saved_at: u64,
}
