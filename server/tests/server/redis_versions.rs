//! Nodes of two versions on one Redis: nothing is told that the earlier one would not understand, while it lives.

use std::sync::Arc;
use std::time::Duration;

use realtime::broker::redis::{self, RedisBroker};
use realtime::broker::rewrite::{Earlier, NewFrame, Rewrite, Rewriter, Rewritten, Seen};
use realtime::broker::{Broker, Deliveries, Delivery, IdempotencyKey};
use realtime::channel::Channel;
use realtime::event::EventHeader;
use realtime::peers::Peers;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use realtime::presence::{Lease, PresenceStore};
use storage::StorageError;
use tokio::time::timeout;

use crate::cluster::{LOG_LENGTH, any_channel, append, frame, header, redis_options};
use crate::polling::{PATIENCE, poll_until};
use crate::redis_server::RedisServer;

/// The leases of all nodes, each until a time of Redis.
const LEASES: &str = "hubbub:{nodes}";
const NEVER: &str = "9999999999999";
const EARLIER: &str = "earlier.0123456789abcdef";

/// A node of this version.
struct New {
    broker: Arc<RedisBroker>,
    deliveries: Deliveries,
    presence: RedisPresence,
    channel: Channel,
    said: usize,
}

impl New {
    async fn start(server: &RedisServer, lease: Duration) -> Self {
        let (peers, channel) = (Peers::default(), any_channel());
        let options = redis::RedisBrokerOptions { peers: peers.clone(), ..redis_options(LOG_LENGTH, "new") };
        let (broker, deliveries) = redis::connect(&server.url(), options).await.unwrap();
        let options = PresenceOptions { lease, peers, ..PresenceOptions::new("new") };
        let presence = RedisPresence::new(broker.router(), options);
        broker.subscribe(&channel).await.unwrap();
        Self { broker, deliveries, presence, channel, said: 0 }
    }

    /// Publishes the next entry of a log, and gives the header that the node is told with it.
    async fn told(&mut self) -> Option<EventHeader> {
        self.said += 1;
        let once = IdempotencyKey { key: format!("m{}", self.said), digest: "digest".into() };
        let appended = self.broker.publish(append(&self.channel, "text", Some(once))).await.unwrap();
        match timeout(PATIENCE, self.deliveries.recv()).await.expect("nothing was told") {
            Some(Delivery::Publication { position, header, frame: text, .. }) => {
                assert_eq!((&position, text), (&appended.position, frame("text", appended.position.offset)));
                header
            }
            other => panic!("{other:?}"),
        }
    }

    /// Renews the lease and claims dead nodes, until the node is told this header.
    async fn is_told(&mut self, expected: Option<EventHeader>) {
        let wanted = async || {
            self.presence.renew().await.unwrap();
            self.presence.reap().await.unwrap();
            (self.told().await == expected).then_some(())
        };
        poll_until(PATIENCE, wanted).await.unwrap_or_else(|| panic!("never told {expected:?}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_are_told_when_every_node_that_lives_understands_them() {
    let server = RedisServer::start();
    let mut node = New::start(&server, Duration::from_millis(500)).await;
    assert_eq!(node.told().await, None, "who else lives is not known yet");
    node.is_told(Some(header())).await;
    server.command(&["ZADD", LEASES, NEVER, "later.0123456789abcdef~3"]).await;
    node.is_told(Some(header())).await;
    server.command(&["ZADD", LEASES, NEVER, EARLIER]).await;
    node.is_told(None).await;
    server.command(&["ZADD", LEASES, "1", EARLIER]).await;
    node.is_told(Some(header())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_just_taken_a_lease_does_not_know_who_else_lives() {
    let server = RedisServer::start();
    let mut node = New::start(&server, Duration::from_secs(60)).await;
    for _ in 0..2 {
        assert_eq!(node.presence.renew().await, Ok(Lease::Kept));
        assert_eq!(node.told().await, None);
    }
    server.command(&["DEL", LEASES]).await;
    assert_eq!(node.presence.renew().await, Ok(Lease::Lost));
    assert_eq!(node.told().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_replaced_while_a_node_is_seen_that_does_not_read_it_so() {
    let server = RedisServer::start();
    let mut node = New::start(&server, Duration::from_millis(500)).await;
    node.told().await;
    let replaces = async |number: u64| {
        node.presence.renew().await.unwrap();
        let rewrite =
            Rewrite { offset: 1, seen: Seen::Anything, frame: NewFrame::Whole("now".into()), earlier: Earlier::Keep };
        let once = IdempotencyKey { key: format!("e{number}"), digest: "digest".into() };
        node.broker.rewrite(append(&node.channel, "event", Some(once)), vec![rewrite]).await
    };
    assert!(matches!(replaces(1).await, Ok(Rewritten::Done(_))), "nobody else is seen");
    server.command(&["ZADD", LEASES, NEVER, "before.0123456789abcdef~2"]).await;
    assert!(matches!(replaces(2).await, Err(StorageError::Unavailable(_))), "that one would show what was");
    server.command(&["ZREM", LEASES, "before.0123456789abcdef~2"]).await;
    assert!(matches!(replaces(3).await, Ok(Rewritten::Done(_))));
}
