//! The list, in Redis, of rooms that may have something to archive: whoever wrote in one put it there before the message
//! was acknowledged, so that another node archives it if that one dies.

use std::time::Duration;

use protocol::RoomId;
use quick_cache::sync::Cache;
use redis::{Cmd, Script};
use storage::redis::{Router, scripts};
use storage::{StorageError, clock, document, readable};
use tokio::time::Instant;

/// How long a node does not put a room on the list again. Less than [`LISTED_FOR`] by more than clocks differ.
const REFRESHED: Duration = Duration::from_secs(5);
/// How long a room stays on the list untouched until a node looks whether it has anything to archive.
const LISTED_FOR: Duration = Duration::from_secs(15);
/// How often one of the nodes looks.
const LOOKED_AT: Duration = Duration::from_secs(5);
/// How many rooms this node remembers to have put there; of others it does so again.
const REMEMBERED: usize = 20_000;
/// How many rooms one look finds.
const FOUND: usize = 1_000;

/// The list as one node uses it.
pub(super) struct RoomList {
    router: Router,
    key: String,
    /// A key that exists for as long as no other node needs to look.
    lease: String,
    forget: Script,
    listed_at: Cache<RoomId, Instant>,
}

impl RoomList {
    pub(super) fn new(router: Router) -> Self {
        let [key, lease] =
            ["rooms", "looked-at"].map(|name| router.keyspace().name(format_args!("{{archive}}:{name}")));
        Self { router, key, lease, forget: Script::new(scripts::archive::FORGET), listed_at: Cache::new(REMEMBERED) }
    }

    /// Whether the room has to be put on the list before a message in it is acknowledged.
    pub(super) fn is_due(&self, room: &RoomId) -> bool {
        self.listed_at.get(room).is_none_or(|at| at.elapsed() >= REFRESHED)
    }

    /// Puts a room on the list.
    pub(super) async fn add(&self, room: &RoomId) -> Result<(), StorageError> {
        let begun_at = Instant::now();
        let mut add = redis::cmd("ZADD");
        add.arg(&self.key).arg("GT").arg(clock::now_ms()).arg(room.as_str());
        self.router.at(0, &self.key)?.run::<()>(&add).await?;
        self.listed_at.insert(room.clone(), begun_at);
        Ok(())
    }

    /// Whether this node should look now.
    pub(super) async fn is_lookout(&self) -> Result<bool, StorageError> {
        let mut set = redis::cmd("SET");
        set.arg(&self.lease).arg(1).arg("NX").arg("PX").arg(u64::try_from(LOOKED_AT.as_millis()).unwrap_or(u64::MAX));
        Ok(self.router.at(0, &self.lease)?.run::<Option<String>>(&set).await?.is_some())
    }

    /// Some of the rooms that were put on the list a while ago, and when.
    pub(super) async fn untouched(&self) -> Result<Vec<(RoomId, u64)>, StorageError> {
        let before = clock::now_ms().saturating_sub(u64::try_from(LISTED_FOR.as_millis()).unwrap_or(u64::MAX));
        let find = Cmd::zrangebyscore_limit_withscores(&self.key, "-inf", before, 0, FOUND.cast_signed());
        let found: Vec<(Vec<u8>, u64)> = self.router.at(0, &self.key)?.run(&find).await?;
        let parse = |(room, at): (Vec<u8>, u64)| {
            let what = "a room to be archived";
            let room = RoomId::parse_canonical(document::text(&room, what)?);
            Ok((room.ok_or_else(|| StorageError::corrupt(what))?, at))
        };
        Ok(readable(found.into_iter().map(parse)))
    }

    /// Takes a room off the list that has nothing to archive, unless it was put there again after `at`.
    pub(super) async fn remove(&self, room: &RoomId, at: u64) -> Result<(), StorageError> {
        let mut forget = self.forget.prepare_invoke();
        forget.key(&self.key).arg(room.as_str()).arg(at);
        self.router.at(0, &self.key)?.invoke(&forget).await
    }
}
