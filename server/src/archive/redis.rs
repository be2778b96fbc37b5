//! The list, in Redis, of rooms that may have something to archive: whoever wrote in one put it there before the message
//! was acknowledged, so that another node archives it if that one dies.

use std::time::Duration;

use ::redis::Script;
use protocol::RoomId;
use quick_cache::sync::Cache;
use storage::redis::{Router, scripts};
use storage::{StorageError, document, readable};
use tokio::time::Instant;

/// How long a node does not put a room on the list again. Much less than [`LISTED_FOR`], which Redis measures.
const REFRESHED: Duration = Duration::from_secs(5);
/// After how long a node tries again to put a room on the list.
const RETRY: Duration = Duration::from_secs(1);
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
    add: Script,
    untouched: Script,
    forget: Script,
    listed_at: Cache<RoomId, Instant>,
}

impl RoomList {
    pub(super) fn new(router: Router) -> Self {
        let [key, lease] =
            ["rooms", "looked-at"].map(|name| router.keyspace().name(format_args!("{{archive}}:{name}")));
        Self {
            router,
            key,
            lease,
            add: Script::new(scripts::archive::ADD),
            untouched: Script::new(scripts::archive::UNTOUCHED),
            forget: Script::new(scripts::archive::FORGET),
            listed_at: Cache::new(REMEMBERED),
        }
    }

    /// Whether the room has to be put on the list before a message in it is acknowledged.
    pub(super) fn is_due(&self, room: &RoomId) -> bool {
        self.listed_at.get(room).is_none_or(|at| at.elapsed() >= REFRESHED)
    }

    /// Puts a room on the list.
    pub(super) async fn add(&self, room: &RoomId) -> Result<(), StorageError> {
        let begun_at = Instant::now();
        let mut add = self.add.prepare_invoke();
        add.key(&self.key).arg(room.as_str());
        self.router.at(0, &self.key)?.invoke::<()>(&add).await?;
        self.listed_at.insert(room.clone(), begun_at);
        Ok(())
    }

    /// After a failure: the next message that tries again comes a while later.
    pub(super) fn try_later(&self, room: &RoomId) {
        if let Some(at) = (Instant::now() + RETRY).checked_sub(REFRESHED) {
            self.listed_at.insert(room.clone(), at);
        }
    }

    /// Whether this node should look now.
    pub(super) async fn is_lookout(&self) -> Result<bool, StorageError> {
        let mut set = ::redis::cmd("SET");
        set.arg(&self.lease).arg(1).arg("NX").arg("PX").arg(u64::try_from(LOOKED_AT.as_millis()).unwrap_or(u64::MAX));
        Ok(self.router.at(0, &self.lease)?.run::<Option<String>>(&set).await?.is_some())
    }

    /// Some of the rooms that nobody has put on the list for a while. They are put there again, so that the next look
    /// finds others first; returns when that was.
    pub(super) async fn untouched(&self) -> Result<Vec<(RoomId, u64)>, StorageError> {
        let mut find = self.untouched.prepare_invoke();
        find.key(&self.key).arg(u64::try_from(LISTED_FOR.as_millis()).unwrap_or(u64::MAX)).arg(FOUND);
        let (at, rooms): (u64, Vec<Vec<u8>>) = self.router.at(0, &self.key)?.invoke(&find).await?;
        let parse = |room: Vec<u8>| {
            let what = "a room to be archived";
            let room = RoomId::parse_canonical(document::text(&room, what)?);
            Ok((room.ok_or_else(|| StorageError::corrupt(what))?, at))
        };
        Ok(readable(rooms.into_iter().map(parse)))
    }

    /// Takes a room off the list that has nothing to archive, unless it was put there again after `at`.
    pub(super) async fn remove(&self, room: &RoomId, at: u64) -> Result<(), StorageError> {
        let mut forget = self.forget.prepare_invoke();
        forget.key(&self.key).arg(room.as_str()).arg(at);
        self.router.at(0, &self.key)?.invoke(&forget).await
    }
}
