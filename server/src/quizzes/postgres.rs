//! Quizzes, results and pictures of all nodes, in PostgreSQL. Removing what nobody
//! uses is [`crate::retention`]'s matter.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};
use serde::de::DeserializeOwned;
use storage::postgres::{Postgres, Transaction, column};
use storage::{StorageError, clock, document, readable};

use super::versions::forgotten;
use super::{EncodedVersion, OwnedQuiz, Quizzes, QuizzesError, RESULTS, StoreOutcome, VISIT_EVERY_MS};

const LIST: &str = "SELECT summary FROM quizzes WHERE owner = $1 ORDER BY saved_at DESC, id";
const OWNER: &str = "SELECT owner, version FROM quizzes WHERE id = $1";
/// The same, and nobody else changes the quiz until the end of the transaction.
const OWNER_ALONE: &str = "SELECT owner, version FROM quizzes WHERE id = $1 FOR UPDATE";
/// One save of an author after the other, so that two new quizzes are not counted as one.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
const COUNT: &str = "SELECT count(*) FROM quizzes WHERE owner = $1";
const LOAD: &str = "
    SELECT owner, stored FROM quizzes JOIN quiz_versions ON quiz = id
    WHERE id = $1 AND quiz_versions.version = coalesce($2, quizzes.version)";
const SAVE: &str = "
    INSERT INTO quizzes (id, owner, version, saved_at, summary) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, saved_at = excluded.saved_at, summary = excluded.summary";
const SAVE_VERSION: &str = "INSERT INTO quiz_versions (quiz, version, about, stored) VALUES ($1, $2, $3, $4)";
const FORGET_VERSION: &str =
    "DELETE FROM quiz_versions WHERE quiz = $1 AND version = $2 RETURNING octet_length(stored)::bigint";
const VERSIONS: &str = "SELECT about FROM quiz_versions WHERE quiz = $1 ORDER BY version DESC";
/// Its versions go with it, see the migrations.
const DELETE: &str = "DELETE FROM quizzes WHERE id = $1";

const STORED_BEFORE: &str = "SELECT progress, octet_length(whole)::bigint FROM results WHERE owner = $1 AND id = $2";
const STORE_RESULTS: &str = "
    INSERT INTO results (owner, id, ended_at, summary, whole, progress) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (owner, id) DO UPDATE SET
        ended_at = excluded.ended_at, summary = excluded.summary, whole = excluded.whole, progress = excluded.progress";
const COUNT_RESULTS: &str = "SELECT count(*) FROM results WHERE owner = $1";
/// Deletes from the oldest on, as many as necessary.
const TRIM_RESULTS: &str = "
    DELETE FROM results WHERE owner = $1 AND id IN
        (SELECT id FROM results WHERE owner = $1 ORDER BY ended_at LIMIT $2)";
const RESULTS_LIST: &str = "SELECT summary FROM results WHERE owner = $1 ORDER BY ended_at DESC, id";
const RESULT: &str = "SELECT whole FROM results WHERE owner = $1 AND id = $2";
const FORGET: &str = "DELETE FROM results WHERE owner = $1 AND id = $2";

const NAME_PICTURES: &str = "
    INSERT INTO quiz_pictures (picture, quiz, version) SELECT picture, $2, $3 FROM unnest($1::text[]) AS picture
    ON CONFLICT DO NOTHING";
/// True: it is new. `xmax` is 0 in a row that was inserted and not updated.
const PUT_PICTURE: &str = "
    INSERT INTO pictures (id, bytes, idle_at) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET idle_at = excluded.idle_at RETURNING xmax = 0";
/// A sweep that is about to remove them waits for this, and leaves them then.
const USE_PICTURES: &str = "UPDATE pictures SET idle_at = $2 WHERE id = ANY($1)";
const PICTURE: &str = "SELECT bytes FROM pictures WHERE id = $1";
const SINCE: &str = "SELECT since FROM authors WHERE owner = $1 AND seen_at > $2";
const VISIT: &str = "
    INSERT INTO authors (owner, since, seen_at) VALUES ($1, $2, $2)
    ON CONFLICT (owner) DO UPDATE SET seen_at = greatest(authors.seen_at, excluded.seen_at) RETURNING since";

