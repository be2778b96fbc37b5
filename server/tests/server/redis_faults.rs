//! What people must not notice of a troubled Redis.

use std::sync::Arc;

use realtime::broker::redis::{self, names};
use realtime::broker::{Head, IdempotencyKey, ReadLimit, Replay};
use storage::StorageError;
use storage::redis::Keyspace;

use crate::cluster::{Backend, Cluster, Node, any_channel, append, frame, redis_node, redis_options};
use crate::polling::PATIENCE;
use crate::redis_server::RedisServer;

async fn cluster(server: &Arc<RedisServer>) -> Cluster {
    Cluster::on(Backend::redis(server)).await
}

fn once(key: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: key.into(), digest: "digest".into() })
}

async fn is_refused(node: &Node, cluster: &Cluster) {
    let publish = node.broker.publish(append(&cluster.channel, "text", once("refused")));
    let refused = tokio::time::timeout(PATIENCE, publish).await.expect("neither published nor refused");
    assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_subscription_is_told_and_comes_back() {
    let server = RedisServer::start();
    let mut cluster = cluster(&server).await;
    cluster.subscribe().await;
    for round in 1..=3 {
        server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await;
        for node in &mut cluster.nodes {
            node.interrupted().await;
        }
        assert_eq!(cluster.publish("text").await.offset, round);
        for node in &mut cluster.nodes {
            assert_eq!(node.next_publication().await.0.offset, round);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_made_while_the_link_is_down_is_not_lost() {
    let server = RedisServer::start();
    let mut cluster = cluster(&server).await;
    for _ in 0..5 {
        cluster.channel = any_channel();
        server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await;
        cluster.subscribe().await;
        let position = cluster.publish("text").await;
        for node in &mut cluster.nodes {
            assert_eq!(node.next_publication().await.0, position);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_was_away_comes_back_by_itself() {
    let server = RedisServer::start();
    let mut cluster = cluster(&server).await;
    cluster.subscribe().await;
    cluster.publish("before").await;
    server.stop();
    is_refused(&cluster.nodes[0], &cluster).await;
    for node in &cluster.nodes {
        node.becomes_unreachable().await;
    }
    assert!(server.start_again());
    let appended = cluster.nodes[0].publish_at_last(append(&cluster.channel, "after", once("after"))).await;
    assert_eq!(appended.position.offset, 2, "the log has what it had");
    for node in &mut cluster.nodes {
        node.interrupted().await;
        node.becomes_ready().await;
    }
    let position = cluster.publish("live").await;
    for node in &mut cluster.nodes {
        while node.next_publication().await.0 != position {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_redis_is_noticed_and_a_resend_is_not_doubled() {
    let server = RedisServer::start();
    let mut cluster = cluster(&server).await;
    cluster.subscribe().await;
    cluster.nodes[0].becomes_ready().await;
    server.freeze();
    is_refused(&cluster.nodes[0], &cluster).await;
    for node in &cluster.nodes {
        node.becomes_unreachable().await;
    }
    server.thaw();
    let again = append(&cluster.channel, "text", once("refused"));
    let appended = cluster.nodes[1].publish_at_last(again).await;
    assert_eq!(appended.position.offset, 1);
    let last = cluster.nodes[0].publish_at_last(append(&cluster.channel, "last", once("last"))).await;
    assert_eq!(last.position.offset, 2);
    for node in &mut cluster.nodes {
        node.becomes_ready().await;
        node.interrupted().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_refuses_and_keeps_nothing_half() {
    let server = RedisServer::start();
    let cluster = cluster(&server).await;
    cluster.publish("before").await;
    server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let (known, new) = (cluster.channel.clone(), any_channel());
    for channel in [&known, &new] {
        let refused = cluster.broker(0).publish(append(channel, "text", once("refused"))).await;
        assert!(matches!(refused, Err(StorageError::Full(_))), "{refused:?}");
    }
    assert_eq!(cluster.broker(0).top(&known).await.unwrap().position.offset, 1, "reading goes on");
    server.command(&["CONFIG", "SET", "maxmemory", "0"]).await;
    for (channel, offset) in [(&known, 2), (&new, 1)] {
        let taken = cluster.broker(0).publish(append(channel, "text", once("refused"))).await.unwrap();
        assert_eq!((taken.position.offset, taken.repeated), (offset, false));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wiped_redis_has_new_logs() {
    let server = RedisServer::start();
    let cluster = cluster(&server).await;
    let before = cluster.publish("before").await;
    server.command(&["FLUSHALL"]).await;
    let after = cluster.publish("after").await;
    assert_eq!(after.offset, 1);
    assert_ne!(after.epoch, before.epoch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_went_backwards_is_another_log() {
    let server = RedisServer::start();
    let cluster = cluster(&server).await;
    let old = cluster.publish("kept").await;
    let seen = cluster.publish("forgotten").await;
    server.command(&["HSET", &names::meta(&Keyspace::default(), &cluster.channel), "top", "1"]).await;
    server.command(&["DEL", &names::log(&Keyspace::default(), &cluster.channel)]).await;

    let claimed = cluster.broker(0).replay(&cluster.channel, &seen, ReadLimit::publications(10)).await.unwrap();
    assert_eq!(claimed, Replay::Unknown { top: old }, "a client's word changes nothing");
    let head = Head { position: seen.clone(), frame: Some(frame("forgotten", 2)) };
    let told = cluster.broker(0).catch_up(&cluster.channel, &head, ReadLimit::publications(10)).await.unwrap();
    let Replay::Unknown { top } = told else { panic!("{told:?}") };
    assert_ne!(top.epoch, seen.epoch);
    let next = cluster.publish("next").await;
    assert_eq!((next.epoch, next.offset), (top.epoch.clone(), 2));
    let again = cluster.broker(1).catch_up(&cluster.channel, &head, ReadLimit::publications(10)).await.unwrap();
    assert!(matches!(&again, Replay::Unknown { top: same } if same.epoch == top.epoch), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_may_start_before_redis() {
    let server = RedisServer::later();
    let mut node = redis_node(&server.url(), false, "a").await;
    assert!(node.broker.ready().await.is_err());
    let channel = any_channel();
    let (subscribed, started) = tokio::join!(node.broker.subscribe(&channel), async { server.start_again() });
    assert!(started);
    subscribed.unwrap();
    node.becomes_ready().await;
    let appended = node.publish_at_last(append(&channel, "text", None)).await;
    assert_eq!(node.next_publication().await.0, appended.position);
}

#[tokio::test]
async fn an_address_that_is_none_stops_the_start() {
    let error = redis::connect("http://localhost", redis_options(10, "a")).await.err().unwrap().to_string();
    assert!(error.contains("the address of Redis is not understood"), "{error}");
}
