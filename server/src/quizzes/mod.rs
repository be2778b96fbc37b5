//! Keeps authors' quizzes with their versions, the results of their games, and
//! pictures.
//!
//! Knows who owns what; who may be an author is [`crate::session`]'s matter,
//! how a quiz is played the game's. [`Library`] puts the samples beside it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{Quiz, QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz, problems};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};

use crate::quota::QuotaError;

pub(crate) mod earlier_names;
pub mod embedded;
pub mod import;
mod library;
pub mod picture;
pub mod redis;
pub mod samples;
pub mod sheet;
mod versions;

pub use library::Library;

/// Results that are kept of one host's games, at most; the oldest go first.
pub const RESULTS: usize = 200;

/// Why something was not kept or found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuizzesError {
    /// It was saved elsewhere meanwhile.
    #[error("version {current} of this quiz is kept already")]
    Stale {
        /// The version that is kept.
        current: u64,
    },
    /// It is somebody else's.
    #[error("this quiz is somebody else's")]
    NotYours,
    /// It is not there.
    #[error("there is no such quiz")]
    Missing,
    /// Its author has as many as can be kept.
    #[error("an author keeps {} quizzes at most", limits::QUIZZES)]
    TooMany,
    /// It has more than [`limits::QUIZ_BYTES`] as JSON.
    #[error("a quiz has {} KiB at most", limits::QUIZ_BYTES / 1024)]
    TooLong,
    /// There is no more room for it.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// What keeps them cannot be reached.
    #[error("the quizzes cannot be reached: {0}")]
    Unavailable(String),
}

/// A quiz and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedQuiz {
    /// Whose.
    pub owner: UserId,
    /// What it says.
    pub stored: StoredQuiz,
}

/// What keeps quizzes, results and pictures.
#[async_trait]
pub trait Quizzes: Send + Sync {
    /// An author's quizzes, the one saved last first.
    async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError>;

    /// A version of a quiz, whoever owns it; without `version` the latest.
    async fn load(&self, id: &QuizId, version: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError>;

    /// Keeps `quiz` as the next version of itself: of version 1 where there is
    /// none yet, else one above the version that is kept. At most
    /// [`limits::QUIZ_VERSIONS`] can be loaded: many new ones, few old ones.
    ///
    /// Gives how many bytes went with the version that was forgotten for it.
    ///
    /// # Errors
    /// All of [`QuizzesError`]; nothing is kept then.
    async fn save(&self, owner: &UserId, quiz: &StoredQuiz) -> Result<u64, QuizzesError>;

    /// The versions of an author's quiz that are kept, the latest first.
    ///
    /// # Errors
    /// [`QuizzesError::Missing`], [`QuizzesError::NotYours`].
    async fn versions(&self, owner: &UserId, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError>;

    /// Forgets an author's quiz with all its versions.
    ///
    /// # Errors
    /// [`QuizzesError::Missing`], [`QuizzesError::NotYours`].
    async fn delete(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError>;

    /// Keeps what came of a host's game. What was kept of it before is replaced if the game
    /// was less far then ([`Results::progress`]), and else stays as it was, so that any node
    /// may tell it, and more than once, in any order.
    async fn keep(&self, owner: &UserId, results: &Results) -> Result<Kept, QuizzesError>;

    /// What came of a host's games, the latest first.
    async fn results(&self, owner: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError>;

    /// What came of one of a host's games.
    async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Option<Results>, QuizzesError>;

    /// Forgets it; `false`: there was nothing to forget.
    async fn forget(&self, owner: &UserId, id: &ResultsId) -> Result<bool, QuizzesError>;

    /// Keeps a picture under its id, for [`PICTURE_GRACE`] and then as long as
    /// a quiz names it; see [`picture::clean`]. False: it was there before.
    ///
    /// [`PICTURE_GRACE`]: crate::retention::PICTURE_GRACE
    async fn put_picture(&self, id: &PictureId, bytes: Bytes) -> Result<bool, QuizzesError>;

    /// The bytes of a picture.
    async fn picture(&self, id: &PictureId) -> Result<Option<Bytes>, QuizzesError>;

    /// Notes that an author keeps or plays something now; gives when they first
    /// did, both in milliseconds since 1970.
    async fn visit(&self, owner: &UserId, now_ms: u64) -> Result<u64, QuizzesError>;
}

/// What became of results that were to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There was nothing of their game before.
    New,
    /// They are there instead of earlier ones, which had so many bytes.
    Renewed {
        /// As JSON.
        bytes: u64,
    },
    /// What was there was as far, or further; it stays.
    Before,
}

/// A version of a quiz, spelled for keeping.
struct Spelled {
    /// The [`StoredQuiz`].
    whole: String,
    /// Its [`QuizSummary`].
    summary: String,
    /// Its [`QuizVersion`].
    version: String,
    /// The pictures that it names.
    pictures: BTreeSet<PictureId>,
}

impl Spelled {
    /// # Errors
    /// [`QuizzesError::TooLong`].
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

/// How a quiz stands in a list.
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

/// What was kept cannot be read; its owner would see an error for ever, so it
/// is said once more, in the log, by whoever handles it.
fn unreadable(what: &str) -> QuizzesError {
    QuizzesError::Unavailable(format!("{what} was kept in a way that is not understood here"))
}
