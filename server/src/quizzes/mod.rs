//! Stores authors' quizzes with their versions, the results of their games, and pictures.
//!
//! Knows who owns what; who may be an author is [`crate::session`]'s matter, how a quiz is played the game's.
//! [`Library`] adds the samples.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{Quiz, QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz, problems};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};
use storage::StorageError;

use crate::quota::QuotaError;

pub mod embedded;
pub mod import;
mod library;
pub mod nowhere;
pub mod picture;
pub mod postgres;
pub mod samples;
pub mod sheet;
mod versions;

pub use library::Library;

/// How many results of one host's games are stored at most; the oldest are removed first.
pub const RESULTS: usize = 200;

/// How long a picture stays that no quiz names: it was uploaded just now and its quiz is not saved yet, or a
/// game is running that began before its quiz was deleted.
pub const PICTURE_GRACE: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// How often the visit of an author who stays is noted, in milliseconds.
const VISIT_EVERY_MS: u64 = 60 * 60 * 1000;

/// What people read where stored data is damaged.
pub(crate) const DAMAGED: &str = "What is stored here is damaged. Tell whoever runs this server.";

/// Why something could not be stored or found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuizzesError {
    /// The quiz was saved elsewhere meanwhile.
    #[error("version {current} of this quiz is kept already")]
    Stale {
        /// The version that is stored.
        current: u64,
    },
    /// The quiz belongs to somebody else.
    #[error("this quiz is somebody else's")]
    NotYours,
    /// There is nothing under this id.
    #[error("there is no such quiz")]
    Missing,
    /// The author has as many as can be stored.
    #[error("an author keeps {} quizzes at most", limits::QUIZZES)]
    TooMany,
    /// As JSON it has more than [`limits::QUIZ_BYTES`].
    #[error("a quiz has {} KiB at most", limits::QUIZ_BYTES / 1024)]
    TooLong,
    /// The deployment has no database, and nothing lasts in it.
    #[error("This server has no database: quizzes, pictures and results cannot be stored on it.")]
    NoDatabase,
    /// A quota has no room for it.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The store did not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl QuizzesError {
    /// The error of the store under it.
    pub(crate) fn into_storage(self) -> StorageError {
        match self {
            Self::Storage(error) => error,
            other => StorageError::Unavailable(other.to_string()),
        }
    }
}

/// A stored quiz, with the author who alone may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedQuiz {
    /// The author who owns it.
    pub owner: UserId,
    /// The quiz, as this version has it.
    pub stored: StoredQuiz,
}

/// Stores quizzes, results and pictures.
#[async_trait]
pub trait Quizzes: Send + Sync {
    /// An author's quizzes, the one saved last first.
    async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError>;

    /// A version of a quiz, whoever owns it; without `version` the latest.
    async fn load(&self, id: &QuizId, version: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError>;

    /// Stores `quiz` as the next version: as version 1 if it is new, or else one above the stored version. At
    /// most [`limits::QUIZ_VERSIONS`] can be loaded: many new ones, few old ones.
    ///
    /// Returns how many bytes were freed with the version that was dropped for it.
    ///
    /// # Errors All of [`QuizzesError`]; nothing is stored then.
    async fn save(&self, owner: &UserId, quiz: &StoredQuiz) -> Result<u64, QuizzesError>;

    /// The stored versions of an author's quiz, the latest first.
    ///
    /// # Errors [`QuizzesError::Missing`], [`QuizzesError::NotYours`].
    async fn versions(&self, owner: &UserId, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError>;

    /// Deletes an author's quiz with all its versions.
    ///
    /// # Errors [`QuizzesError::Missing`], [`QuizzesError::NotYours`].
    async fn delete(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError>;

    /// Stores the results of a host's game. Earlier results of the game are replaced if they are less
    /// complete ([`Results::progress`]), and stay otherwise, so that any node may store them, more than once
    /// and in any order.
    async fn store_results(&self, owner: &UserId, results: &Results) -> Result<StoreOutcome, QuizzesError>;

    /// The results of a host's games, the latest first.
    async fn results(&self, owner: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError>;

    /// The results of one of a host's games.
    async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Option<Results>, QuizzesError>;

    /// Deletes results; `false`: there were none.
    async fn forget(&self, owner: &UserId, id: &ResultsId) -> Result<bool, QuizzesError>;

    /// Stores a picture under its id, for [`PICTURE_GRACE`] and then as long as a quiz names it; see
    /// [`picture::clean`]. False: it was there before.
    async fn put_picture(&self, id: &PictureId, bytes: Bytes) -> Result<bool, QuizzesError>;

    /// The bytes of a picture as they are served; `None` where none has this id.
    async fn picture(&self, id: &PictureId) -> Result<Option<Bytes>, QuizzesError>;

    /// Notes that an author stores or plays something now; returns when they first did, both
    /// in milliseconds since 1970.
    async fn visit(&self, owner: &UserId, now_ms: u64) -> Result<u64, QuizzesError>;
}

/// What the store did with the results of a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreOutcome {
    /// They were stored as the first ones of their game.
    New,
    /// They replaced earlier ones, which had so many bytes.
    Renewed {
        /// The size of the earlier ones as JSON.
        bytes: u64,
    },
    /// The stored ones were as complete, or more; they stay.
    Before,
}

/// A version of a quiz, encoded for storage.
struct EncodedVersion {
    /// The [`StoredQuiz`], encoded as JSON.
    whole: String,
    /// Its [`QuizSummary`], encoded as JSON.
    summary: String,
    /// Its [`QuizVersion`], encoded as JSON.
    version: String,
    /// The pictures that it names.
    pictures: BTreeSet<PictureId>,
}

impl EncodedVersion {
    /// Encodes a quiz as JSON, with its summary and the ids of its pictures.
    ///
    /// # Errors [`QuizzesError::TooLong`] where that has more bytes than a quiz may.
    fn new(stored: &StoredQuiz) -> Result<Self, QuizzesError> {
        let StoredQuiz { quiz, version, saved_at, .. } = stored;
        let whole = wire::encode(stored);
        if whole.len() > limits::QUIZ_BYTES {
            return Err(QuizzesError::TooLong);
        }
        let about = QuizVersion {
            version: *version,
            title: quiz.title.clone(),
            questions: quiz.questions.len(),
            saved_at: *saved_at,
        };
        let pictures = quiz.questions.iter().filter_map(|question| question.picture.clone()).collect();
        Ok(Self { whole, summary: wire::encode(&summary_of(stored)), version: wire::encode(&about), pictures })
    }
}

/// The entry of a quiz in a list.
pub fn summary_of(stored: &StoredQuiz) -> QuizSummary {
    let StoredQuiz { id, version, saved_at, quiz } = stored;
    let Quiz { title, questions, .. } = quiz;
    QuizSummary {
        id: id.clone(),
        title: title.clone(),
        questions: questions.len(),
        problems: problems(quiz).len(),
        version: *version,
        saved_at: *saved_at,
    }
}
