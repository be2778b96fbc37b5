//! Nodes of two versions on one Redis: nothing is told that the earlier one would not understand, while it lives.

use realtime::broker::redis::{self, RedisBroker};
use realtime::broker::{Broker, Deliveries, Delivery};
use realtime::channel::Channel;
use realtime::event::EventHeader;
use realtime::peers::Peers;
use realtime::presence::redis::{Options as PresenceOptions, RedisPresence};
use realtime::presence::{Lease, PresenceStore};
use tokio::time::timeout;

use crate::cluster::{LOG_LENGTH, any_channel, append, frame, header, redis_options};
use crate::polling::PATIENCE;
use crate::redis_server::RedisServer;

/// The leases of all nodes, each until a time of Redis.
const LEASES: &str = "hubbub:{nodes}";
const NEVER: &str = "9999999999999";

/// Publishes the next entry of a log, and gives the header that a node is told with it.
async fn told(broker: &RedisBroker, deliveries: &mut Deliveries, channel: &Channel) -> Option<EventHeader> {
    let appended = broker.publish(append(channel, "text", None)).await.unwrap();
    match timeout(PATIENCE, deliveries.recv()).await.expect("nothing was told") {
        Some(Delivery::Publication { position, header, frame: text, .. }) => {
            assert_eq!((&position, text), (&appended.position, frame("text", appended.position.offset)));
            header
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_are_told_when_every_node_that_lives_understands_them() {
    let (server, peers, channel) = (RedisServer::start(), Peers::default(), any_channel());
    let options = redis::Options { peers: peers.clone(), ..redis_options(LOG_LENGTH, "new") };
    let (broker, mut deliveries) = redis::connect(&server.url(), options).await.unwrap();
    let presence = RedisPresence::new(broker.router(), PresenceOptions { peers, ..PresenceOptions::new("new") });
    broker.subscribe(&channel).await.unwrap();
    assert_eq!(told(&broker, &mut deliveries, &channel).await, None, "who else lives is not known yet");

    let told = async |deliveries: &mut Deliveries| {
        assert_eq!(presence.renew().await, Ok(Lease::Kept));
        told(&broker, deliveries, &channel).await
    };
    assert_eq!(told(&mut deliveries).await, Some(header()));
    server.command(&["ZADD", LEASES, NEVER, "later.0123456789abcdef~3"]).await;
    assert_eq!(told(&mut deliveries).await, Some(header()));
    server.command(&["ZADD", LEASES, NEVER, "earlier.0123456789abcdef"]).await;
    assert_eq!(told(&mut deliveries).await, None);
    server.command(&["ZADD", LEASES, "1", "earlier.0123456789abcdef"]).await;
    assert_eq!(told(&mut deliveries).await, Some(header()), "a node whose lease is over is not waited for");
}
