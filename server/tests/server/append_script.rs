//! The short script, which appends to a log whose epoch is known: exceptional states of the log
//! are noticed all the same.

use std::sync::Arc;

use protocol::Epoch;
use realtime::broker::redis::names;
use realtime::broker::{Append, Appended, IdempotencyKey};
use storage::StorageError;
use storage::redis::Keyspace;

use crate::cluster::{Backend, Cluster, append, entry};
use crate::redis_server::RedisServer;

/// A Redis of its own, on which a node knows a log with one entry.
async fn known() -> (Arc<RedisServer>, Cluster) {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    cluster.nodes[0].becomes_ready().await;
    assert_eq!(say(&cluster, "one", "digest").await.unwrap().position.offset, 1);
    assert_eq!(short_script_calls(&server).await, 0, "nothing was known of it");
    (server, cluster)
}

fn message(cluster: &Cluster, text: &str, digest: &str) -> Append {
    append(&cluster.channel, text, Some(IdempotencyKey { key: text.into(), digest: digest.into() }))
}

async fn say(cluster: &Cluster, text: &str, digest: &str) -> Result<Appended, StorageError> {
    cluster.broker(0).publish(message(cluster, text, digest)).await
}

/// How many appends ran the short script. No other script calls HINCRBY.
async fn short_script_calls(server: &RedisServer) -> usize {
    let told: String = server.ask(&["INFO", "commandstats"]).await;
    let calls = told.split("cmdstat_hincrby:calls=").nth(1).and_then(|rest| rest.split(',').next());
    calls.map_or(0, |calls| calls.parse().unwrap())
}

async fn log(cluster: &Cluster) -> Vec<realtime::broker::Publication> {
    cluster.history().page(&cluster.channel, None, 10).await.unwrap().publications
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_on_a_known_log_goes_the_short_way() {
    let (server, cluster) = known().await;
    let two = say(&cluster, "two", "digest").await.unwrap();
    assert_eq!((two.position.offset, two.repeated), (2, false));
    assert_eq!(short_script_calls(&server).await, 1);
    assert_eq!(log(&cluster).await, [entry("one", 1), entry("two", 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resend_takes_no_number() {
    let (_server, cluster) = known().await;
    let two = say(&cluster, "two", "digest").await.unwrap();
    let again = say(&cluster, "two", "digest").await.unwrap();
    assert_eq!((again.position, again.repeated), (two.position, true));
    let refused = say(&cluster, "two", "another").await;
    assert!(matches!(refused, Err(StorageError::Conflict)), "{refused:?}");
    assert_eq!(say(&cluster, "three", "digest").await.unwrap().position.offset, 3);
    assert_eq!(log(&cluster).await, [entry("one", 1), entry("two", 2), entry("three", 3)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_epoch_that_changed_is_noticed() {
    let (server, cluster) = known().await;
    server.command(&["HSET", &names::meta(&Keyspace::default(), &cluster.channel), "epoch", "another"]).await;
    for (text, offset) in [("two", 2), ("three", 3)] {
        let said = say(&cluster, text, "digest").await.unwrap();
        assert_eq!((said.position.epoch, said.position.offset), (Epoch::parse("another").unwrap(), offset));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_takes_nothing_and_counts_nothing() {
    let (server, cluster) = known().await;
    server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let refused = say(&cluster, "two", "digest").await;
    assert!(matches!(refused, Err(StorageError::Full(_))), "{refused:?}");
    server.command(&["CONFIG", "SET", "maxmemory", "0"]).await;
    assert_eq!(say(&cluster, "two", "digest").await.unwrap().position.offset, 2);
    assert_eq!(log(&cluster).await, [entry("one", 1), entry("two", 2)]);
}
