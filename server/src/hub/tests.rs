//! Listeners that come and go, on a hub with a real log.

use std::time::Duration;

use protocol::RoomId;
use tokio::time::{advance, sleep};

use super::*;
use crate::broker::embedded;
use crate::store::Store;

fn hub(folder: &tempfile::TempDir) -> Hub {
    let store = Store::open(folder.path()).unwrap();
    let (broker, _deliveries) = embedded::open(store, embedded::Options { log_length: 100 });
    Hub::new(broker, Words { renamed: |_, _| "renamed".into(), reach: |_, _| "reach".into() })
}

fn outbox() -> Arc<Outbox> {
    Arc::new(Outbox::stuck(1 << 20))
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
        let seat = hub.hold(&channel, outbox());
        hub.leave(&channel, seat);
        pass(LINGER / 2).await;
    }
    pass(LINGER / 2).await;
    assert_eq!(hub.channels(), 0, "given up after the first leave");
    let outbox = outbox();
    hub.hold(&channel, outbox.clone());
    pass(LINGER).await;
    hub.broadcast(&channel, &"hello".into());
    assert_eq!(hub.listeners(), 1, "the second leave was of those before");
}
