//! Changes that are committed together with what they append.

use std::sync::Arc;
use std::time::Duration;

use protocol::RoomId;
use protocol::wire::Template;
use storage::StorageError;
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use super::{EmbeddedBroker, EmbeddedBrokerOptions, open};
use crate::broker::{Appended, Broker, Deliveries, Delivery, LogLimits};
use crate::channel::Channel;
use crate::event::{Event, EventHeader};

const DAY: Duration = Duration::from_secs(86_400);

fn broker(folder: &TempDir) -> (Arc<EmbeddedBroker>, Deliveries) {
    let log = LogLimits { entries: 100, bytes: 1 << 20, retain: None, retain_game: DAY };
    open(Sqlite::open(folder.path()).unwrap(), EmbeddedBrokerOptions { log, keeps_all: false })
}

fn channel() -> Channel {
    Channel::Room(RoomId::parse("garden").unwrap())
}

fn event() -> Event {
    let frame = Template { head: "[".into(), tail: "]".into() };
    Event { header: EventHeader::new("changed", 7, None, None), frame }
}

/// Commits a change that always may be made, or never.
async fn commit(broker: &EmbeddedBroker, expected: u64, may: bool) -> Result<Appended, StorageError> {
    let change = move |sql: &rusqlite::Connection, version| {
        assert_eq!(sql.execute("UPDATE probe SET beats = ?1", [i64::try_from(version).unwrap()])?, 1);
        Ok(may)
    };
    broker.commit(&channel(), expected, change, event()).await
}

#[tokio::test]
async fn a_change_that_may_not_be_made_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut deliveries) = broker(&folder);
    broker.subscribe(&channel()).await.unwrap();
    assert_eq!(commit(&broker, 0, false).await, Err(StorageError::Conflict));
    let beats = broker.store.read(|sql| Ok(sql.query_row("SELECT beats FROM probe", [], |row| row.get(0))?));
    assert_eq!(beats.await, Ok(0), "what it had written is undone");
    let logs = broker.store.read(|sql| Ok(sql.query_row("SELECT count(*) FROM logs", [], |row| row.get(0))?));
    assert_eq!(logs.await, Ok(0), "and there is no log");
    let appended = commit(&broker, 0, true).await.unwrap();
    assert_eq!((appended.position.offset, appended.repeated), (1, false));
    let told = Delivery::Publication {
        channel: channel(),
        position: appended.position,
        header: Some(event().header),
        frame: "[1]".into(),
    };
    assert_eq!(deliveries.try_recv(), Ok(told));
    assert!(deliveries.try_recv().is_err(), "nobody was told of the other one");
}

#[tokio::test]
async fn a_change_is_numbered_above_its_version_in_a_log_that_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, _deliveries) = broker(&folder);
    assert_eq!(commit(&broker, 41, true).await.unwrap().position.offset, 42);
    assert_eq!(broker.top(&channel()).await.unwrap().position.offset, 42);
    assert_eq!(commit(&broker, 7, true).await.unwrap().position.offset, 43, "and above what the log has");
}

#[tokio::test]
async fn where_rooms_are_kept_whole_a_log_grows_above_its_limits_and_one_of_a_game_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = LogLimits { entries: 10, bytes: 100, retain: None, retain_game: DAY };
    let store = Sqlite::open(folder.path()).unwrap();
    let (broker, _deliveries) = open(store, EmbeddedBrokerOptions { log, keeps_all: true });
    let class = Channel::Room(RoomId::parse("class~482915~abc").unwrap());
    for channel in [channel(), class.clone()] {
        for _ in 0..200 {
            broker.commit(&channel, 0, |_, _| Ok(true), event()).await.unwrap();
        }
    }
    assert!(broker.entry(&channel(), 1).await.unwrap().is_some(), "the first is there");
    assert_eq!(broker.entry(&class, 1).await.unwrap(), None);
}
