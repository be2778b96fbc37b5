//! The list of rooms of all nodes, in Redis.

use async_trait::async_trait;
use protocol::RoomId;
use redis::{Cmd, Script};

use super::{KNOWN, KnownRoom, Rooms, RoomsError};
use crate::broker::BrokerError;
use crate::broker::redis::Link;

/// A sorted set, scored by when somebody last was there, in Redis time.
const ROOMS: &str = "hubbub:{rooms}";
/// A hash: room -> title.
const TITLES: &str = "hubbub:{rooms}:titles";

/// The list of rooms on Redis.
pub struct RedisRooms {
    link: Link,
    touch: Script,
}

impl RedisRooms {
    /// Works on the broker's connection for commands.
    pub fn new(link: Link) -> Self {
        Self { link, touch: Script::new(include_str!("touch.lua")) }
    }

    async fn touch_as(&self, room: &RoomId, title: &str) -> Result<(), RoomsError> {
        let mut touch = self.touch.prepare_invoke();
        touch.key(ROOMS).key(TITLES).arg(room.as_str()).arg(title).arg(KNOWN);
        Ok(self.link.invoke(&touch).await?)
    }
}

#[async_trait]
impl Rooms for RedisRooms {
    async fn open(&self, room: &RoomId, title: &str) -> Result<(), RoomsError> {
        self.touch_as(room, title).await
    }

    async fn touch(&self, room: &RoomId) -> Result<(), RoomsError> {
        self.touch_as(room, "").await
    }

    async fn title(&self, room: &RoomId) -> Result<Option<String>, RoomsError> {
        Ok(self.link.run(&Cmd::hget(TITLES, room.as_str())).await?)
    }

    async fn recent(&self, limit: usize) -> Result<Vec<KnownRoom>, RoomsError> {
        let Some(last) = limit.checked_sub(1) else { return Ok(Vec::new()) };
        let last = isize::try_from(last).unwrap_or(isize::MAX);
        let recent: Vec<(String, u64)> = self.link.run(&Cmd::zrevrange_withscores(ROOMS, 0, last)).await?;
        if recent.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = recent.iter().map(|(room, _)| room.as_str()).collect();
        let titles: Vec<Option<String>> = self.link.run(&Cmd::hmget(TITLES, ids)).await?;
        let known = |((room, active_at), title): (&(String, u64), _)| {
            Some(KnownRoom { room: RoomId::parse(room).ok()?, title, active_at: *active_at })
        };
        Ok(recent.iter().zip(titles).filter_map(known).collect())
    }
}

impl From<BrokerError> for RoomsError {
    fn from(error: BrokerError) -> Self {
        Self(error.to_string())
    }
}
