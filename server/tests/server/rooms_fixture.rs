//! A fixture for tests of rooms: a list of the test's own, and the directory over it.

use std::sync::Arc;

use protocol::{Member, Name, RoomId, UserId};
use realtime::broker::{embedded, redis};
use realtime::channel::Channel;
use realtime::presence::PresenceStore;
use realtime::presence::embedded::EmbeddedPresence;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
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
    kept: Kept,
}

enum Kept {
    Folder { folder: TempDir },
    Servers { servers: Vec<Arc<RedisServer>> },
}

impl RoomsFixture {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let (broker, _) = embedded::open(store.clone(), embedded::EmbeddedBrokerOptions { log: log_limits(10) });
        Self {
            rooms: Arc::new(EmbeddedRooms::new(store)),
            presence: Arc::new(EmbeddedPresence::new(broker)),
            kept: Kept::Folder { folder },
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
            presence: Arc::new(RedisPresence::new(router, PresenceOptions::new("test"))),
            kept: Kept::Servers { servers },
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

    /// Replaces the title of a listed room, and the id of another, by what is no text.
    pub async fn damage(&self, title_of: &str, id: &str) {
        let servers = match &self.kept {
            Kept::Folder { folder } => {
                let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
                for (column, room) in [("title", title_of), ("channel", id)] {
                    let update = format!("UPDATE rooms SET {column} = CAST(x'fffe' AS TEXT) WHERE channel = ?1");
                    let channel = Channel::Room(self::room(room)).to_string();
                    assert_eq!(file.execute(&update, [channel]).unwrap(), 1);
                }
                return;
            }
            Kept::Servers { servers } => servers,
        };
        let script = r"
            local damaged = redis.call('HEXISTS', KEYS[1], ARGV[1])
            if damaged == 1 then redis.call('HSET', KEYS[1], ARGV[1], '\255\254') end
            local score = redis.call('ZSCORE', KEYS[2], ARGV[2])
            if not score then return damaged end
            redis.call('ZREM', KEYS[2], ARGV[2])
            return damaged + redis.call('ZADD', KEYS[2], score, '\255\254')";
        let mut damaged = 0;
        for server in servers {
            let keys = ["hubbub:{rooms}:titles", "hubbub:{rooms}:listed"];
            damaged += server.ask::<usize>(&["EVAL", script, "2", keys[0], keys[1], title_of, id]).await;
        }
        assert_eq!(damaged, 2);
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
