//! A fixture for tests of rooms: a list of the test's own, and the directory over it.

use std::sync::Arc;

use protocol::{Member, Name, RoomId, UserId};
use realtime::broker::{embedded, redis};
use realtime::channel::Channel;
use realtime::presence::PresenceStore;
use realtime::presence::embedded::EmbeddedPresence;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use server::rooms::embedded::EmbeddedRooms;
use server::rooms::postgres::PostgresRooms;
use server::rooms::{Directory, Listing, Rooms};
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::{log_limits, redis_options};
use crate::postgres_server::{PostgresServer, client, empty_database};
use crate::redis_server::RedisServer;

/// The rooms of one test, with the directory over them.
pub struct RoomsFixture {
    pub rooms: Arc<dyn Rooms>,
    pub presence: Arc<dyn PresenceStore>,
    kept: Kept,
}

enum Kept {
    Folder { folder: TempDir },
    Database { url: String, _server: Arc<PostgresServer>, _redis: Arc<RedisServer> },
}

impl RoomsFixture {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let (broker, _) =
            embedded::open(store.clone(), embedded::EmbeddedBrokerOptions { log: log_limits(10), keeps_all: false });
        Self {
            rooms: Arc::new(EmbeddedRooms::new(store)),
            presence: Arc::new(EmbeddedPresence::new(broker)),
            kept: Kept::Folder { folder },
        }
    }

    pub async fn postgres() -> Self {
        let (server, redis) = (PostgresServer::shared(), RedisServer::start());
        let (database, url) = empty_database(&server).await;
        let (broker, _) = redis::connect(&redis.url(), redis_options(10, "test")).await.unwrap();
        Self {
            rooms: Arc::new(PostgresRooms::new(database)),
            presence: Arc::new(RedisPresence::new(broker.router(), PresenceOptions::new("test"))),
            kept: Kept::Database { url, _server: server, _redis: redis },
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

    /// Replaces the title of a listed room, and the id of another, by what is no text; a database that takes only texts
    /// gets ids that are none.
    pub async fn damage(&self, title_of: &str, id: &str) {
        match &self.kept {
            Kept::Folder { folder } => {
                let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
                for (column, room) in [("title", title_of), ("channel", id)] {
                    let update = format!("UPDATE rooms SET {column} = CAST(x'fffe' AS TEXT) WHERE channel = ?1");
                    let channel = Channel::Room(self::room(room)).to_string();
                    assert_eq!(file.execute(&update, [channel]).unwrap(), 1);
                }
            }
            Kept::Database { url, .. } => {
                let update = "UPDATE rooms SET id = upper(id) || ' ' WHERE id = $1 OR id = $2";
                assert_eq!(client(url).await.execute(update, &[&title_of, &id]).await.unwrap(), 2);
            }
        }
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
