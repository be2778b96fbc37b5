//! The list of rooms of a single node, in its data file.

use async_trait::async_trait;
use protocol::RoomId;
use rusqlite::{OptionalExtension, params};

use super::{KNOWN, KnownRoom, Rooms, RoomsError};
use crate::channel::Channel;
use crate::clock;
use crate::store::{Store, StoreError};

/// A title once given stays; the empty one stands for none.
const TOUCH: &str = "
    INSERT INTO rooms (channel, title, created_at, active_at) VALUES (?1, ?2, ?3, ?3)
    ON CONFLICT (channel) DO UPDATE SET
        title = iif(title = '', excluded.title, title),
        active_at = max(active_at, excluded.active_at)";

/// Looks only at rooms beyond the limit, which the index finds at once.
const TRIM: &str = "
    DELETE FROM rooms WHERE channel IN
        (SELECT channel FROM rooms ORDER BY active_at DESC, channel LIMIT 100 OFFSET ?1)";

const TITLE: &str = "SELECT title FROM rooms WHERE channel = ?1 AND title <> ''";

const RECENT: &str = "
    SELECT channel, nullif(title, ''), active_at FROM rooms ORDER BY active_at DESC, channel LIMIT ?1";

/// The list of rooms without Redis.
pub struct EmbeddedRooms {
    store: Store,
}

impl EmbeddedRooms {
    /// Works on the node's data file.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    async fn touch_as(&self, room: &RoomId, title: &str) -> Result<(), RoomsError> {
        let (channel, title, now) = (key(room), title.to_owned(), now_ms());
        let write = move |sql: &rusqlite::Connection| {
            let is_known = sql.prepare_cached("SELECT 1 FROM rooms WHERE channel = ?1")?.exists([&channel])?;
            sql.prepare_cached(TOUCH)?.execute(params![channel, title, now])?;
            if !is_known {
                sql.prepare_cached(TRIM)?.execute([count(KNOWN)])?;
            }
            Ok(())
        };
        Ok(self.store.write(write).await?)
    }
}

#[async_trait]
impl Rooms for EmbeddedRooms {
    async fn open(&self, room: &RoomId, title: &str) -> Result<(), RoomsError> {
        self.touch_as(room, title).await
    }

    async fn touch(&self, room: &RoomId) -> Result<(), RoomsError> {
        self.touch_as(room, "").await
    }

    async fn title(&self, room: &RoomId) -> Result<Option<String>, RoomsError> {
        let channel = key(room);
        let read = move |sql: &rusqlite::Connection| {
            Ok(sql.prepare_cached(TITLE)?.query_row([channel], |row| row.get(0)).optional()?)
        };
        Ok(self.store.read(read).await?)
    }

    async fn recent(&self, limit: usize) -> Result<Vec<KnownRoom>, RoomsError> {
        let read = move |sql: &rusqlite::Connection| {
            let mut recent = sql.prepare_cached(RECENT)?;
            let rows = recent.query_map([count(limit)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<Result<Vec<(String, Option<String>, i64)>, _>>()?)
        };
        let rows = self.store.read(read).await?;
        let known = |(channel, title, active_at): (String, _, i64)| {
            let room = Channel::parse(&channel)?.room();
            Some(KnownRoom { room, title, active_at: active_at.unsigned_abs() })
        };
        Ok(rows.into_iter().filter_map(known).collect())
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

impl From<StoreError> for RoomsError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}
