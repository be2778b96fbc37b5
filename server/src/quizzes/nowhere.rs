//! Quizzes of a deployment without a database: the samples can be played, and nothing can be stored.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{PictureId, QuizId, ResultsId, UserId};

use super::{OwnedQuiz, Quizzes, QuizzesError, StoreOutcome};

/// Stores nothing. Lists are empty; whatever would be stored or is asked for by its id is [`QuizzesError::NoDatabase`].
pub struct NoQuizzes;

#[async_trait]
impl Quizzes for NoQuizzes {
    async fn list(&self, _: &UserId) -> Result<Vec<QuizSummary>, QuizzesError> {
        Ok(Vec::new())
    }

    async fn load(&self, _: &QuizId, _: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn save(&self, _: &UserId, _: &StoredQuiz) -> Result<u64, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn versions(&self, _: &UserId, _: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn delete(&self, _: &UserId, _: &QuizId) -> Result<(), QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn store_results(&self, _: &UserId, _: &Results) -> Result<StoreOutcome, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn results(&self, _: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError> {
        Ok(Vec::new())
    }

    async fn result(&self, _: &UserId, _: &ResultsId) -> Result<Option<Results>, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn forget(&self, _: &UserId, _: &ResultsId) -> Result<bool, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    async fn put_picture(&self, _: &PictureId, _: Bytes) -> Result<bool, QuizzesError> {
        Err(QuizzesError::NoDatabase)
    }

    /// The samples' pictures are in the program.
    async fn picture(&self, _: &PictureId) -> Result<Option<Bytes>, QuizzesError> {
        Ok(None)
    }

    /// Everybody is here for the first time.
    async fn visit(&self, _: &UserId, now_ms: u64) -> Result<u64, QuizzesError> {
        Ok(now_ms)
    }
}
