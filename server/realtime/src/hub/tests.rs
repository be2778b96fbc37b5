//! Listeners that come and go, on a hub with a real log.

use std::time::Duration;

use protocol::wire::Template;
use protocol::{Epoch, RoomId};
use storage::sqlite::Sqlite;
use tokio::time::{advance, sleep};

use super::inner::LINGER;
use super::*;
use crate::broker::{Append, embedded};
use crate::event::{Event, EventHeader};

fn hub(folder: &tempfile::TempDir) -> Hub {
    let store = Sqlite::open(folder.path()).unwrap();
    let (broker, _deliveries) = embedded::open(
        store,
        embedded::EmbeddedBrokerOptions {
            log: crate::broker::LogLimits {
                entries: 100,
                bytes: 1 << 20,
                retain: None,
                retain_game: Duration::from_secs(86_400),
            },
            keeps_all: false,
        },
    );
    Hub::new(
        broker,
        ControlFrames {
            renamed: |_, _| "renamed".into(),
            availability: |_, _| "availability".into(),
            is_whole: |_| true,
            erases: |_| false,
        },
    )
}

fn outbox() -> Arc<Outbox> {
    Arc::new(Outbox::stuck(1 << 20))
}

/// Something whose frame tells its offset alone.
fn publication_in(channel: &Channel) -> Append {
    Append {
        channel: channel.clone(),
        idempotency: None,
        event: Event {
            header: EventHeader::new("posted", 7, None, None),
            frame: Template { head: r#"{"offset":"#.into(), tail: "}".into() },
        },
        growth: crate::broker::Growth::Free,
    }
}

/// Lets the tasks that are due do what they do.
async fn pass(time: Duration) {
    advance(time).await;
    sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_just_when_a_room_is_given_up_twice_is_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(&folder);
    let channel = Channel::Room(RoomId::parse("room1").unwrap());
    for _ in 0..2 {
        let subscription = hub.register(&channel, outbox());
        hub.leave(&channel, subscription);
        pass(LINGER / 2).await;
    }
    pass(LINGER / 2).await;
    assert_eq!(hub.channels(), 0, "given up after the first leave");
    let outbox = outbox();
    hub.register(&channel, outbox.clone());
    pass(LINGER).await;
    hub.broadcast(&channel, &"hello".into());
    assert_eq!(hub.listeners(), 1, "the second leave was of those before");
}

#[tokio::test(start_paused = true)]
async fn what_never_came_to_a_quiet_room_is_found_in_its_log() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody hands on what this hub's broker delivers: all of it is lost.
    let hub = hub(&folder);
    let channel = Channel::Room(RoomId::parse("room1").unwrap());
    let outbox = outbox();
    let subscription = hub.register(&channel, outbox.clone());
    hub.open(&channel).await.unwrap();
    hub.activate(&channel, subscription, None, |_, _, _| "hello".into()).await.unwrap();
    hub.inner.broker.publish(publication_in(&channel)).await.unwrap();
    // The log is read by a thread that knows nothing of this test's clock: so patience is of the real one.
    let patience = std::time::Instant::now() + Duration::from_secs(10);
    while outbox.pieces() < 2 && std::time::Instant::now() < patience {
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(outbox.take().0, ["hello", r#"{"offset":1}"#]);
}

#[tokio::test(start_paused = true)]
async fn what_another_log_says_is_never_heard_in_place_of_what_this_one_says() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(&folder);
    let channel = Channel::Room(RoomId::parse("room1").unwrap());
    let outbox = outbox();
    let subscription = hub.register(&channel, outbox.clone());
    let theirs = |offset| Position { epoch: Epoch::parse("theirs").unwrap(), offset };
    // Before the top of our log is read, and after it.
    hub.batch().publication(&channel, &theirs(1), "theirs".into());
    hub.open(&channel).await.unwrap();
    hub.activate(&channel, subscription, None, |_, _, _| "hello".into()).await.unwrap();
    hub.batch().publication(&channel, &theirs(1), "theirs".into());
    for offset in 1..=2 {
        let ours = hub.inner.broker.publish(publication_in(&channel)).await.unwrap().position;
        hub.batch().publication(&channel, &ours, format!(r#"{{"offset":{offset}}}"#).into());
        assert!(hub.has_delivered(&channel, &ours) && !hub.has_delivered(&channel, &theirs(offset)));
        hub.batch().publication(&channel, &theirs(offset + 1), "theirs".into());
    }
    assert_eq!(outbox.take().0, ["hello", r#"{"offset":1}"#, r#"{"offset":2}"#]);
}
