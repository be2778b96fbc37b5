//! Moves what one machine has in its data folder into the database of a cluster.
//!
//! Knows the tables of both. Games that are played, sign-outs and what counts against quotas stay behind: they are live.

use std::path::Path;

use protocol::{Message, RoomId, wire};
use realtime::channel::Channel;
use rusqlite::{Connection as File, Row, params};
use storage::postgres::{DatabaseAddress, OpenError, Postgres, Transaction};
use storage::sqlite::Sqlite;
use storage::{StorageError, document};
use tracing::{info, warn};

use crate::archive::{ImportedRoom, MessageStore};

/// How many rows are moved at a time.
const BATCH: i64 = 1_000;
/// The same for what is larger: pictures, versions of quizzes, results.
const LARGE: i64 = 20;
/// Whether there is anything in the database.
const IS_USED: &str = "
    SELECT EXISTS (SELECT 1 FROM rooms) OR EXISTS (SELECT 1 FROM quizzes) OR EXISTS (SELECT 1 FROM results)
        OR EXISTS (SELECT 1 FROM pictures) OR EXISTS (SELECT 1 FROM authors) OR EXISTS (SELECT 1 FROM messages)";

/// Why nothing was moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The data folder cannot be used, perhaps because a node uses it.
    #[error(transparent)]
    Folder(#[from] storage::sqlite::OpenError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// A store failed while rows were moved.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// There is no data file in the folder.
    #[error("there is no data of a node in {0}")]
    NoData(String),
    /// Somebody uses the database already.
    #[error("the database has something in it already: name an empty one")]
    Used,
}

/// Moves everything that lasts from a data folder into an empty database, all of it or nothing. What is in the
/// folder stays; a file of an earlier version is migrated.
///
/// # Errors [`TransferError`], as a sentence for the operator; then nothing was moved.
pub async fn transfer(folder: &Path, address: &DatabaseAddress) -> Result<(), TransferError> {
    if !Sqlite::exists(folder) {
        return Err(TransferError::NoData(folder.display().to_string()));
    }
    let file = Sqlite::open(folder)?;
    Postgres::migrate_once(address).await?;
    let database = Postgres::open(address, 1).await?;
    let mut connection = database.connection().await?;
    let transaction = connection.begin().await?;
    if transaction.is_true(IS_USED, &[]).await? {
        return Err(TransferError::Used);
    }
    let moving = Moving { file: &file, transaction: &transaction };
    let (quizzes, results) = (moving.quizzes().await?, moving.results().await?);
    moving.authors().await?;
    let pictures = moving.pictures().await?;
    let (rooms, messages) = (moving.rooms().await?, moving.messages().await?);
    transaction.commit().await?;
    info!(
        "moved {rooms} rooms, {messages} messages, {quizzes} versions of quizzes, {results} results and {pictures} pictures"
    );
    Ok(())
}

/// Reads from the file, and writes into one transaction.
struct Moving<'a> {
    file: &'a Sqlite,
    transaction: &'a Transaction<'a>,
}