/// How many results one call deletes at most.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// The quiz store of a deployment with a database.
pub struct PostgresQuizzes {
    database: Postgres,
}

impl PostgresQuizzes {
    /// A store in the deployment's database.
    pub fn new(database: Postgres) -> Self {
        Self { database }
    }

    /// Reads a list of documents. One that is damaged does not hide the others.
    async fn documents<T: DeserializeOwned>(
        &self,
        query: &'static str,
        of: &str,
        what: &'static str,
    ) -> Result<Vec<T>, QuizzesError> {
        let rows = self.database.query(query, &[&of]).await?;
        Ok(readable(rows.iter().map(|row| document::decode(column::<&str>(row, 0)?, what))))
    }
}

#[async_trait]
impl Quizzes for PostgresQuizzes {
    async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError> {
        self.documents(LIST, owner.as_str(), "a quiz in an author's list").await
    }

    async fn load(&self, id: &QuizId, version: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError> {
        let version = version.map(number);
        let Some(row) = self.database.query_opt(LOAD, &[&id.as_str(), &version]).await? else { return Ok(None) };
        let owner = UserId::parse(column(&row, 0)?)
            .map_err(|error| StorageError::corrupt(format!("the owner of a quiz: {error}")))?;
        let stored = document::decode(column::<&str>(&row, 1)?, "a quiz")?;
        Ok(Some(OwnedQuiz { owner, stored }))
    }

    async fn save(&self, owner: &UserId, quiz: &StoredQuiz) -> Result<u64, QuizzesError> {
        let encoded = EncodedVersion::new(quiz)?;
        let mut connection = self.database.connection().await?;
        let transaction = connection.begin().await?;
        let freed = save(&transaction, owner, quiz, &encoded).await?;
        transaction.commit().await?;
        Ok(freed)
    }

    async fn versions(&self, owner: &UserId, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError> {
        owned(owner, self.database.query_opt(OWNER, &[&id.as_str()]).await?)?;
        self.documents(VERSIONS, id.as_str(), "a version in the list of a quiz").await
    }

    async fn delete(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError> {
        let mut connection = self.database.connection().await?;
        let transaction = connection.begin().await?;
        owned(owner, transaction.query_opt(OWNER_ALONE, &[&id.as_str()]).await?)?;
        transaction.execute(DELETE, &[&id.as_str()]).await?;
        Ok(transaction.commit().await?)
    }

    async fn store_results(&self, owner: &UserId, results: &Results) -> Result<StoreOutcome, QuizzesError> {
        let (owner, id, ended_at) = (owner.as_str(), results.id.as_str(), number(results.ended_at));
        let (summary, whole) = (wire::encode(&results.summary()), wire::encode(results));
        let progress = number(results.progress());
        let mut connection = self.database.connection().await?;
        let transaction = connection.begin().await?;
        transaction.execute(ALONE, &[&owner]).await?;
        let before = transaction.query_opt(STORED_BEFORE, &[&owner, &id]).await?;
        let before = before.map(|row| Ok::<_, StorageError>((column::<i64>(&row, 0)?, column::<i64>(&row, 1)?)));
        let before = before.transpose()?;
        if before.is_some_and(|(before, _)| before >= progress) {
            return Ok(StoreOutcome::Before);
        }
        transaction.execute(STORE_RESULTS, &[&owner, &id, &ended_at, &summary, &whole, &progress]).await?;
        if before.is_none() {
            let kept = transaction.number(COUNT_RESULTS, &[&owner]).await?;
            let excess = kept.saturating_sub(count(RESULTS)).min(FORGOTTEN_AT_ONCE);
            if excess > 0 {
                transaction.execute(TRIM_RESULTS, &[&owner, &excess]).await?;
            }
        }
        transaction.commit().await?;
        Ok(match before {
            None => StoreOutcome::New,
            Some((_, bytes)) => StoreOutcome::Renewed { bytes: bytes.unsigned_abs() },
        })
    }

    async fn results(&self, owner: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError> {
        self.documents(RESULTS_LIST, owner.as_str(), "results in an author's list").await
    }

    async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Option<Results>, QuizzesError> {
        let row = self.database.query_opt(RESULT, &[&owner.as_str(), &id.as_str()]).await?;
        let decode = |row| document::decode(column::<&str>(&row, 0)?, "a game's results");
        Ok(row.map(decode).transpose()?)
    }

    async fn forget(&self, owner: &UserId, id: &ResultsId) -> Result<bool, QuizzesError> {
        Ok(self.database.execute(FORGET, &[&owner.as_str(), &id.as_str()]).await? > 0)
    }

    async fn put_picture(&self, id: &PictureId, bytes: Bytes) -> Result<bool, QuizzesError> {
        let now = number(clock::now_ms());
        let put = self.database.query_opt(PUT_PICTURE, &[&id.as_str(), &&bytes[..], &now]).await?;
        Ok(put.map(|row| column(&row, 0)).transpose()?.unwrap_or(false))
    }

    async fn picture(&self, id: &PictureId) -> Result<Option<Bytes>, QuizzesError> {
        let row = self.database.query_opt(PICTURE, &[&id.as_str()]).await?;
        Ok(row.map(|row| column::<Vec<u8>>(&row, 0)).transpose()?.map(Bytes::from))
    }

    async fn visit(&self, owner: &UserId, now_ms: u64) -> Result<u64, QuizzesError> {
        let (owner, now, noted_after) = (owner.as_str(), number(now_ms), number(now_ms.saturating_sub(VISIT_EVERY_MS)));
        let mut row = self.database.query_opt(SINCE, &[&owner, &noted_after]).await?;
        if row.is_none() {
            row = self.database.query_opt(VISIT, &[&owner, &now]).await?;
        }
        let since: i64 = row.map(|row| column(&row, 0)).transpose()?.unwrap_or(now);
        Ok(since.unsigned_abs())
    }
}

/// Saves the next version of a quiz; returns the bytes of the one that was dropped for it.
async fn save(
    transaction: &Transaction<'_>,
    owner: &UserId,
    quiz: &StoredQuiz,
    encoded: &EncodedVersion,
) -> Result<u64, QuizzesError> {
    let (id, version, saved_at) = (quiz.id.as_str(), number(quiz.version), number(quiz.saved_at));
    transaction.execute(ALONE, &[&owner.as_str()]).await?;
    let current = match owned(owner, transaction.query_opt(OWNER_ALONE, &[&id]).await?) {
        Err(QuizzesError::Missing) if quiz.version == 1 => 0,
        current => current?,
    };
    if current.checked_add(1) != Some(quiz.version) {
        return Err(QuizzesError::Stale { current });
    }
    if current == 0 && transaction.number(COUNT, &[&owner.as_str()]).await? >= count(limits::QUIZZES) {
        return Err(QuizzesError::TooMany);
    }
    let versions = transaction.query(VERSIONS, &[&id]).await?;
    // An old version that is damaged must not keep its author from saving a new one.
    let decode = |row| document::decode(column::<&str>(row, 0)?, "a version in the list of a quiz");
    let versions: Vec<QuizVersion> = readable(versions.iter().map(decode));
    let mut freed = 0;
    if let Some(forgotten) = forgotten(&versions, quiz.saved_at) {
        freed = transaction.number(FORGET_VERSION, &[&id, &number(forgotten)]).await?;
    }
    transaction.execute(SAVE, &[&id, &owner.as_str(), &version, &saved_at, &encoded.summary]).await?;
    transaction.execute(SAVE_VERSION, &[&id, &version, &encoded.version, &encoded.whole]).await?;
    let pictures: Vec<&str> = encoded.pictures.iter().map(PictureId::as_str).collect();
    if !pictures.is_empty() {
        transaction.execute(NAME_PICTURES, &[&pictures, &id, &version]).await?;
        transaction.execute(USE_PICTURES, &[&pictures, &number(clock::now_ms())]).await?;
    }
    Ok(freed.unsigned_abs())
}

/// The version of an author's quiz, or why they may not change it.
fn owned(owner: &UserId, found: Option<tokio_postgres::Row>) -> Result<u64, QuizzesError> {
    let row = found.ok_or(QuizzesError::Missing)?;
    if column::<&str>(&row, 0)? != owner.as_str() {
        return Err(QuizzesError::NotYours);
    }
    Ok(column::<i64>(&row, 1)?.unsigned_abs())
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
