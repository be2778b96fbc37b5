//! Moves what one machine has in its data folder into the database of a cluster.
//!
//! Knows the tables of both. Games that are played, sign-outs and what counts against quotas stay behind: they are live.

use std::collections::HashSet;
use std::path::Path;

use protocol::{Message, RoomEvent, RoomId, wire};
use realtime::channel::Channel;
use rusqlite::{Connection as File, Row, params};
use storage::postgres::{DatabaseAddress, OpenError, Postgres, Transaction};
use storage::sqlite::Sqlite;
use storage::{StorageError, document};
use tracing::{info, warn};

use crate::archive::{ImportedRoom, MessageStore, Version};

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
    /// Some rows of the file, those after `after`, which is the first column of the last one that was read;
    /// `None` at the end.
    async fn rows<T: Send + 'static>(
        &self,
        query: &'static str,
        after: &mut i64,
        most: i64,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<Vec<T>>, StorageError> {
        let begin = *after;
        let read = move |sql: &File| {
            let mut rows = sql.prepare_cached(query)?;
            let with_number = |found: &Row<'_>| Ok((found.get::<_, i64>(0)?, row(found)?));
            Ok(rows.query_map(params![begin, most], with_number)?.collect::<Result<Vec<_>, _>>()?)
        };
        let rows = self.file.read(read).await?;
        let Some((last, _)) = rows.last() else { return Ok(None) };
        *after = *last;
        Ok(Some(rows.into_iter().map(|(_, row)| row).collect()))
    }

    /// All rows of a table whose rows are short.
    async fn all<T: Send + 'static>(
        &self,
        query: &'static str,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StorageError> {
        let read = move |sql: &File| Ok(sql.prepare(query)?.query_map([], row)?.collect::<Result<Vec<_>, _>>()?);
        self.file.read(read).await
    }

    async fn quizzes(&self) -> Result<usize, StorageError> {
        const QUIZZES: &str =
            "SELECT rowid, id, owner, version, saved_at, summary FROM quizzes WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        const PUT: &str = "INSERT INTO quizzes (id, owner, version, saved_at, summary) VALUES ($1, $2, $3, $4, $5)";
        const VERSIONS: &str =
            "SELECT rowid, quiz, version, about, stored FROM quiz_versions WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        const PUT_VERSION: &str = "INSERT INTO quiz_versions (quiz, version, about, stored) VALUES ($1, $2, $3, $4)";
        type Quiz = (String, String, i64, i64, String);
        type Version = (String, i64, String, String);
        let (mut after, mut moved) = (0, 0);
        let quiz = |row: &Row<'_>| Ok((text(row, 1)?, text(row, 2)?, row.get(3)?, row.get(4)?, text(row, 5)?));
        while let Some(quizzes) = self.rows::<Quiz>(QUIZZES, &mut after, BATCH, quiz).await? {
            for (id, owner, version, saved_at, summary) in quizzes {
                self.transaction.execute(PUT, &[&id, &owner, &version, &saved_at, &summary]).await?;
            }
        }
        after = 0;
        let version = |row: &Row<'_>| Ok((text(row, 1)?, row.get(2)?, text(row, 3)?, text(row, 4)?));
        while let Some(versions) = self.rows::<Version>(VERSIONS, &mut after, LARGE, version).await? {
            moved += versions.len();
            for (quiz, version, about, stored) in versions {
                self.transaction.execute(PUT_VERSION, &[&quiz, &version, &about, &stored]).await?;
            }
        }
        Ok(moved)
    }

    async fn results(&self) -> Result<usize, StorageError> {
        const RESULTS: &str = "
            SELECT rowid, owner, id, ended_at, progress, summary, whole FROM results
            WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        const PUT: &str = "
            INSERT INTO results (owner, id, ended_at, progress, summary, whole) VALUES ($1, $2, $3, $4, $5, $6)";
        type Results = (String, String, i64, i64, String, String);
        let (mut after, mut moved) = (0, 0);
        let one =
            |row: &Row<'_>| Ok((text(row, 1)?, text(row, 2)?, row.get(3)?, row.get(4)?, text(row, 5)?, text(row, 6)?));
        while let Some(results) = self.rows::<Results>(RESULTS, &mut after, LARGE, one).await? {
            moved += results.len();
            for (owner, id, ended_at, progress, summary, whole) in results {
                self.transaction.execute(PUT, &[&owner, &id, &ended_at, &progress, &summary, &whole]).await?;
            }
        }
        Ok(moved)
    }

    async fn authors(&self) -> Result<(), StorageError> {
        const AUTHORS: &str = "SELECT owner, since, seen_at FROM authors";
        const PUT: &str = "INSERT INTO authors (owner, since, seen_at) VALUES ($1, $2, $3)";
        let author = |row: &Row<'_>| Ok((text(row, 0)?, row.get(1)?, row.get(2)?));
        for (owner, since, seen_at) in self.all::<(String, i64, i64)>(AUTHORS, author).await? {
            self.transaction.execute(PUT, &[&owner, &since, &seen_at]).await?;
        }
        Ok(())
    }

    async fn pictures(&self) -> Result<usize, StorageError> {
        const PICTURES: &str =
            "SELECT rowid, id, bytes, idle_at FROM pictures WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        const PUT: &str = "INSERT INTO pictures (id, bytes, idle_at) VALUES ($1, $2, $3)";
        const NAMED: &str = "SELECT picture, quiz, version FROM quiz_pictures";
        const PUT_NAMED: &str = "INSERT INTO quiz_pictures (picture, quiz, version) VALUES ($1, $2, $3)";
        let (mut after, mut moved) = (0, 0);
        let picture = |row: &Row<'_>| Ok((text(row, 1)?, row.get(2)?, row.get(3)?));
        while let Some(pictures) = self.rows::<(String, Vec<u8>, i64)>(PICTURES, &mut after, LARGE, picture).await? {
            moved += pictures.len();
            for (id, bytes, idle_at) in pictures {
                self.transaction.execute(PUT, &[&id, &bytes, &idle_at]).await?;
            }
        }
        let named = |row: &Row<'_>| Ok((text(row, 0)?, text(row, 1)?, row.get(2)?));
        for (picture, quiz, version) in self.all::<(String, String, i64)>(NAMED, named).await? {
            self.transaction.execute(PUT_NAMED, &[&picture, &quiz, &version]).await?;
        }
        Ok(moved)
    }

    async fn rooms(&self) -> Result<usize, StorageError> {
        const ROOMS: &str = "
            SELECT rowid, channel, title, listed, created_at, active_at FROM rooms
            WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        const PUT: &str = "
            INSERT INTO rooms (id, title, listed, created_at, active_at) VALUES ($1, $2, $3, $4, $5)";
        type Room = (String, String, bool, i64, i64);
        let (mut after, mut moved) = (0, 0);
        let room =
            |row: &Row<'_>| Ok((text(row, 1)?, text(row, 2)?, row.get::<_, i64>(3)? == 1, row.get(4)?, row.get(5)?));
        while let Some(rooms) = self.rows::<Room>(ROOMS, &mut after, BATCH, room).await? {
            for (channel, title, listed, created_at, active_at) in rooms {
                let Some(room) = room_of(&channel) else { continue };
                self.transaction.execute(PUT, &[&room.as_str(), &title, &listed, &created_at, &active_at]).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// What was said in rooms, as the archive stores it.
    async fn messages(&self) -> Result<u64, StorageError> {
        const LOGS: &str = "SELECT id, channel, top FROM logs WHERE id > ?1 ORDER BY id LIMIT ?2";
        let (mut after, mut moved) = (0, 0);
        let log = |row: &Row<'_>| Ok((row.get(0)?, text(row, 1)?, row.get(2)?));
        while let Some(logs) = self.rows::<(i64, String, i64)>(LOGS, &mut after, BATCH, log).await? {
            for (log, channel, top) in logs {
                if let Some(room) = room_of(&channel) {
                    moved += self.log(log, room, top.unsigned_abs()).await?;
                }
            }
        }
        Ok(moved)
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
            let before = after;
            after = entries.last().map_or(after, |(offset, _)| *offset);
            let messages: Vec<Message> =
                entries.iter().filter_map(|(offset, frame)| message(&room, *offset, frame)).collect();
            let mut versions = self.versions(log, before, after).await?;
            // Those of a message that stays behind stay, too.
            let moved_offsets: HashSet<u64> = messages.iter().map(|message| message.offset).collect();
            versions.retain(|version| moved_offsets.contains(&version.offset));
            moved += messages.len() as u64;
            let last = if is_last { top } else { after.unsigned_abs() };
            MessageStore::import(self.transaction, ImportedRoom { room: room.clone(), messages, versions, last })
                .await?;
            if is_last {
                return Ok(moved);
            }
        }
    }
}

impl Moving<'_> {
    /// What messages after an offset, up to another one, said before they were edited.
    async fn versions(&self, log: i64, after: i64, last: i64) -> Result<Vec<Version>, StorageError> {
        let read = move |sql: &File| {
            const EARLIER: &str = "
                SELECT offset, until_offset, frame FROM earlier_frames
                WHERE log = ?1 AND offset > ?2 AND offset <= ?3 ORDER BY offset, until_offset";
            let mut rows = sql.prepare_cached(EARLIER)?;
            let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?));
            Ok(rows.query_map([log, after, last], row)?.collect::<Result<Vec<_>, _>>()?)
        };
        let version = |(offset, until, frame): (i64, i64, Vec<u8>)| {
            let message = wire::decode_message(std::str::from_utf8(&frame).ok()?)?;
            let said_at = message.edited_at.unwrap_or(message.sent_at);
            let (offset, until) = (offset.unsigned_abs(), until.unsigned_abs());
            Some(Version { offset, until, text: message.message, said_at })
        };
        Ok(self.file.read(read).await?.into_iter().filter_map(version).collect())
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

/// The message of an entry; `None` for a change of one, which the message shows. A damaged one stays behind, and is told.
fn message(room: &RoomId, offset: i64, frame: &[u8]) -> Option<Message> {
    let event = document::text(frame, "a message").ok().and_then(wire::decode_event);
    match event.filter(|event| event.offset() == offset.unsigned_abs()) {
        Some(RoomEvent::Posted(message)) => Some(message),
        Some(RoomEvent::Edited(_) | RoomEvent::Deleted(_)) => None,
        None => {
            warn!(room.id = %room, "entry {offset} of {room} is damaged and stays behind");
            None
        }
    }
}

/// A text, in which nothing stands that PostgreSQL takes for no text.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = storage::sqlite::bytes(row, column)?;
    Ok(String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"))
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}
