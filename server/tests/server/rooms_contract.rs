//! What every list of rooms promises, and the directory over it.

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

contract!(on_embedded: House::embedded() =>
    the_first_title_stays, a_room_that_is_entered_is_listed_first, the_list_has_people_first_and_last_words,
    a_preview_tells_who_is_there, a_list_is_shared_for_a_moment);
contract!(on_redis: House::redis() =>
    the_first_title_stays, a_room_that_is_entered_is_listed_first, the_list_has_people_first_and_last_words,
    a_preview_tells_who_is_there, a_list_is_shared_for_a_moment);
contract!(on_three_shards: House::three_shards() =>
    the_first_title_stays, a_room_that_is_entered_is_listed_first, the_list_has_people_first_and_last_words,
    a_preview_tells_who_is_there);

/// Rooms of the test's own, and everything that knows about them.
struct House {
    rooms: Arc<dyn Rooms>,
    presence: Arc<dyn PresenceStore>,
    broker: Arc<dyn Broker>,
    history: Arc<dyn History>,
    _kept: Kept,
}

enum Kept {
    Folder { _folder: TempDir },
    Servers { _servers: Vec<Arc<RedisServer>> },
}

impl House {
    async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (broker, _) = embedded::open(store.clone(), embedded::Options { log_length: 10 });
        Self {
            rooms: Arc::new(EmbeddedRooms::new(store.clone())),
            presence: Arc::new(EmbeddedPresence::new(broker.clone())),
            history: Arc::new(EmbeddedHistory::new(store)),
            broker,
            _kept: Kept::Folder { _folder: folder },
        }
    }

    async fn redis() -> Self {
        // The list is one for all, so each test has a Redis of its own.
        Self::on(vec![RedisServer::start()]).await
    }

    async fn three_shards() -> Self {
        Self::on(vec![RedisServer::start(), RedisServer::start(), RedisServer::start()]).await
    }

    async fn on(servers: Vec<Arc<RedisServer>>) -> Self {
        let options = redis::Options { log_length: 10, sharded: false, node: "test".into() };
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

    fn directory(&self) -> Directory {
        Directory::new(self.rooms.clone(), self.presence.clone(), self.history.clone())
    }

    async fn recent(&self) -> Vec<String> {
        let recent = self.rooms.recent(10).await.unwrap();
        recent.into_iter().map(|known| known.room.to_string()).collect()
    }

    /// Somebody enters, later than all others: a busy clock may not tell at once.
    async fn touch_last(&self, id: &str) {
        while self.recent().await.first().is_none_or(|first| first != id) {
            self.rooms.touch(&room(id)).await.unwrap();
        }
    }

    async fn say(&self, id: &str, text: &str) {
        let template = wire::message_template(&room(id), &MessageId::parse("m1").unwrap(), &ana(), text, 5);
        let channel = Channel::Room(room(id));
        let append = Append { channel, once: None, head: template.head, tail: template.tail };
        self.broker.publish(append).await.unwrap();
    }
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

fn ana() -> Member {
    Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() }
}

async fn the_first_title_stays(house: House) {
    house.rooms.touch(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(None));
    house.rooms.open(&room("garden"), "Riverside Garden").await.unwrap();
    house.rooms.open(&room("garden"), "Somebody else's").await.unwrap();
    house.rooms.touch(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(Some("Riverside Garden".into())));
    assert_eq!(house.rooms.title(&room("unknown")).await, Ok(None));
}

async fn a_room_that_is_entered_is_listed_first(house: House) {
    assert_eq!(house.recent().await, [""; 0]);
    house.rooms.open(&room("first"), "First").await.unwrap();
    house.touch_last("second: {odd}").await;
    assert_eq!(house.recent().await, ["second: {odd}", "first"]);
    house.touch_last("first").await;
    assert_eq!(house.recent().await, ["first", "second: {odd}"]);
    let latest = house.rooms.recent(1).await.unwrap();
    assert_eq!(latest.len(), 1);
    assert_eq!(latest[0].title.as_deref(), Some("First"));
    assert!(latest[0].active_at > 1_700_000_000_000);
    assert_eq!(house.rooms.recent(0).await.unwrap(), []);
}

async fn the_list_has_people_first_and_last_words(house: House) {
    for id in ["full", "older", "newer"] {
        house.touch_last(id).await;
    }
    house.rooms.open(&room("newer"), "The Newer").await.unwrap();
    house.presence.enter(&Channel::Room(room("full")), &ana()).await.unwrap();
    house.say("older", "Good night").await;
    let list = house.directory().list().await.unwrap();
    let titles: Vec<_> = list.iter().map(|summary| summary.title.as_str()).collect();
    assert_eq!(titles, ["full", "The Newer", "older"]);
    assert_eq!((list[0].member_count, list[0].members.as_slice()), (1, [ana()].as_slice()));
    assert_eq!(list[1].last, None);
    assert_eq!(list[2].last.as_ref().map(|last| last.message.as_str()), Some("Good night"));
}

async fn a_preview_tells_who_is_there(house: House) {
    let directory = house.directory();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.member_count), ("garden", 0));
    house.rooms.open(&room("garden"), "Riverside Garden").await.unwrap();
    house.presence.enter(&Channel::Room(room("garden")), &ana()).await.unwrap();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.members.as_slice()), ("Riverside Garden", [ana()].as_slice()));
}

async fn a_list_is_shared_for_a_moment(house: House) {
    let directory = house.directory();
    house.rooms.touch(&room("first")).await.unwrap();
    let (one, other) = tokio::join!(directory.list(), directory.list());
    assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()), "read once for all who ask together");
    house.rooms.touch(&room("second")).await.unwrap();
    let renewed = async { while directory.list().await.unwrap().len() < 2 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), renewed).await.expect("the list stays old");
}
