//! The list of rooms of a single node, in its data file.

use async_trait::async_trait;
use protocol::RoomId;
use realtime::channel::Channel;
use rusqlite::{Connection, OptionalExtension, Row, params};
use storage::sqlite::{self, Sqlite};
use storage::{StorageError, clock, document, readable};

use super::{DAMAGED, FORGOTTEN_AT_ONCE, KNOWN, KnownRoom, Listing, Rooms, damaged_room};

/// The first title stays, and so does the choice of the listing; an empty title means none.
const KNOW: &str = "
    INSERT INTO rooms (channel, title, created_at, active_at, listed) VALUES (?1, ?2, ?3, ?3, ?4)
    ON CONFLICT (channel) DO UPDATE SET
        title = iif(title = '', excluded.title, title),
        active_at = max(active_at, excluded.active_at)";

const ENTER: &str = "UPDATE rooms SET active_at = max(active_at, ?2) WHERE channel = ?1";

/// Maintained by triggers, because counting the rooms takes longer the more there are.
const COUNT: &str = "SELECT rooms FROM room_count WHERE id = 0";

/// Deletes from the quiet end of the index, as many as necessary.
const FORGET: &str = "
    DELETE FROM rooms WHERE rowid IN (SELECT rowid FROM rooms ORDER BY active_at LIMIT ?1)";

const TITLE: &str = "SELECT title FROM rooms WHERE channel = ?1 AND title <> ''";

const LISTED: &str = "
    SELECT channel, title, active_at FROM rooms WHERE listed = 1 ORDER BY active_at DESC LIMIT ?1";

/// The list of rooms of a node without Redis.
pub struct EmbeddedRooms {
    store: Sqlite,
}

impl EmbeddedRooms {
    /// A list in the node's data file.
    pub fn new(store: Sqlite) -> Self {
        Self { store }
    }

    async fn know(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        let (channel, title, now) = (key(room), title.to_owned(), now_ms());
        let write = move |sql: &Connection| {
            sql.prepare_cached(KNOW)?.execute(params![channel, title, now, listing == Listing::Listed])?;
            forget_quiet(sql)
        };
        self.store.write(write).await
    }
}

/// Deletes rooms beyond the limit.
fn forget_quiet(sql: &Connection) -> Result<(), StorageError> {
    let known: i64 = sql.prepare_cached(COUNT)?.query_row([], |row| row.get(0))?;
    let excess = known.saturating_sub(count(KNOWN)).min(count(FORGOTTEN_AT_ONCE));
    if excess > 0 {
        sql.prepare_cached(FORGET)?.execute([excess])?;
    }
    Ok(())
}

#[async_trait]
impl Rooms for EmbeddedRooms {
    async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        self.know(room, title, listing).await
    }

    async fn note_message(&self, room: &RoomId) -> Result<(), StorageError> {
        self.know(room, "", Listing::Unlisted).await
    }

    async fn enter(&self, room: &RoomId) -> Result<(), StorageError> {
        let (channel, now) = (key(room), now_ms());
        let write = move |sql: &Connection| {
            sql.prepare_cached(ENTER)?.execute(params![channel, now])?;
            Ok(())
        };
        Ok(self.store.write(write).await?)
    }

    async fn title(&self, room: &RoomId) -> Result<Option<String>, StorageError> {
        let channel = key(room);
        let read =
            move |sql: &Connection| Ok(sql.prepare_cached(TITLE)?.query_row([channel], |row| row.get(0)).optional()?);
        Ok(self.store.read(read).await?)
    }

    async fn listed(&self, limit: usize) -> Result<Vec<KnownRoom>, StorageError> {
        let read = move |sql: &Connection| {
            let mut listed = sql.prepare_cached(LISTED)?;
            let row = |row: &Row<'_>| Ok((sqlite::bytes(row, 0)?, sqlite::bytes(row, 1)?, row.get::<_, i64>(2)?));
            Ok(listed.query_map([count(limit)], row)?.collect::<Result<Vec<_>, _>>()?)
        };
        let rows = self.store.read(read).await?;
        let known = |(channel, title, active_at): (Vec<u8>, Vec<u8>, i64)| {
            let room = Channel::parse(document::text(&channel, DAMAGED)?).ok_or_else(damaged_room)?.room();
            let title = Some(document::text(&title, DAMAGED)?.to_owned()).filter(|title| !title.is_empty());
            Ok(KnownRoom { room, title, active_at: active_at.unsigned_abs() })
        };
        Ok(readable(rows.into_iter().map(known)))
    }
}

fn key(room: &RoomId) -> String {
    Channel::Room(room.clone()).to_string()
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn now_ms() -> i64 {
    i64::try_from(clock::now_ms()).unwrap_or(i64::MAX)
}
