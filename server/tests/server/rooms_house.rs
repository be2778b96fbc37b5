//! Where rooms are tested: a list of the test's own, and everything that knows about them.

use std::sync::Arc;

use protocol::{Member, MessageId, Name, RoomId, UserId, wire};
use server::broker::{Append, Broker, embedded, redis};
use server::channel::Channel;
use server::history::History;
use server::history::embedded::EmbeddedHistory;
use server::history::redis::RedisHistory;
use server::presence::PresenceStore;
use server::presence::embedded::EmbeddedPresence;
use server::presence::redis::{Options, RedisPresence};
use server::rooms::embedded::EmbeddedRooms;
use server::rooms::redis::RedisRooms;
use server::rooms::{Directory, Rooms};
use server::store::Store;
use tempfile::TempDir;

use crate::cluster::url_of;
use crate::redis_server::RedisServer;

/// Rooms of the test's own, and everything that knows about them.
pub struct House {
    pub rooms: Arc<dyn Rooms>,
    pub presence: Arc<dyn PresenceStore>,
    broker: Arc<dyn Broker>,
    history: Arc<dyn History>,
    _kept: Kept,
}

enum Kept {
    Folder { _folder: TempDir },
    Servers { _servers: Vec<Arc<RedisServer>> },
}

impl House {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (broker, _) = embedded::open(
            store.clone(),
            embedded::Options { log: server::broker::LogLimits { entries: 10, bytes: 1 << 20, retain: None } },
        );
        Self {
            rooms: Arc::new(EmbeddedRooms::new(store.clone())),
            presence: Arc::new(EmbeddedPresence::new(broker.clone())),
            history: Arc::new(EmbeddedHistory::new(store)),
            broker,
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
        let options = redis::Options {
            log: server::broker::LogLimits { entries: 10, bytes: 1 << 20, retain: None },
            sharded: false,
            node: "test".into(),
        };
        let (broker, _) = redis::connect(&url_of(&servers), options).await.unwrap();
        let link = broker.link();
        Self {
            rooms: Arc::new(RedisRooms::new(link.clone())),
            presence: Arc::new(RedisPresence::new(link.clone(), Options::new("test"))),
            history: Arc::new(RedisHistory::new(link)),
            broker,
            _kept: Kept::Servers { _servers: servers },
        }
    }

    pub fn directory(&self) -> Directory {
        Directory::new(self.rooms.clone(), self.presence.clone(), self.history.clone())
    }

    pub async fn recent(&self) -> Vec<String> {
        let recent = self.rooms.recent(10).await.unwrap();
        recent.into_iter().map(|known| known.room.to_string()).collect()
    }

    /// Somebody enters, later than all others: a busy clock may not tell at once.
    pub async fn touch_last(&self, id: &str) {
        while self.recent().await.first().is_none_or(|first| first != id) {
            self.rooms.touch(&room(id)).await.unwrap();
        }
    }

    pub async fn say(&self, id: &str, text: &str) {
        let template = wire::message_template(&room(id), &MessageId::parse("m1").unwrap(), &ana(), text, 5);
        let channel = Channel::Room(room(id));
        let append = Append {
            channel,
            once: None,
            head: template.head,
            tail: template.tail,
            growth: server::broker::Growth::Free,
        };
        self.broker.publish(append).await.unwrap();
    }
}

pub fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

pub fn ana() -> Member {
    Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() }
}
