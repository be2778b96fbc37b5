//! Quizzes, results and pictures of a single node, in its data file. Removing what nobody
//! uses is [`crate::retention`]'s matter.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use storage::sqlite::{self, Sqlite};
use storage::{StorageError, clock, document, readable};

use super::versions::forgotten;
use super::{EncodedVersion, OwnedQuiz, Quizzes, QuizzesError, RESULTS, StoreOutcome, VISIT_EVERY_MS};

const LIST: &str = "SELECT summary FROM quizzes WHERE owner = ?1 ORDER BY saved_at DESC, id";
const OWNER: &str = "SELECT owner, version FROM quizzes WHERE id = ?1";
const COUNT: &str = "SELECT count(*) FROM quizzes WHERE owner = ?1";
const LOAD: &str = "
    SELECT owner, stored FROM quizzes JOIN quiz_versions ON quiz = id
    WHERE id = ?1 AND quiz_versions.version = ifnull(?2, quizzes.version)";
const SAVE: &str = "
    INSERT INTO quizzes (id, owner, version, saved_at, summary) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, saved_at = excluded.saved_at, summary = excluded.summary";
const SAVE_VERSION: &str = "INSERT INTO quiz_versions (quiz, version, about, stored) VALUES (?1, ?2, ?3, ?4)";
const FORGET_VERSION: &str =
    "DELETE FROM quiz_versions WHERE quiz = ?1 AND version = ?2 RETURNING octet_length(stored)";
const VERSIONS: &str = "SELECT about FROM quiz_versions WHERE quiz = ?1 ORDER BY version DESC";
const DELETE_VERSIONS: &str = "DELETE FROM quiz_versions WHERE quiz = ?1";
const DELETE: &str = "DELETE FROM quizzes WHERE id = ?1";

const STORE_RESULTS: &str = "
    INSERT INTO results (owner, id, ended_at, summary, whole, progress) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (owner, id) DO UPDATE SET
        ended_at = excluded.ended_at, summary = excluded.summary, whole = excluded.whole, progress = excluded.progress";
const STORED_BEFORE: &str = "SELECT progress, octet_length(whole) FROM results WHERE owner = ?1 AND id = ?2";
const COUNT_RESULTS: &str = "SELECT count(*) FROM results WHERE owner = ?1";
/// Deletes from the oldest on, as many as necessary.
const TRIM_RESULTS: &str = "
    DELETE FROM results WHERE rowid IN
        (SELECT rowid FROM results WHERE owner = ?1 ORDER BY ended_at LIMIT ?2)";
const RESULTS_LIST: &str = "SELECT summary FROM results WHERE owner = ?1 ORDER BY ended_at DESC, id";
const RESULT: &str = "SELECT whole FROM results WHERE owner = ?1 AND id = ?2";
const FORGET: &str = "DELETE FROM results WHERE owner = ?1 AND id = ?2";

const NAME_PICTURE: &str = "INSERT OR IGNORE INTO quiz_pictures (picture, quiz, version) VALUES (?1, ?2, ?3)";
const PUT_PICTURE: &str = "INSERT INTO pictures (id, bytes, idle_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const PUT_AGAIN: &str = "UPDATE pictures SET idle_at = ?2 WHERE id = ?1";
const SINCE: &str = "SELECT since, seen_at FROM authors WHERE owner = ?1";
const VISIT: &str = "
    INSERT INTO authors (owner, since, seen_at) VALUES (?1, ?2, ?2)
    ON CONFLICT (owner) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at) RETURNING since";
const PICTURE: &str = "SELECT bytes FROM pictures WHERE id = ?1";

/// How many results one call deletes at most.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// The quiz store of a node without Redis.
pub struct EmbeddedQuizzes {
    store: Sqlite,
}

impl EmbeddedQuizzes {
    /// A store in the node's data file.
    pub fn new(store: Sqlite) -> Self {
        Self { store }
    }

    /// Reads a list of documents. One that is damaged does not hide the others.
    async fn texts<T: DeserializeOwned>(
        &self,
        query: &'static str,
        of: &str,
        what: &'static str,
    ) -> Result<Vec<T>, QuizzesError> {
        let of = of.to_owned();
        let read = move |sql: &Connection| {
            let mut query = sql.prepare_cached(query)?;
            let texts = query.query_map([of], |row| sqlite::bytes(row, 0))?;
            Ok(texts.collect::<Result<Vec<_>, _>>()?)
        };
        let texts = self.store.read(read).await?;
        Ok(readable(texts.iter().map(|text| document::decode(text, what))))
    }
}

