//! A fixture for tests of rooms: a list of the test's own, and the directory over it.

use std::sync::Arc;

use protocol::{Member, Name, RoomId, UserId};
use realtime::broker::{embedded, redis};
use realtime::presence::PresenceStore;
use realtime::presence::embedded::EmbeddedPresence;
use realtime::presence::redis::{Options, RedisPresence};
use server::rooms::embedded::EmbeddedRooms;
use server::rooms::redis::RedisRooms;
use server::rooms::{Directory, Listing, Rooms};
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::{log_limits, redis_options, url_of};
use crate::redis_server::RedisServer;

/// The rooms of one test, with the directory over them.
pub struct RoomsFixture {
    pub rooms: Arc<dyn Rooms>,
    pub presence: Arc<dyn PresenceStore>,
    _kept: Kept,
}

enum Kept {
    Folder { _folder: TempDir },
    Servers { _servers: Vec<Arc<RedisServer>> },
}

impl RoomsFixture {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let (broker, _) = embedded::open(store.clone(), embedded::Options { log: log_limits(10) });
        Self {
            rooms: Arc::new(EmbeddedRooms::new(store)),
            presence: Arc::new(EmbeddedPresence::new(broker)),
            _kept: Kept::Folder { _folder: folder },
        }
    }

    pub async fn redis() -> Self {
        // The list is one for all, so each test has a Redis of its own.
        Self::on(vec![RedisServer::start()]).await
    }

    pub async fn three_shards() -> Self {
        Self::on(vec![RedisServer::start(), RedisServer::start(), RedisServer::start()]).await
    }

    async fn on(servers: Vec<Arc<RedisServer>>) -> Self {
        let (broker, _) = redis::connect(&url_of(&servers), redis_options(10, "test")).await.unwrap();
        let router = broker.router();
        Self {
            rooms: Arc::new(RedisRooms::new(router.clone())),
            presence: Arc::new(RedisPresence::new(router, Options::new("test"))),
            _kept: Kept::Servers { _servers: servers },
        }
    }

    pub fn directory(&self) -> Directory {
        Directory::new(self.rooms.clone(), self.presence.clone())
    }

    pub async fn listed(&self) -> Vec<String> {
        let listed = self.rooms.listed(10).await.unwrap();
        listed.into_iter().map(|known| known.room.to_string()).collect()
    }

    /// Somebody opens a room for everybody to find.
    pub async fn list(&self, id: &str, title: &str) {
        self.rooms.open(&room(id), title, Listing::Listed).await.unwrap();
    }

    /// Somebody enters, later than all others: a busy clock may not tell at once.
    pub async fn enter_last(&self, id: &str) {
        while self.listed().await.first().is_none_or(|first| first != id) {
            self.rooms.enter(&room(id)).await.unwrap();
        }
    }
}

pub fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

pub fn ana() -> Member {
    Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() }
}