impl Moving<'_> {
    /// Rows of the file, some at a time: after so many.
    async fn rows<T: Send + 'static>(
        &self,
        query: &'static str,
        after: i64,
        most: i64,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StorageError> {
        let read = move |sql: &File| {
            let mut rows = sql.prepare_cached(query)?;
            Ok(rows.query_map(params![after, most], row)?.collect::<Result<Vec<_>, _>>()?)
        };
        self.file.read(read).await
    }

    async fn quizzes(&self) -> Result<u64, StorageError> {
        const QUIZZES: &str =
            "SELECT id, owner, version, saved_at, summary FROM quizzes ORDER BY rowid LIMIT ?2 OFFSET ?1";
        const PUT: &str = "
            INSERT INTO quizzes (id, owner, version, saved_at, summary)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])";
        const VERSIONS: &str =
            "SELECT quiz, version, about, stored FROM quiz_versions ORDER BY rowid LIMIT ?2 OFFSET ?1";
        const PUT_VERSIONS: &str = "
            INSERT INTO quiz_versions (quiz, version, about, stored)
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[])";
        let mut done = 0;
        loop {
            let row = |row: &Row<'_>| Ok((text(row, 0)?, text(row, 1)?, row.get(2)?, row.get(3)?, text(row, 4)?));
            let rows: Vec<(String, String, i64, i64, String)> = self.rows(QUIZZES, done, BATCH, row).await?;
            if rows.is_empty() {
                break;
            }
            done += count(&rows);
            let (ids, rest): (Vec<_>, Vec<_>) =
                rows.into_iter().map(|(id, owner, a, b, s)| (id, (owner, a, b, s))).unzip();
            let owners: Vec<_> = rest.iter().map(|(owner, ..)| owner.as_str()).collect();
            let versions: Vec<_> = rest.iter().map(|(_, version, ..)| *version).collect();
            let times: Vec<_> = rest.iter().map(|(_, _, at, _)| *at).collect();
            let summaries: Vec<_> = rest.iter().map(|(.., summary)| summary.as_str()).collect();
            self.transaction.execute(PUT, &[&ids, &owners, &versions, &times, &summaries]).await?;
        }
        let mut done = 0;
        loop {
            let row = |row: &Row<'_>| Ok((text(row, 0)?, row.get(1)?, text(row, 2)?, text(row, 3)?));
            let rows: Vec<(String, i64, String, String)> = self.rows(VERSIONS, done, LARGE, row).await?;
            if rows.is_empty() {
                return Ok(done.unsigned_abs());
            }
            done += count(&rows);
            let quizzes: Vec<_> = rows.iter().map(|(quiz, ..)| quiz.as_str()).collect();
            let versions: Vec<_> = rows.iter().map(|(_, version, ..)| *version).collect();
            let abouts: Vec<_> = rows.iter().map(|(_, _, about, _)| about.as_str()).collect();
            let stored: Vec<_> = rows.iter().map(|(.., stored)| stored.as_str()).collect();
            self.transaction.execute(PUT_VERSIONS, &[&quizzes, &versions, &abouts, &stored]).await?;
        }
    }

    async fn results(&self) -> Result<u64, StorageError> {
        const RESULTS: &str =
            "SELECT owner, id, ended_at, progress, summary, whole FROM results ORDER BY rowid LIMIT ?2 OFFSET ?1";
        const PUT: &str = "
            INSERT INTO results (owner, id, ended_at, progress, summary, whole) VALUES ($1, $2, $3, $4, $5, $6)";
        let mut done = 0;
        loop {
            let row = |row: &Row<'_>| {
                Ok((text(row, 0)?, text(row, 1)?, row.get(2)?, row.get(3)?, text(row, 4)?, text(row, 5)?))
            };
            let rows: Vec<(String, String, i64, i64, String, String)> = self.rows(RESULTS, done, LARGE, row).await?;
            if rows.is_empty() {
                return Ok(done.unsigned_abs());
            }
            done += count(&rows);
            for (owner, id, ended_at, progress, summary, whole) in rows {
                self.transaction.execute(PUT, &[&owner, &id, &ended_at, &progress, &summary, &whole]).await?;
            }
        }
    }

    async fn authors(&self) -> Result<(), StorageError> {
        const AUTHORS: &str = "SELECT owner, since, seen_at FROM authors ORDER BY owner LIMIT ?2 OFFSET ?1";
        const PUT: &str = "
            INSERT INTO authors (owner, since, seen_at) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])";
        let mut done = 0;
        loop {
            let row = |row: &Row<'_>| Ok((text(row, 0)?, row.get(1)?, row.get(2)?));
            let rows: Vec<(String, i64, i64)> = self.rows(AUTHORS, done, BATCH, row).await?;
            if rows.is_empty() {
                return Ok(());
            }
            done += count(&rows);
            let owners: Vec<_> = rows.iter().map(|(owner, ..)| owner.as_str()).collect();
            let since: Vec<_> = rows.iter().map(|(_, since, _)| *since).collect();
            let seen: Vec<_> = rows.iter().map(|(.., seen)| *seen).collect();
            self.transaction.execute(PUT, &[&owners, &since, &seen]).await?;
        }
    }

    async fn pictures(&self) -> Result<u64, StorageError> {
        const PICTURE: &str = "SELECT id, bytes, idle_at FROM pictures ORDER BY rowid LIMIT ?2 OFFSET ?1";
        const PUT: &str = "INSERT INTO pictures (id, bytes, idle_at) VALUES ($1, $2, $3)";
        const NAMED: &str =
            "SELECT picture, quiz, version FROM quiz_pictures ORDER BY picture, quiz, version LIMIT ?2 OFFSET ?1";
        const PUT_NAMED: &str = "
            INSERT INTO quiz_pictures (picture, quiz, version)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
        let mut done = 0;
        loop {
            let row = |row: &Row<'_>| Ok((text(row, 0)?, row.get(1)?, row.get(2)?));
            let rows: Vec<(String, Vec<u8>, i64)> = self.rows(PICTURE, done, LARGE, row).await?;
            if rows.is_empty() {
                break;
            }
            done += count(&rows);
            for (id, bytes, idle_at) in rows {
                self.transaction.execute(PUT, &[&id, &bytes, &idle_at]).await?;
            }
        }
        let mut named = 0;
        loop {
            let row = |row: &Row<'_>| Ok((text(row, 0)?, text(row, 1)?, row.get(2)?));
            let rows: Vec<(String, String, i64)> = self.rows(NAMED, named, BATCH, row).await?;
            if rows.is_empty() {
                return Ok(done.unsigned_abs());
            }
            named += count(&rows);
            let pictures: Vec<_> = rows.iter().map(|(picture, ..)| picture.as_str()).collect();
            let quizzes: Vec<_> = rows.iter().map(|(_, quiz, _)| quiz.as_str()).collect();
            let versions: Vec<_> = rows.iter().map(|(.., version)| *version).collect();
            self.transaction.execute(PUT_NAMED, &[&pictures, &quizzes, &versions]).await?;
        }
    }

    async fn rooms(&self) -> Result<u64, StorageError> {
        const ROOMS: &str =
            "SELECT channel, title, listed, created_at, active_at FROM rooms ORDER BY rowid LIMIT ?2 OFFSET ?1";
        const PUT: &str = "
            INSERT INTO rooms (id, title, listed, created_at, active_at) VALUES ($1, $2, $3, $4, $5)";
        let (mut done, mut moved) = (0, 0);
        loop {
            let row = |row: &Row<'_>| {
                Ok((text(row, 0)?, text(row, 1)?, row.get::<_, i64>(2)? == 1, row.get(3)?, row.get(4)?))
            };
            let rows: Vec<(String, String, bool, i64, i64)> = self.rows(ROOMS, done, BATCH, row).await?;
            if rows.is_empty() {
                return Ok(moved);
            }
            done += count(&rows);
            for (channel, title, listed, created_at, active_at) in rows {
                let Some(room) = room_of(&channel) else { continue };
                self.transaction.execute(PUT, &[&room.as_str(), &title, &listed, &created_at, &active_at]).await?;
                moved += 1;
            }
        }
    }

    /// What was said in rooms, as the archive stores it.
    async fn messages(&self) -> Result<u64, StorageError> {
        const LOGS: &str = "SELECT id, channel, top FROM logs ORDER BY id LIMIT ?2 OFFSET ?1";
        let (mut done, mut moved) = (0, 0);
        loop {
            let row = |row: &Row<'_>| Ok((row.get(0)?, text(row, 1)?, row.get(2)?));
            let logs: Vec<(i64, String, i64)> = self.rows(LOGS, done, BATCH, row).await?;
            if logs.is_empty() {
                return Ok(moved);
            }
            done += count(&logs);
            for (log, channel, top) in logs {
                if let Some(room) = room_of(&channel) {
                    moved += self.log(log, room, top.unsigned_abs()).await?;
                }
            }
        }
    }

    async fn log(&self, log: i64, room: RoomId, top: u64) -> Result<u64, StorageError> {
        let (mut after, mut moved) = (0, 0);
        loop {
            let read = move |sql: &File| {
                const ENTRIES: &str =
                    "SELECT offset, frame FROM publications WHERE log = ?1 AND offset > ?2 ORDER BY offset LIMIT ?3";
                let mut rows = sql.prepare_cached(ENTRIES)?;
                let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
                Ok(rows.query_map(params![log, after, BATCH], row)?.collect::<Result<Vec<_>, _>>()?)
            };
            let entries = self.file.read(read).await?;
            let is_last = count(&entries) < BATCH;
            after = entries.last().map_or(after, |(offset, _)| *offset);
            let messages: Vec<Message> =
                entries.iter().filter_map(|(offset, frame)| message(&room, *offset, frame)).collect();
            moved += messages.len() as u64;
            let last = if is_last { top } else { after.unsigned_abs() };
            MessageStore::import(self.transaction, ImportedRoom { room: room.clone(), messages, last }).await?;
            if is_last {
                return Ok(moved);
            }
        }
    }
}

/// A room that lasts; `None` for what ends with a game, and for a damaged name.
fn room_of(channel: &str) -> Option<RoomId> {
    match Channel::parse(channel)? {
        channel if channel.ends_with_game() => None,
        Channel::Room(room) => Some(room),
        _ => None,
    }
}

/// A damaged message stays behind, and is told.
fn message(room: &RoomId, offset: i64, frame: &[u8]) -> Option<Message> {
    let message = document::text(frame, "a message").ok().and_then(wire::decode_message);
    let message = message.filter(|message| message.offset == offset.unsigned_abs());
    if message.is_none() {
        warn!(room.id = %room, "message {offset} of {room} is damaged and stays behind");
    }
    message
}

/// A text, in which nothing stands that PostgreSQL takes for no text.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = storage::sqlite::bytes(row, column)?;
    Ok(String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"))
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}
