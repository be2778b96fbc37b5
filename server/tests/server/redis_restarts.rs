//! Epochs and recovery when Redis comes back, maybe with an older log.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use protocol::Position;
use realtime::broker::{Append, Appended, Broker, Head, IdempotencyKey, ReadLimit, Replay};
use storage::StorageError;
use tempfile::TempDir;

use crate::cluster::{Backend, Cluster, append, entry, frame};
use crate::polling::retry_until_reached;
use crate::redis_server::RedisServer;

/// An append with an idempotency key, which a sender may repeat.
fn resent(cluster: &Cluster, text: &str) -> Append {
    append(&cluster.channel, text, Some(IdempotencyKey { key: text.into(), digest: "digest".into() }))
}

async fn say(cluster: &Cluster, text: &str) -> Appended {
    cluster.nodes[0].publish_at_last(resent(cluster, text)).await
}

/// The head of the log, as a node that got everything knows it.
async fn head(cluster: &Cluster) -> Head {
    cluster.broker(0).top(&cluster.channel).await.unwrap()
}

fn start_again(server: &RedisServer) {
    while !server.start_again() {}
}

/// The replay for a client that saw everything up to `since`.
async fn told(broker: &Arc<dyn Broker>, cluster: &Cluster, since: &Position) -> Replay {
    reading(async || broker.replay(&cluster.channel, since, ReadLimit::publications(100)).await).await
}

async fn caught_up(broker: &Arc<dyn Broker>, cluster: &Cluster, seen: &Head) -> Replay {
    reading(async || broker.catch_up(&cluster.channel, seen, ReadLimit::publications(100)).await).await
}

/// Reads again and again until Redis is there.
async fn reading<T>(read: impl AsyncFn() -> Result<T, StorageError>) -> T {
    retry_until_reached(read).await.expect("reading never worked again")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_only_who_can_prove_what_they_saw_goes_on() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    say(&cluster, "one").await;
    let seen = head(&cluster).await;
    say(&cluster, "two").await;
    server.stop();
    start_again(&server);

    let again = say(&cluster, "two").await;
    assert!(again.repeated, "a resend is still recognised");
    assert_eq!(again.position.offset, 2);
    assert_ne!(again.position.epoch, seen.position.epoch);
    let top = again.position;
    for node in &cluster.nodes {
        let replay = told(&node.broker, &cluster, &seen.position).await;
        assert_eq!(replay, Replay::Unknown { top: top.clone() }, "a client's word is not believed");
        let replay = caught_up(&node.broker, &cluster, &seen).await;
        assert_eq!(replay, Replay::All { publications: vec![entry("two", 2)], top: top.clone() });
    }
    let other = Head { frame: Some(frame("else", 1)), ..seen };
    let replay = caught_up(&cluster.nodes[0].broker, &cluster, &other).await;
    assert_eq!(replay, Replay::Unknown { top: top.clone() }, "nor a node that saw another log");
    let start = Position { offset: 0, ..other.position };
    let replay = caught_up(&cluster.nodes[0].broker, &cluster, &Head { position: start, frame: None }).await;
    let publications = vec![entry("one", 1), entry("two", 2)];
    assert_eq!(replay, Replay::All { publications, top }, "who saw nothing has nothing to prove");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_two_messages_under_one_position_when_redis_comes_back_older() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    say(&cluster, "kept").await;
    let backup = back_up(&server);
    say(&cluster, "lost").await;
    let seen = head(&cluster).await;
    server.stop();
    restore(&server, &backup);
    start_again(&server);

    // As many as were lost are said before anybody compares.
    let other = say(&cluster, "other").await;
    assert_eq!(other.position.offset, 2);
    assert_ne!(other.position.epoch, seen.position.epoch);
    let unknown = Replay::Unknown { top: other.position.clone() };
    for node in &cluster.nodes {
        assert_eq!(told(&node.broker, &cluster, &seen.position).await, unknown);
        assert_eq!(caught_up(&node.broker, &cluster, &seen).await, unknown);
    }
    let again = say(&cluster, "lost").await;
    assert_eq!((again.position.offset, again.repeated), (3, false), "what was lost is taken when it is sent again");
    assert!(say(&cluster, "kept").await.repeated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_began_anew_believes_no_memory_of_the_old_one() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    say(&cluster, "one").await;
    let seen = head(&cluster).await;
    // As a Redis does that forgets keys when its memory is full.
    let key = realtime::broker::redis::names::meta(&storage::redis::Keyspace::default(), &cluster.channel);
    server.command(&["DEL", &key]).await;
    let other = say(&cluster, "other").await;
    assert_eq!((other.position.offset, other.repeated), (1, false));
    let again = say(&cluster, "one").await;
    assert_eq!((again.position.offset, again.repeated), (2, false), "it is not in this log");
    let replay = caught_up(&cluster.nodes[0].broker, &cluster, &seen).await;
    assert_eq!(replay, Replay::Unknown { top: again.position });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_can_be_read_when_redis_is_full_after_a_restart() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    say(&cluster, "one").await;
    let seen = head(&cluster).await;
    server.stop();
    start_again(&server);
    server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let page = reading(async || cluster.history().page(&cluster.channel, None, 10).await).await;
    assert_eq!(page.publications, [entry("one", 1)]);
    let replay = caught_up(&cluster.nodes[1].broker, &cluster, &seen).await;
    assert!(matches!(&replay, Replay::All { publications, .. } if publications.is_empty()), "{replay:?}");
    assert!(matches!(told(&cluster.nodes[1].broker, &cluster, &seen.position).await, Replay::Unknown { .. }));
}

/// A copy of everything a server has written.
fn back_up(server: &RedisServer) -> TempDir {
    let backup = tempfile::tempdir().unwrap();
    copy(&server.folder().join("appendonlydir"), backup.path());
    backup
}

fn restore(server: &RedisServer, backup: &TempDir) {
    std::fs::remove_dir_all(server.folder().join("appendonlydir")).unwrap();
    copy(&backup.path().join("appendonlydir"), server.folder());
}

fn copy(from: &Path, into: &Path) {
    assert!(Command::new("cp").arg("-R").arg(from).arg(into).status().unwrap().success());
}
