//! The messages in the database.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use protocol::{Message, RoomEvent, RoomId};
use realtime::broker::redis::Archive;
use realtime::channel::Channel;
use storage::postgres::{Postgres, Transaction, column};
use storage::{StorageError, clock, readable};
use tokio_postgres::Row;
use tracing::warn;

use super::folded::{Folded, Version, fold, targets};
use super::rows::{Columns, message, number, storable, with_columns};

/// In one order, so that two nodes never wait for each other.
const LOCK: &str = "SELECT room, archived, fence FROM room_logs WHERE room = ANY($1) ORDER BY room FOR UPDATE";
const BEGIN: &str = "
    INSERT INTO room_logs (room) SELECT room FROM unnest($1::text[]) AS room ORDER BY room ON CONFLICT DO NOTHING";
const CURSORS: &str = "SELECT room, archived, fence FROM room_logs WHERE room = ANY($1)";
const ADVANCE: &str = "
    UPDATE room_logs SET archived = last FROM unnest($1::text[], $2::bigint[]) AS done (room, last)
    WHERE room_logs.room = done.room";
/// A room in which somebody wrote is known, also if nobody opened it under a title.
const KNOW: &str = "
    INSERT INTO rooms (id, title, listed, created_at, active_at)
    SELECT room, '', false, last_at, last_at FROM unnest($1::text[], $2::bigint[]) AS spoken (room, last_at) ORDER BY room
    ON CONFLICT (id) DO UPDATE SET active_at = greatest(rooms.active_at, excluded.active_at)";
const BEFORE: &str =
    with_columns!("SELECT ", " FROM messages WHERE room = $1 AND log_offset < $2 ORDER BY log_offset DESC LIMIT $3");
const AT: &str = with_columns!("SELECT ", " FROM messages WHERE room = $1 AND log_offset = $2");
const TARGETS: &str = with_columns!(
    "SELECT messages.room, ",
    " FROM messages JOIN unnest($1::text[], $2::bigint[]) AS target (room, log_offset) USING (room, log_offset)"
);
const ERASE: &str = "
    DELETE FROM message_versions USING unnest($1::text[], $2::bigint[]) AS gone (room, log_offset)
    WHERE message_versions.room = gone.room AND message_versions.log_offset = gone.log_offset";
const KEEP: &str = "
    INSERT INTO message_versions (room, log_offset, until_offset, text, said_at)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) ON CONFLICT DO NOTHING";
/// Whoever read the log before this may store nothing of it afterwards. The fence is the time at least, so that none comes
/// again after its row was forgotten.
const FENCE: &str = "
    INSERT INTO room_logs (room, fence, fenced_at) VALUES ($1, $2, $2)
    ON CONFLICT (room) DO UPDATE SET fence = greatest(room_logs.fence + 1, excluded.fence), fenced_at = excluded.fenced_at RETURNING archived";

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

/// Events of a room that follow those in the database.
pub(super) struct RoomBatch {
    pub(super) room: RoomId,
    /// The room's fence before they were read.
    pub(super) fence: i64,
    /// The offset after which they were read.
    pub(super) after: u64,
    pub(super) events: Vec<RoomEvent>,
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
    /// What they said before they were edited.
    pub versions: Vec<Version>,
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
        let mut accepted = Vec::new();
        for batch in batches {
            let cursor = stored.get(&batch.room).copied().unwrap_or_default();
            outcomes.push(if cursor.fence != batch.fence {
                Outcome::Fenced
            } else if cursor.archived < batch.after {
                Outcome::Behind
            } else {
                let last = cursor.archived.max(batch.last);
                let new = batch.events.iter().filter(|event| event.offset() > cursor.archived).cloned().collect();
                accepted.push((&batch.room, new));
                done.push((batch.room.clone(), last));
                Outcome::Stored(last)
            });
        }
        let folded = fold_all(&transaction, accepted).await?;
        put(&transaction, &folded, &done).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// Stores messages of a room as a part of a larger transaction, for a room that nobody uses yet.
    ///
    /// # Errors [`StorageError`]: the database refused them; the transaction is of no more use.
    pub async fn import(transaction: &Transaction<'_>, imported: ImportedRoom) -> Result<(), StorageError> {
        let ImportedRoom { room, messages, versions, last } = imported;
        let folded = Folded {
            new: messages.into_iter().map(|message| (message.offset, message)).collect(),
            versions,
            ..Folded::default()
        };
        transaction.execute(BEGIN, &[&vec![room.as_str()]]).await?;
        put(transaction, &[(&room, folded)], &[(room.clone(), last)]).await
    }

