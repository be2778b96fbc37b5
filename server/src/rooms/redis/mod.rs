//! The list of rooms of all nodes, in Redis.
//!
//! Each independent server lists the rooms that it keeps; a cluster has one list. The rooms of a server that
//! is away are missing.

use std::cmp::Reverse;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use protocol::RoomId;
use realtime::channel::Channel;
use redis::{Cmd, Script};
use storage::redis::{Keyspace, Router, Shard, scripts};
use storage::{StorageError, document, readable};
use tracing::warn;

use super::{DAMAGED, FORGOTTEN_AT_ONCE, KNOWN, KnownRoom, Listing, Rooms, damaged_room};

/// The keys of one list.
pub(crate) struct Keys {
    /// A sorted set of rooms, scored by when they were last active, in Redis time.
    pub(crate) rooms: String,
    /// A hash: room -> title.
    pub(crate) titles: String,
    /// As `rooms`, with the listed ones only.
    pub(crate) listed: String,
}

impl Keys {
    pub(crate) fn new(keyspace: &Keyspace) -> Self {
        let [rooms, titles, listed] =
            ["", ":titles", ":listed"].map(|end| keyspace.name(format_args!("{{rooms}}{end}")));
        Self { rooms, titles, listed }
    }
}

/// The list of rooms of a deployment, in Redis.
pub struct RedisRooms {
    router: Router,
    keys: Keys,
    touch: Script,
}

impl RedisRooms {
    /// A list over the broker's connections for commands.
    pub fn new(router: Router) -> Self {
        Self { keys: Keys::new(router.keyspace()), router, touch: Script::new(scripts::rooms::TOUCH) }
    }

    /// Runs `touch.lua`; `what` is the kind of activity.
    async fn touch(&self, room: &RoomId, title: &str, what: &str) -> Result<(), StorageError> {
        let Keys { rooms, titles, listed } = &self.keys;
        let mut touch = self.touch.prepare_invoke();
        touch.key(rooms).key(titles).key(listed);
        touch.arg(room.as_str()).arg(title).arg(KNOWN).arg(FORGOTTEN_AT_ONCE).arg(what);
        self.shard_of(room)?.invoke(&touch).await
    }

    fn shard_of(&self, room: &RoomId) -> Result<Arc<Shard>, StorageError> {
        self.router.at(self.router.site_of(&Channel::Room(room.clone())), &self.keys.rooms)
    }

    async fn listed_at(&self, site: usize, last: isize) -> Result<Vec<KnownRoom>, StorageError> {
        let shard = self.router.at(site, &self.keys.rooms)?;
        let recent: Vec<(Vec<u8>, u64)> = shard.run(&Cmd::zrevrange_withscores(&self.keys.listed, 0, last)).await?;
        if recent.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&[u8]> = recent.iter().map(|(room, _)| room.as_slice()).collect();
        let titles: Vec<Option<Vec<u8>>> = shard.run(&Cmd::hmget(&self.keys.titles, ids)).await?;
        let known = |((room, active_at), title): (&(Vec<u8>, u64), Option<Vec<u8>>)| {
            let room = RoomId::parse_canonical(document::text(room, DAMAGED)?).ok_or_else(damaged_room)?;
            let title = title.map(|title| document::text(&title, DAMAGED).map(str::to_owned)).transpose()?;
            Ok(KnownRoom { room, title, active_at: *active_at })
        };
        Ok(readable(recent.iter().zip(titles).map(known)))
    }
}

#[async_trait]
impl Rooms for RedisRooms {
    async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        let what = if listing == Listing::Listed { "list" } else { "speak" };
        self.touch(room, title, what).await
    }

    async fn note_message(&self, room: &RoomId) -> Result<(), StorageError> {
        self.touch(room, "", "speak").await
    }

    async fn enter(&self, room: &RoomId) -> Result<(), StorageError> {
        self.touch(room, "", "enter").await
    }

    async fn title(&self, room: &RoomId) -> Result<Option<String>, StorageError> {
        Ok(self.shard_of(room)?.run(&Cmd::hget(&self.keys.titles, room.as_str())).await?)
    }

    async fn listed(&self, limit: usize) -> Result<Vec<KnownRoom>, StorageError> {
        let Some(last) = limit.checked_sub(1) else { return Ok(Vec::new()) };
        let last = isize::try_from(last).unwrap_or(isize::MAX);
        let lists = join_all((0..self.router.sites()).map(|site| self.listed_at(site, last))).await;
        if let Some(Err(error)) = lists.iter().find(|list| list.is_err()) {
            if lists.iter().all(Result::is_err) {
                return Err(error.clone());
            }
            warn!("some rooms are missing in the list: {error}");
        }
        let mut recent: Vec<_> = lists.into_iter().flatten().flatten().collect();
        // A stable sort keeps the order within one list.
        recent.sort_by_key(|known| Reverse(known.active_at));
        recent.truncate(limit);
        Ok(recent)
    }
}
