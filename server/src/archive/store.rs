//! The messages in the database.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use protocol::{Member, Message, MessageId, Name, RoomId, UserId};
use realtime::broker::redis::Archive;
use realtime::channel::Channel;
use storage::postgres::{Postgres, Transaction, column};
use storage::{StorageError, clock, readable};
use tokio_postgres::Row;

/// In one order, so that two nodes never wait for each other.
const LOCK: &str = "SELECT room, archived, fence FROM room_logs WHERE room = ANY($1) ORDER BY room FOR UPDATE";
const BEGIN: &str = "
    INSERT INTO room_logs (room) SELECT room FROM unnest($1::text[]) AS room ORDER BY room ON CONFLICT DO NOTHING";
const CURSORS: &str = "SELECT room, archived, fence FROM room_logs WHERE room = ANY($1)";
const APPEND: &str = "
    INSERT INTO messages (room, log_offset, id, author, name, text, sent_at)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    ON CONFLICT DO NOTHING";
const ADVANCE: &str = "
    UPDATE room_logs SET archived = last FROM unnest($1::text[], $2::bigint[]) AS done (room, last)
    WHERE room_logs.room = done.room";
/// A room in which somebody wrote is known, also if nobody opened it under a title.
const KNOW: &str = "
    INSERT INTO rooms (id, title, listed, created_at, active_at)
    SELECT room, '', false, last_at, last_at FROM unnest($1::text[], $2::bigint[]) AS spoken (room, last_at) ORDER BY room
    ON CONFLICT (id) DO UPDATE SET active_at = greatest(rooms.active_at, excluded.active_at)";
const BEFORE: &str = "
    SELECT log_offset, id, author, name, text, sent_at FROM messages
    WHERE room = $1 AND log_offset < $2 ORDER BY log_offset DESC LIMIT $3";
/// Whoever read the log before this may store nothing of it afterwards. The fence is the time at least, so that none comes
/// again after its row was forgotten.
const FENCE: &str = "
    INSERT INTO room_logs (room, fence, fenced_at) VALUES ($1, $2, $2)
    ON CONFLICT (room) DO UPDATE SET fence = greatest(room_logs.fence + 1, excluded.fence), fenced_at = excluded.fenced_at RETURNING archived";

/// What a message is called in an error.
const DAMAGED: &str = "a message in the database";

/// How far the database has a room.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    pub(super) archived: u64,
    pub(super) fence: i64,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The database has the room up to this offset.
    Stored(u64),
    /// The room's fence has changed: its log was lost meanwhile, and what was read of it may not be in the log any more.
    Fenced,
    /// The database has less of the room than was read after: it lost something, as a standby may that takes over.
    Behind,
}

/// Messages of a room that follow those in the database.
pub(super) struct RoomBatch {
    pub(super) room: RoomId,
    /// The room's fence before they were read.
    pub(super) fence: i64,
    /// The offset after which they were read.
    pub(super) after: u64,
    pub(super) messages: Vec<Message>,
    /// The offset up to which the log was read.
    pub(super) last: u64,
    /// Whether there is probably more to read.
    pub(super) has_more: bool,
}

/// Messages that come from elsewhere.
pub struct ImportedRoom {
    /// The room that they were said in.
    pub room: RoomId,
    /// The messages, in the order of their offsets.
    pub messages: Vec<Message>,
    /// The last offset of the room's log that is taken.
    pub last: u64,
}

/// The messages of all rooms, in the deployment's database.
#[derive(Clone)]
pub struct MessageStore {
    database: Postgres,
}

impl MessageStore {
    /// The messages in a database.
    pub fn new(database: Postgres) -> Self {
        Self { database }
    }

    /// How far the database has rooms. A room's fence has to be known before its log is read.
    pub(super) async fn cursors(&self, rooms: &[RoomId]) -> Result<HashMap<RoomId, Cursor>, StorageError> {
        let ids: Vec<&str> = rooms.iter().map(RoomId::as_str).collect();
        let mut cursors = cursors(&self.database.query(CURSORS, &[&ids]).await?)?;
        for room in rooms {
            cursors.entry(room.clone()).or_default();
        }
        Ok(cursors)
    }