    /// The last messages of a room before an offset, at most `limit`; newest first. A damaged one is left out.
    pub(super) async fn before(&self, room: &RoomId, below: u64, limit: usize) -> Result<Vec<Message>, StorageError> {
        let (below, limit) = (number(below), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.database.query(BEFORE, &[&room.as_str(), &below, &limit]).await?;
        Ok(readable(rows.iter().map(|row| message(room, row, 0))))
    }

    /// The message at an offset of a room, if the database has it.
    ///
    /// # Errors [`StorageError`]: the database did not answer, or the row cannot be read.
    pub(crate) async fn message(&self, room: &RoomId, offset: u64) -> Result<Option<Message>, StorageError> {
        let row = self.database.query_opt(AT, &[&room.as_str(), &number(offset)]).await?;
        row.map(|row| message(room, &row, 0)).transpose()
    }
}

/// Folds the events of each room into what the database has of the messages that they are about.
async fn fold_all<'r>(
    transaction: &Transaction<'_>,
    accepted: Vec<(&'r RoomId, Vec<RoomEvent>)>,
) -> Result<Vec<(&'r RoomId, Folded)>, StorageError> {
    let (mut rooms, mut offsets) = (Vec::new(), Vec::new());
    for (room, events) in &accepted {
        for target in targets(events) {
            rooms.push(room.as_str());
            offsets.push(number(target));
        }
    }
    let mut known: HashMap<RoomId, Vec<Message>> = HashMap::new();
    if !rooms.is_empty() {
        for row in transaction.query(TARGETS, &[&rooms, &offsets]).await? {
            let room = room(&row)?;
            match message(&room, &row, 1) {
                Ok(message) => known.entry(room).or_default().push(message),
                Err(error) => warn!(room.id = %room, "an event is not applied: {error}"),
            }
        }
    }
    let fold = |(room, events)| (room, fold(events, known.remove(room).unwrap_or_default()));
    Ok(accepted.into_iter().map(fold).collect())
}

/// Writes what was folded, and how far each room is archived.
async fn put(
    transaction: &Transaction<'_>,
    folded: &[(&RoomId, Folded)],
    done: &[(RoomId, u64)],
) -> Result<(), StorageError> {
    let (mut new, mut changed) = (Columns::default(), Columns::default());
    let (mut spoken, mut erased, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for (room, folded) in folded {
        folded.new.values().for_each(|message| new.push(room, message));
        folded.known.values().for_each(|message| changed.push(room, message));
        erased.extend(folded.erased.iter().map(|offset| (room.as_str(), number(*offset))));
        versions.extend(folded.versions.iter().map(|version| (room.as_str(), version)));
        let last = folded.new.values().map(|message| message.sent_at).max();
        spoken.extend(last.map(|last| (room.as_str(), number(last))));
    }
    // First, as retention locks them.
    if !spoken.is_empty() {
        let (rooms, last): (Vec<_>, Vec<_>) = spoken.into_iter().unzip();
        transaction.execute(KNOW, &[&rooms, &last]).await?;
    }
    new.insert(transaction).await?;
    changed.update(transaction).await?;
    if !erased.is_empty() {
        let (rooms, offsets): (Vec<_>, Vec<_>) = erased.into_iter().unzip();
        transaction.execute(ERASE, &[&rooms, &offsets]).await?;
    }
    if !versions.is_empty() {
        let rooms: Vec<&str> = versions.iter().map(|(room, _)| *room).collect();
        let column = |of: fn(&Version) -> u64| versions.iter().map(|(_, version)| number(of(version))).collect();
        let [offsets, until, said_at]: [Vec<i64>; 3] =
            [column(|version| version.offset), column(|version| version.until), column(|version| version.said_at)];
        let texts: Vec<String> = versions.iter().map(|(_, version)| storable(&version.text)).collect();
        transaction.execute(KEEP, &[&rooms, &offsets, &until, &texts, &said_at]).await?;
    }
    let (rooms, last): (Vec<_>, Vec<_>) = done.iter().map(|(room, last)| (room.as_str(), number(*last))).unzip();
    transaction.execute(ADVANCE, &[&rooms, &last]).await?;
    Ok(())
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