#[async_trait]
impl Quizzes for EmbeddedQuizzes {
    async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError> {
        self.texts(LIST, owner.as_str(), "a quiz in an author's list").await
    }

    async fn load(&self, id: &QuizId, version: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError> {
        let id = id.to_string();
        let version = version.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
        let read = move |sql: &Connection| {
            let found = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            Ok(sql.prepare_cached(LOAD)?.query_row(params![id, version], found).optional()?)
        };
        let Some((owner, stored)) = self.store.read(read).await? else { return Ok(None) };
        let owner =
            UserId::parse(&owner).map_err(|error| StorageError::corrupt(format!("the owner of a quiz: {error}")))?;
        let stored = document::decode(&stored, "a quiz")?;
        Ok(Some(OwnedQuiz { owner, stored }))
    }

    async fn save(&self, owner: &UserId, quiz: &StoredQuiz) -> Result<u64, QuizzesError> {
        let encoded = EncodedVersion::new(quiz)?;
        let (owner, id, version, saved_at) = (owner.to_string(), quiz.id.to_string(), quiz.version, quiz.saved_at);
        // A refusal is no failure of the transaction: the inner result carries it.
        self.store.write(move |sql| save(sql, &owner, &id, version, saved_at, &encoded)).await?
    }

    async fn versions(&self, owner: &UserId, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError> {
        let (owner, asked) = (owner.to_string(), id.to_string());
        self.store.read(move |sql| owned(sql, &owner, &asked)).await??;
        self.texts(VERSIONS, id.as_str(), "a version in the list of a quiz").await
    }

    async fn delete(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError> {
        let (owner, id) = (owner.to_string(), id.to_string());
        let write = move |sql: &Connection| {
            if let Err(why) = owned(sql, &owner, &id)? {
                return Ok(Err(why));
            }
            sql.prepare_cached(DELETE_VERSIONS)?.execute([&id])?;
            sql.prepare_cached(DELETE)?.execute([&id])?;
            Ok(Ok(()))
        };
        self.store.write(write).await?
    }

    async fn store_results(&self, owner: &UserId, results: &Results) -> Result<StoreOutcome, QuizzesError> {
        let (owner, id, ended_at) = (owner.to_string(), results.id.to_string(), number(results.ended_at));
        let (summary, whole) = (wire::encode(&results.summary()), wire::encode(results));
        let progress = number(results.progress());
        let write = move |sql: &Connection| {
            let before = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            let before = sql.prepare_cached(STORED_BEFORE)?.query_row([&owner, &id], before).optional()?;
            if before.is_some_and(|(before, _)| before >= progress) {
                return Ok(StoreOutcome::Before);
            }
            sql.prepare_cached(STORE_RESULTS)?.execute(params![owner, id, ended_at, summary, whole, progress])?;
            if let Some((_, bytes)) = before {
                return Ok(StoreOutcome::Renewed { bytes: bytes.unsigned_abs() });
            }
            let kept: i64 = sql.prepare_cached(COUNT_RESULTS)?.query_row([&owner], |row| row.get(0))?;
            let excess = kept.saturating_sub(count(RESULTS)).min(FORGOTTEN_AT_ONCE);
            if excess > 0 {
                sql.prepare_cached(TRIM_RESULTS)?.execute(params![owner, excess])?;
            }
            Ok(StoreOutcome::New)
        };
        Ok(self.store.write(write).await?)
    }

    async fn results(&self, owner: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError> {
        self.texts(RESULTS_LIST, owner.as_str(), "results in an author's list").await
    }

    async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Option<Results>, QuizzesError> {
        let key = (owner.to_string(), id.to_string());
        let read = move |sql: &Connection| {
            Ok(sql.prepare_cached(RESULT)?.query_row(key, |row| row.get::<_, String>(0)).optional()?)
        };
        let whole = self.store.read(read).await?;
        Ok(whole.map(|text| document::decode(&text, "a game's results")).transpose()?)
    }

    async fn forget(&self, owner: &UserId, id: &ResultsId) -> Result<bool, QuizzesError> {
        let key = (owner.to_string(), id.to_string());
        Ok(self.store.write(move |sql| Ok(sql.prepare_cached(FORGET)?.execute(key)? > 0)).await?)
    }

    async fn put_picture(&self, id: &PictureId, bytes: Bytes) -> Result<bool, QuizzesError> {
        let id = id.to_string();
        let write = move |sql: &Connection| {
            let now = number(clock::now_ms());
            let is_new = sql.prepare_cached(PUT_PICTURE)?.execute(params![id, &bytes[..], now])? > 0;
            if !is_new {
                sql.prepare_cached(PUT_AGAIN)?.execute(params![id, now])?;
            }
            Ok(is_new)
        };
        Ok(self.store.write(write).await?)
    }

    async fn picture(&self, id: &PictureId) -> Result<Option<Bytes>, QuizzesError> {
        let id = id.to_string();
        let read = move |sql: &Connection| {
            Ok(sql.prepare_cached(PICTURE)?.query_row([id], |row| row.get::<_, Vec<u8>>(0)).optional()?)
        };
        Ok(self.store.read(read).await?.map(Bytes::from))
    }

    async fn visit(&self, owner: &UserId, now_ms: u64) -> Result<u64, QuizzesError> {
        let (asked, noted) = (owner.to_string(), owner.to_string());
        let since = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let read = move |sql: &Connection| Ok(sql.prepare_cached(SINCE)?.query_row([asked], since).optional()?);
        match self.store.read(read).await? {
            Some((since, seen_at)) if number(now_ms.saturating_sub(VISIT_EVERY_MS)) < seen_at => {
                Ok(since.unsigned_abs())
            }
            _ => {
                let write = move |sql: &Connection| {
                    let visit = params![noted, number(now_ms)];
                    Ok(sql.prepare_cached(VISIT)?.query_row(visit, |row| row.get::<_, i64>(0))?)
                };
                Ok(self.store.write(write).await?.unsigned_abs())
            }
        }
    }
}

fn save(
    sql: &Connection,
    owner: &str,
    id: &str,
    version: u64,
    saved_at: u64,
    encoded: &EncodedVersion,
) -> Result<Result<u64, QuizzesError>, StorageError> {
    let current = match owned(sql, owner, id)? {
        Ok(current) => current,
        Err(QuizzesError::Missing) if version == 1 => 0,
        Err(why) => return Ok(Err(why)),
    };
    if current.checked_add(1) != Some(version) {
        return Ok(Err(QuizzesError::Stale { current }));
    }
    let kept: i64 = sql.prepare_cached(COUNT)?.query_row([owner], |row| row.get(0))?;
    if current == 0 && kept >= count(limits::QUIZZES) {
        return Ok(Err(QuizzesError::TooMany));
    }
    let mut versions = sql.prepare_cached(VERSIONS)?;
    let versions = versions.query_map([id], |row| sqlite::bytes(row, 0))?.collect::<Result<Vec<_>, _>>()?;
    // An old version that is damaged must not keep its author from saving a new one.
    let versions: Vec<QuizVersion> =
        readable(versions.iter().map(|text| document::decode(text, "a version in the list of a quiz")));
    let mut freed = None;
    if let Some(forgotten) = forgotten(&versions, saved_at) {
        let version = params![id, number(forgotten)];
        freed = sql.prepare_cached(FORGET_VERSION)?.query_row(version, |row| row.get::<_, i64>(0)).optional()?;
    }
    sql.prepare_cached(SAVE)?.execute(params![id, owner, number(version), number(saved_at), encoded.summary])?;
    sql.prepare_cached(SAVE_VERSION)?.execute(params![id, number(version), encoded.version, encoded.whole])?;
    let mut name = sql.prepare_cached(NAME_PICTURE)?;
    for picture in &encoded.pictures {
        name.execute(params![picture.as_str(), id, number(version)])?;
    }
    Ok(Ok(freed.unwrap_or(0).unsigned_abs()))
}

/// The version of an author's quiz, or why they may not change it.
fn owned(sql: &Connection, owner: &str, id: &str) -> Result<Result<u64, QuizzesError>, StorageError> {
    let found = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let found = sql.prepare_cached(OWNER)?.query_row([id], found).optional()?;
    Ok(match found {
        None => Err(QuizzesError::Missing),
        Some((other, _)) if other != owner => Err(QuizzesError::NotYours),
        Some((_, version)) => Ok(version.unsigned_abs()),
    })
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
