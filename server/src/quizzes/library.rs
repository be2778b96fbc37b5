//! The quizzes that one person can use: their own and the samples.

use std::sync::Arc;

use protocol::quiz::{Quiz, QuizSummary, Results, StoredQuiz};
use protocol::text::{Shape, shown};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};
use storage::StorageError;
use storage::clock;

use super::picture::Picture;
use super::{Quizzes, QuizzesError, StoreOutcome, samples};
use crate::quota::{Kind, OVERHEAD, Payer, Quotas};

/// The number of letters in a new quiz's id.
const ID_LETTERS: usize = 20;
/// How long after somebody first stored something they count as known.
const KNOWN_AFTER_MS: u64 = 24 * 60 * 60 * 1000;

/// Authors' quizzes together with the samples. What belongs to somebody else is reported as missing.
#[derive(Clone)]
pub struct Library {
    /// Keeps quizzes with their versions, results and pictures.
    pub store: Arc<dyn Quizzes>,
    quotas: Arc<Quotas>,
}

impl Library {
    /// A library over a store, limited by quotas.
    pub fn new(store: Arc<dyn Quizzes>, quotas: Arc<Quotas>) -> Self {
        Self { store, quotas }
    }

    /// A quiz that `user` may read and start: their own, or a sample; without `version` the latest.
    ///
    /// # Errors [`QuizzesError::Missing`], [`QuizzesError::Storage`].
    pub async fn open(&self, user: &UserId, id: &QuizId, version: Option<u64>) -> Result<StoredQuiz, QuizzesError> {
        if id.is_sample() {
            return samples::find(id).cloned().ok_or(QuizzesError::Missing);
        }
        match self.store.load(id, version).await? {
            Some(kept) if kept.owner == *user => Ok(StoredQuiz { quiz: kept.stored.quiz.cleaned(), ..kept.stored }),
            _ => Err(QuizzesError::Missing),
        }
    }

    /// Saves a quiz as the version after `version`, or a new quiz without `id`.
    ///
    /// # Errors As [`Quizzes::save`]; [`QuizzesError::NotYours`] for a sample too.
    pub async fn save(
        &self,
        payer: &Payer,
        id: Option<&QuizId>,
        version: u64,
        quiz: Quiz,
    ) -> Result<StoredQuiz, QuizzesError> {
        let quiz = quiz.cleaned();
        let (id, version) = match id {
            Some(id) if id.is_sample() => return Err(QuizzesError::NotYours),
            // Only a new quiz begins at version 0: a late save must not bring a deleted one back.
            Some(_) if version == 0 => return Err(QuizzesError::Missing),
            Some(id) => (id.clone(), version),
            None => (fresh_id()?, 0),
        };
        let stored = StoredQuiz { id, version: version.saturating_add(1), saved_at: clock::now_ms(), quiz };
        let bytes = wire::encode(&stored).len() as u64;
        if bytes > limits::QUIZ_BYTES as u64 {
            return Err(QuizzesError::TooLong);
        }
        let charged = self.charge(payer, Kind::Quiz, bytes).await?;
        match self.store.save(&payer.person, &stored).await {
            // While somebody types, new versions replace old ones, and only the growth is charged.
            Ok(forgotten) if forgotten > 0 => self.quotas.give_back(payer, charged.min(forgotten + OVERHEAD)).await,
            Ok(_) => {}
            Err(error) => {
                self.quotas.give_back(payer, charged).await;
                return Err(error);
            }
        }
        Ok(stored)
    }

    /// The results of one of a host's games.
    ///
    /// # Errors [`QuizzesError::Missing`], [`QuizzesError::Storage`].
    pub async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Results, QuizzesError> {
        self.store.result(owner, id).await?.map(Results::cleaned).ok_or(QuizzesError::Missing)
    }

    /// An author's quizzes, the one saved last first.
    ///
    /// # Errors [`QuizzesError::Storage`] where the store cannot be read.
    pub async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError> {
        let mut list = self.store.list(owner).await?;
        for summary in &mut list {
            // A title that is too long for a game is stored all the same.
            summary.title = shown(&summary.title, Shape::Line, limits::TITLE_CHARS).into_owned();
        }
        Ok(list)
    }

