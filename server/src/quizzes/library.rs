//! The quizzes that one person can use: their own and the samples.

use std::sync::Arc;

use bytes::Bytes;
use protocol::quiz::{Quiz, StoredQuiz};
use protocol::{PictureId, QuizId, UserId};

use super::picture::{self, NoPicture};
use super::{Quizzes, QuizzesError, samples};
use crate::clock;

/// Letters of a new quiz' id.
const ID_LETTERS: usize = 20;

/// Authors' quizzes with the samples beside them. Nobody learns here what
/// others have: what is somebody else's is missing.
#[derive(Clone)]
pub struct Library {
    /// What keeps them.
    pub kept: Arc<dyn Quizzes>,
}

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is none, or too large.
    #[error(transparent)]
    NoPicture(#[from] NoPicture),
    /// It could not be kept.
    #[error(transparent)]
    NotKept(#[from] QuizzesError),
}

impl Library {
    /// Over what keeps quizzes.
    pub fn new(kept: Arc<dyn Quizzes>) -> Self {
        Self { kept }
    }

    /// A quiz that `user` may read and start: their own, or a sample; without
    /// `version` the latest.
    ///
    /// # Errors
    /// [`QuizzesError::Missing`], [`QuizzesError::Unavailable`].
    pub async fn open(&self, user: &UserId, id: &QuizId, version: Option<u64>) -> Result<StoredQuiz, QuizzesError> {
        if id.is_sample() {
            return samples::find(id).cloned().ok_or(QuizzesError::Missing);
        }
        match self.kept.load(id, version).await? {
            Some(quiz) if quiz.owner == *user => Ok(quiz.stored),
            _ => Err(QuizzesError::Missing),
        }
    }

    /// Keeps a quiz as the version after `version`; a new one without `id`.
    ///
    /// # Errors
    /// As [`Quizzes::save`]; [`QuizzesError::NotYours`] for a sample too.
    pub async fn save(
        &self,
        user: &UserId,
        id: Option<&QuizId>,
        version: u64,
        quiz: Quiz,
    ) -> Result<StoredQuiz, QuizzesError> {
        let (id, version) = match id {
            Some(id) if id.is_sample() => return Err(QuizzesError::NotYours),
            // Only a new quiz begins at nothing: a deleted one does not come back by a late save.
            Some(_) if version == 0 => return Err(QuizzesError::Missing),
            Some(id) => (id.clone(), version),
            None => (fresh_id()?, 0),
        };
        let stored = StoredQuiz { id, version: version.saturating_add(1), saved_at: clock::now_ms(), quiz };
        self.kept.save(user, &stored).await?;
        Ok(stored)
    }

    /// A copy that is the user's.
    ///
    /// # Errors
    /// As [`Library::open`] and [`Library::save`].
    pub async fn copy(&self, user: &UserId, id: &QuizId) -> Result<StoredQuiz, QuizzesError> {
        let mut quiz = self.open(user, id, None).await?.quiz;
        if !id.is_sample() && !quiz.title.is_empty() {
            quiz.title.push_str(" (copy)");
        }
        self.save(user, None, 0, quiz).await
    }

    /// Makes an earlier version the latest one.
    ///
    /// # Errors
    /// As [`Library::open`] and [`Library::save`].
    pub async fn restore(&self, user: &UserId, id: &QuizId, version: u64) -> Result<StoredQuiz, QuizzesError> {
        let (earlier, latest) = tokio::try_join!(self.open(user, id, Some(version)), self.open(user, id, None))?;
        self.save(user, Some(id), latest.version, earlier.quiz).await
    }

    /// Keeps a picture.
    ///
    /// # Errors
    /// [`PictureError`].
    pub async fn add_picture(&self, bytes: Bytes) -> Result<PictureId, PictureError> {
        let id = picture::id_of(&bytes)?;
        self.kept.put_picture(&id, bytes).await?;
        Ok(id)
    }
}

fn fresh_id() -> Result<QuizId, QuizzesError> {
    // Letters and digits are what ids are made of.
    QuizId::parse(&crate::random::text(ID_LETTERS)).map_err(|why| QuizzesError::Unavailable(why.to_string()))
}