    /// Stores what is not stored yet, all of it in one transaction. Returns what became of each batch, in their order.
    pub(super) async fn append(&self, batches: &[RoomBatch]) -> Result<Vec<Outcome>, StorageError> {
        let mut connection = self.database.connection().await?;
        let transaction = connection.begin().await?;
        let ids: Vec<&str> = batches.iter().map(|batch| batch.room.as_str()).collect();
        transaction.execute(BEGIN, &[&ids]).await?;
        let stored = cursors(&transaction.query(LOCK, &[&ids]).await?)?;
        let (mut done, mut outcomes) = (Vec::new(), Vec::with_capacity(batches.len()));
        let mut columns = Columns::default();
        for batch in batches {
            let cursor = stored.get(&batch.room).copied().unwrap_or_default();
            outcomes.push(if cursor.fence != batch.fence {
                Outcome::Fenced
            } else if cursor.archived < batch.after {
                Outcome::Behind
            } else {
                let last = cursor.archived.max(batch.last);
                columns.add(&batch.room, batch.messages.iter().filter(|message| message.offset > cursor.archived));
                done.push((batch.room.clone(), last));
                Outcome::Stored(last)
            });
        }
        columns.insert(&transaction, &done).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// Stores messages of a room as a part of a larger transaction, for a room that nobody uses yet.
    ///
    /// # Errors [`StorageError`]
    pub async fn import(transaction: &Transaction<'_>, imported: ImportedRoom) -> Result<(), StorageError> {
        let ImportedRoom { room, messages, last } = imported;
        let mut columns = Columns::default();
        columns.add(&room, messages.iter());
        transaction.execute(BEGIN, &[&vec![room.as_str()]]).await?;
        columns.insert(transaction, &[(room.clone(), last)]).await
    }

    /// The last messages of a room before an offset, at most `limit`; newest first. A damaged one is left out.
    pub(super) async fn before(&self, room: &RoomId, below: u64, limit: usize) -> Result<Vec<Message>, StorageError> {
        let (below, limit) = (number(below), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.database.query(BEFORE, &[&room.as_str(), &below, &limit]).await?;
        Ok(readable(rows.iter().map(|row| message(room, row))))
    }
}

/// What is inserted, column by column.
#[derive(Default)]
struct Columns<'a> {
    rooms: Vec<&'a str>,
    offsets: Vec<i64>,
    ids: Vec<&'a str>,
    authors: Vec<&'a str>,
    names: Vec<&'a str>,
    texts: Vec<String>,
    times: Vec<i64>,
    spoken: Vec<(&'a str, i64)>,
}

impl<'a> Columns<'a> {
    fn add(&mut self, room: &'a RoomId, messages: impl Iterator<Item = &'a Message>) {
        let before = self.times.len();
        for message in messages {
            self.rooms.push(room.as_str());
            self.offsets.push(number(message.offset));
            self.ids.push(message.id.as_str());
            self.authors.push(message.author.id.as_str());
            self.names.push(message.author.name.as_str());
            // PostgreSQL has no text with this character, and no message has had it since texts are cleaned.
            self.texts.push(message.message.replace('\0', "\u{fffd}"));
            self.times.push(number(message.sent_at));
        }
        if let Some(last) = self.times.get(before..).and_then(|times| times.iter().max()) {
            self.spoken.push((room.as_str(), *last));
        }
    }

    async fn insert(&self, transaction: &Transaction<'_>, done: &[(RoomId, u64)]) -> Result<(), StorageError> {
        let Self { rooms, offsets, ids, authors, names, texts, times, spoken } = self;
        if !rooms.is_empty() {
            transaction.execute(APPEND, &[rooms, offsets, ids, authors, names, texts, times]).await?;
            let (rooms, last): (Vec<&str>, Vec<i64>) = spoken.iter().copied().unzip();
            transaction.execute(KNOW, &[&rooms, &last]).await?;
        }
        let (rooms, last): (Vec<&str>, Vec<i64>) =
            done.iter().map(|(room, last)| (room.as_str(), number(*last))).unzip();
        transaction.execute(ADVANCE, &[&rooms, &last]).await?;
        Ok(())
    }
}

#[async_trait]
impl Archive for MessageStore {
    async fn top(&self, channel: &Channel) -> Result<u64, StorageError> {
        if !channel.lasts() {
            return Ok(0);
        }
        let row = self.database.query_opt(FENCE, &[&channel.room().as_str(), &number(clock::now_ms())]).await?;
        let top: i64 = row.map(|row| column(&row, 0)).transpose()?.unwrap_or(0);
        Ok(top.unsigned_abs())
    }
}

impl fmt::Debug for MessageStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageStore")
    }
}

fn cursors(rows: &[Row]) -> Result<HashMap<RoomId, Cursor>, StorageError> {
    let cursor = |row| {
        let cursor = Cursor { archived: column::<i64>(row, 1)?.unsigned_abs(), fence: column(row, 2)? };
        Ok((room(row)?, cursor))
    };
    rows.iter().map(cursor).collect()
}

fn room(row: &Row) -> Result<RoomId, StorageError> {
    RoomId::parse_canonical(column(row, 0)?).ok_or_else(|| StorageError::corrupt("the id of a room in the database"))
}

fn message(room: &RoomId, row: &Row) -> Result<Message, StorageError> {
    let wrong = |error: &dyn fmt::Display| StorageError::corrupt(format!("{DAMAGED}: {error}"));
    let id = UserId::parse(column(row, 2)?).map_err(|error| wrong(&error))?;
    let name = Name::parse(column(row, 3)?).map_err(|error| wrong(&error))?;
    Ok(Message {
        room_id: room.clone(),
        id: MessageId::parse(column(row, 1)?).map_err(|error| wrong(&error))?,
        offset: column::<i64>(row, 0)?.unsigned_abs(),
        author: Member { id, name },
        message: column(row, 4)?,
        sent_at: column::<i64>(row, 5)?.unsigned_abs(),
    })
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