    /// Copies a quiz for the user.
    ///
    /// # Errors As [`Library::open`] and [`Library::save`].
    pub async fn copy(&self, payer: &Payer, id: &QuizId) -> Result<StoredQuiz, QuizzesError> {
        let mut quiz = self.open(&payer.person, id, None).await?.quiz;
        if !id.is_sample() && !quiz.title.is_empty() {
            quiz.title.push_str(" (copy)");
        }
        self.save(payer, None, 0, quiz).await
    }

    /// Saves an earlier version as the latest one.
    ///
    /// # Errors As [`Library::open`] and [`Library::save`].
    pub async fn restore(&self, payer: &Payer, id: &QuizId, version: u64) -> Result<StoredQuiz, QuizzesError> {
        let user = &payer.person;
        let (earlier, latest) = tokio::try_join!(self.open(user, id, Some(version)), self.open(user, id, None))?;
        self.save(payer, Some(id), latest.version, earlier.quiz).await
    }

    /// Stores a picture under its digest; its bytes are charged where it was not stored yet.
    ///
    /// # Errors [`QuizzesError::Quota`], [`QuizzesError::Storage`].
    pub async fn add_picture(&self, payer: &Payer, picture: &Picture) -> Result<PictureId, QuizzesError> {
        let charged = self.charge(payer, Kind::Picture, picture.bytes().len() as u64).await?;
        let put = self.store.put_picture(picture.id(), picture.bytes().clone()).await;
        if put != Ok(true) {
            self.quotas.give_back(payer, charged).await;
        }
        put?;
        Ok(picture.id().clone())
    }

    /// Charges a game that is about to begin.
    ///
    /// # Errors [`QuizzesError::Quota`]: it must not begin.
    pub async fn charge_game(&self, payer: &Payer, quiz: &StoredQuiz) -> Result<(), QuizzesError> {
        let payer = self.known(payer).await?;
        Ok(self.quotas.charge_game(&payer, wire::encode(quiz).len() as u64).await?)
    }

    /// Stores the results of a game so far, if its host's quota has room.
    ///
    /// # Errors [`QuizzesError::Quota`], [`QuizzesError::Storage`].
    pub async fn store_results(&self, owner: &UserId, results: &Results) -> Result<(), QuizzesError> {
        let payer = Payer { person: owner.clone(), address: None, is_known: true };
        let bytes = wire::encode(results).len() as u64;
        self.quotas.charge(&payer, Kind::Results, bytes).await?;
        let kept = self.store.store_results(owner, results).await;
        let forgotten = match kept {
            Ok(StoreOutcome::New) => return Ok(()),
            Ok(StoreOutcome::Renewed { bytes }) => bytes,
            Ok(StoreOutcome::Before) | Err(_) => bytes,
        };
        // A running game is charged for its size, not for each time that its results are replaced.
        self.quotas.give_back(&payer, forgotten.saturating_add(OVERHEAD)).await;
        kept.map(drop)
    }

    /// Charges something to be stored; returns the number of bytes.
    async fn charge(&self, payer: &Payer, kind: Kind, bytes: u64) -> Result<u64, QuizzesError> {
        self.quotas.charge(&self.known(payer).await?, kind, bytes).await?;
        Ok(bytes + OVERHEAD)
    }

    /// The payer; a person whose first visit was a while ago counts as known without a key, too.
    async fn known(&self, payer: &Payer) -> Result<Payer, QuizzesError> {
        let now = clock::now_ms();
        let since = match self.store.visit(&payer.person, now).await {
            // A game of a sample begins without the database, too.
            Err(QuizzesError::Storage(StorageError::Unavailable(_))) => now,
            since => since?,
        };
        let is_known = payer.is_known || since.saturating_add(KNOWN_AFTER_MS) <= now;
        Ok(Payer { is_known, ..payer.clone() })
    }
}

fn fresh_id() -> Result<QuizId, QuizzesError> {
    // Ids consist of letters and digits.
    QuizId::parse(&storage::random::text(ID_LETTERS)).map_err(|why| StorageError::Unavailable(why.to_string()).into())
}
