//! The trait that a server implements for authors' calls.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use protocol::quiz::{Quiz, QuizVersion, Results, ResultsSummary};
use protocol::{Member, QuizId, ResultsId, limits, wire};

use super::{ApiError, OpenedQuiz, QuizList, Saved};

/// The server behind authors' pages; in the context of every request as `Arc<dyn QuizService>`. It reads the
/// request's own context to find out whether the viewer is an author.
#[async_trait]
pub trait QuizService: Send + Sync {
    /// The viewer's quizzes and the samples.
    async fn quizzes(&self, viewer: &Member) -> Result<QuizList, ApiError>;

    /// A quiz of the viewer, or a sample.
    async fn quiz(&self, viewer: &Member, id: &QuizId) -> Result<OpenedQuiz, ApiError>;

    /// Saves a new quiz, or a change of one.
    async fn save(&self, viewer: &Member, id: Option<&QuizId>, version: u64, quiz: Quiz) -> Result<Saved, ApiError>;

    /// Deletes a quiz of the viewer, with all of its versions.
    async fn delete(&self, viewer: &Member, id: &QuizId) -> Result<(), ApiError>;

    /// Makes a copy that belongs to the viewer.
    async fn copy(&self, viewer: &Member, id: &QuizId) -> Result<Saved, ApiError>;

    /// The stored versions, the latest first.
    async fn versions(&self, viewer: &Member, id: &QuizId) -> Result<Vec<QuizVersion>, ApiError>;

    /// Saves an earlier version as the latest.
    async fn restore(&self, viewer: &Member, id: &QuizId, version: u64) -> Result<Saved, ApiError>;

    /// The viewer's games that are over, the latest first.
    async fn results(&self, viewer: &Member) -> Result<Vec<ResultsSummary>, ApiError>;

    /// The results of one of the viewer's games.
    async fn result(&self, viewer: &Member, id: &ResultsId) -> Result<Results, ApiError>;

    /// Deletes the results of one game.
    async fn delete_result(&self, viewer: &Member, id: &ResultsId) -> Result<(), ApiError>;

    /// The value of the `Set-Cookie` header that makes the viewer an author.
    async fn become_author(&self, viewer: &Member, key: &str) -> Result<String, ApiError>;
}

pub(super) fn both() -> Result<(Member, Arc<dyn QuizService>), ApiError> {
    let service = use_context::<Arc<dyn QuizService>>().ok_or(ApiError::Other)?;
    Ok((crate::api::service::viewer()?, service))
}

/// Parses the quiz in a form.
pub(super) fn parse(text: &str) -> Result<Quiz, ApiError> {
    if text.len() > limits::QUIZ_BYTES {
        return Err(ApiError::Invalid("This quiz has become too long to be kept. Make two of it.".into()));
    }
    wire::decode(text).ok_or_else(|| ApiError::Invalid("This is not a quiz as it is written here.".into()))
}
