//! What people must not notice: whether Redis is one server, several or a cluster, and that a
//! part of it is away.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use protocol::{Member, Name, UserId};
use realtime::broker::redis::{self, names};
use realtime::broker::{Broker, Delivery, Ephemeral, Head, ReadLimit, Replay};
use realtime::channel::Channel;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use realtime::presence::{Lease, PresenceStore};
use storage::StorageError;
use storage::redis::{Keyspace, Servers};
use tokio::time::timeout;

use crate::cluster::{Node, any_channel, append, entry, frame, redis_node, redis_options, url_of};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::redis_cluster::RedisCluster;
use crate::redis_deployments::documented_user;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

fn options() -> redis::RedisBrokerOptions {
    redis_options(100, "test")
}

fn ana() -> Member {
    Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() }
}

async fn hears(node: &mut Node, channel: &Channel, frame: &Bytes) {
    loop {
        if let Delivery::Publication { channel: of, frame: received, .. } = node.next().await
            && (&of, &received) == (channel, frame)
        {
            return;
        }
    }
}

/// Waits for a frame as a hub does: it is delivered, or it is found
/// when deliveries were interrupted.
async fn learns(node: &mut Node, channel: &Channel, seen: &Head, frame: &Bytes) {
    loop {
        match node.next().await {
            Delivery::Publication { channel: of, frame: received, .. } if (&of, &received) == (channel, frame) => {
                return;
            }
            Delivery::Interrupted => match node.broker.catch_up(channel, seen, ReadLimit::publications(10)).await {
                Ok(Replay::All { publications, .. }) if publications.iter().any(|one| one.frame == *frame) => return,
                _ => {}
            },
            _ => {}
        }
    }
}

/// A channel on each of the servers, in their order, each with one entry.
async fn one_on_each(servers: &[Arc<RedisServer>], node: &Node) -> Vec<Channel> {
    let mut found = vec![None; servers.len()];
    while found.iter().any(Option::is_none) {
        let channel = any_channel();
        node.broker.publish(append(&channel, "first", None)).await.unwrap();
        for (at, server) in servers.iter().enumerate() {
            if server.ask::<bool>(&["EXISTS", &names::log(&Keyspace::default(), &channel)]).await {
                found[at] = Some(channel.clone());
            }
        }
    }
    found.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_shard_touches_only_its_rooms_and_comes_back() {
    let servers = [RedisServer::start(), RedisServer::start(), RedisServer::start()];
    let mut node = redis_node(&url_of(&servers), false, "a").await;
    let channels = one_on_each(&servers, &node).await;
    for channel in &channels {
        node.broker.subscribe(channel).await.unwrap();
    }
    node.becomes_ready().await;
    servers[1].stop();
    let publish = node.broker.publish(append(&channels[1], "lost", None));
    let refused = timeout(PATIENCE, publish).await.expect("neither published nor refused");
    assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
    for n in 2..20 {
        for channel in [&channels[0], &channels[2]] {
            let appended = node.broker.publish(append(channel, "on", None)).await.unwrap();
            assert_eq!(appended.position.offset, n);
            hears(&mut node, channel, &frame("on", n)).await;
        }
    }
    // People of the other rooms need this node.
    node.becomes_ready().await;
    for channel in [&channels[0], &channels[2]] {
        assert_eq!(node.history.page(channel, None, 1).await.unwrap().publications, [entry("on", 19)]);
    }

    while !servers[1].start_again() {}
    let appended = node.publish_at_last(append(&channels[1], "back", None)).await;
    assert_eq!(appended.position.offset, 2);
    node.interrupted().await;
    let last = node.publish_at_last(append(&channels[1], "received", None)).await;
    hears(&mut node, &channels[1], &frame("received", last.position.offset)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_a_dead_shard_are_told_and_the_others_go_on_talking() {
    let servers = [RedisServer::start(), RedisServer::start()];
    let node = TestNode::with_redis(&url_of(&servers), &[]).await;
    let mut talks: Vec<Option<(Visitor, String)>> = vec![None, None];
    while talks.iter().any(Option::is_none) {
        let channel = any_channel();
        let room = channel.room().to_string();
        let mut visitor = Visitor::in_room(&node, &room).await;
        visitor.say("m1", "words").await;
        let at = usize::from(servers[1].ask::<bool>(&["EXISTS", &names::log(&Keyspace::default(), &channel)]).await);
        talks[at] = Some((visitor, room));
    }
    servers[0].stop();
    let [(dead, _), (alive, _)] = talks.iter_mut().flatten().collect::<Vec<_>>().try_into().ok().unwrap();
    let refusal = dead.try_say("m2", "words").await.unwrap_err();
    assert!(refusal.temporary, "{refusal:?}");
    alive.say("m2", "words").await;
    let ready = async || (reqwest::get(node.url("/readyz")).await.unwrap().status() == 200).then_some(());
    poll_until(PATIENCE, ready).await.expect("the node is not ready without one of its servers");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_are_kept_on_the_living_shards_while_one_is_dead() {
    let servers = [RedisServer::start(), RedisServer::start(), RedisServer::start()];
    let (broker, _deliveries) = redis::connect(&url_of(&servers), options()).await.unwrap();
    let presence = RedisPresence::new(broker.router(), PresenceOptions::new("a"));
    assert_eq!(presence.renew().await, Ok(Lease::Kept));
    servers[2].stop();
    assert_eq!(presence.renew().await, Ok(Lease::Kept));
    for server in &servers[..2] {
        assert_eq!(server.ask::<u64>(&["ZCARD", "hubbub:{nodes}"]).await, 1);
    }
    servers[0].stop();
    servers[1].stop();
    assert!(presence.renew().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_can_leave_when_redis_is_full() {
    let server = RedisServer::start();
    let (broker, _deliveries) = redis::connect(&server.url(), options()).await.unwrap();
    let [one, other] = ["a", "b"].map(|name| RedisPresence::new(broker.router(), PresenceOptions::new(name)));
    let (channel, ana) = (any_channel(), ana());
    for node in [&one, &other] {
        node.enter(&channel, &ana).await.unwrap();
    }
    server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    assert_eq!(one.renew().await, Ok(Lease::Kept));
    one.leave(&channel, &ana.id).await.unwrap();
    assert_eq!(other.snapshot(&channel).await.unwrap().members, std::slice::from_ref(&ana));
    other.leave(&channel, &ana.id).await.unwrap();
    assert_eq!(other.snapshot(&channel).await.unwrap().members, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_goes_on_when_a_replica_takes_the_place_of_its_master() {
    let cluster = RedisCluster::start().await;
    let mut node = redis_node(&cluster.url(), false, "a").await;
    let channels: Vec<_> = (0..20).map(|_| any_channel()).collect();
    let mut heads = Vec::new();
    for channel in &channels {
        node.broker.subscribe(channel).await.unwrap();
        node.broker.publish(append(channel, "before", None)).await.unwrap();
        heads.push(node.broker.top(channel).await.unwrap());
    }
    let dead = cluster.master_of(&names::log(&Keyspace::default(), &channels[0])).await;
    // What was acknowledged must have reached the replica: losing it is another test's matter.
    while cluster.servers[dead].ask::<u64>(&["WAIT", "1", "1000"]).await < 1 {}
    cluster.servers[dead].stop();
    for channel in &channels {
        let appended = node.publish_at_last(append(channel, "after", None)).await;
        assert_eq!(appended.position.offset, 2);
    }
    // A delivery may have been lost until the subscriptions moved; the next ones come.
    node.interrupted().await;
    let moved = &channels[0];
    let last = node.publish_at_last(append(moved, "received", None)).await;
    hears(&mut node, moved, &frame("received", last.position.offset)).await;

    for (channel, head) in channels.iter().zip(heads) {
        let was_moved = cluster.master_of(&names::log(&Keyspace::default(), channel)).await == dead;
        let told = node.broker.replay(channel, &head.position, ReadLimit::publications(100)).await.unwrap();
        assert_eq!(matches!(told, Replay::Unknown { .. }), was_moved, "{told:?}");
        let seen = Head { position: head.position, frame: Some(frame("before", 1)) };
        let caught_up = node.broker.catch_up(channel, &seen, ReadLimit::publications(100)).await.unwrap();
        assert!(matches!(caught_up, Replay::All { .. }), "{caught_up:?}");
    }
    node.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_a_cluster_keeps_elsewhere_is_heard_there() {
    let cluster = RedisCluster::start().await;
    let mut node = redis_node(&cluster.url(), false, "a").await;
    let channel = any_channel();
    node.broker.subscribe(&channel).await.unwrap();
    let name = names::log(&Keyspace::default(), &channel);
    let from = cluster.master_of(&name).await;
    cluster.move_slot(&name, (from + 1) % 3).await;
    // What is passed on is not kept: until the subscription has moved, too, it may be missed.
    let ephemeral = Ephemeral::Notice(Bytes::from("here"));
    let expected = Delivery::Ephemeral { channel: channel.clone(), ephemeral: ephemeral.clone() };
    let broker = Arc::clone(&node.broker);
    let announcing = poll_until(PATIENCE, async || {
        // Refused until the new place is known.
        let _ = broker.announce(&channel, ephemeral.clone()).await;
        None::<()>
    });
    tokio::select! {
        () = async { while node.next().await != expected {} } => {}
        _ = announcing => panic!("the channel was not found where it is kept now"),
    }

    // The other way that a channel moves: an operator changes who is the master.
    let other = loop {
        let other = any_channel();
        if cluster.master_of(&names::log(&Keyspace::default(), &other)).await == from {
            break other;
        }
    };
    node.broker.subscribe(&other).await.unwrap();
    let before = node.broker.publish(append(&other, "before", None)).await.unwrap().position;
    let seen = Head { position: before.clone(), frame: Some(frame("before", before.offset)) };
    let (demoted, promoted) = (&cluster.servers[from], &cluster.servers[from + 3]);
    // Without asking the others: on a busy machine they may not agree in time.
    promoted.command(&["CLUSTER", "FAILOVER", "TAKEOVER"]).await;
    cluster.until(demoted, &["INFO", "replication"], "role:slave").await;
    let after = node.publish_at_last(append(&other, "after", None)).await.position;
    learns(&mut node, &other, &seen, &frame("after", after.offset)).await;
    assert_ne!(after.epoch, before.epoch, "the new master may have been behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_kind_of_redis_stops_the_start() {
    let (cluster, server) = (RedisCluster::shared().await, RedisServer::shared());
    let refused = async |url: String| redis::connect(&url, options()).await.err().unwrap().to_string();
    let one = refused(format!("redis://127.0.0.1:{}", cluster.servers[0].port())).await;
    assert!(one.contains("redis-cluster://"), "{one}");
    let other = refused(format!("redis-cluster://127.0.0.1:{}", server.port())).await;
    assert!(other.contains("no cluster"), "{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_and_tls_are_spoken_and_never_shown() {
    let server = RedisServer::start_with(|folder, _| {
        make_certificates(folder);
        let file = |name: &str| folder.join(name).display().to_string();
        // The plain port is needed to see that it is ready; TLS takes the next one that is free.
        let flags = [
            ["--tls-port".into(), crate::redis_server::free_port().to_string()],
            ["--tls-cert-file".into(), file("cert.pem")],
            ["--tls-key-file".into(), file("key.pem")],
            ["--tls-ca-cert-file".into(), file("ca.pem")],
            ["--tls-auth-clients".into(), "no".into()],
        ];
        flags.concat().into_iter().chain(documented_user(Keyspace::DEFAULT_PREFIX)).collect()
    });
    let setting: Vec<String> = server.ask(&["CONFIG", "GET", "tls-port"]).await;
    let url = |user: &str| format!("rediss://{user}127.0.0.1:{}", setting[1]);

    let trusted = Servers::parse(&url("hubbub:s3cret@")).unwrap().trusting(&server.folder().join("ca.pem")).unwrap();
    let (broker, _deliveries) = redis::open(trusted, options()).await.unwrap();
    let channel = any_channel();
    broker.subscribe(&channel).await.unwrap();
    broker.publish(append(&channel, "text", None)).await.unwrap();
    let head = broker.top(&channel).await.unwrap();
    assert!(matches!(broker.catch_up(&channel, &head, ReadLimit::publications(10)).await.unwrap(), Replay::All { .. }));
    let presence = RedisPresence::new(broker.router(), PresenceOptions::new("a"));
    presence.enter(&channel, &ana()).await.unwrap();
    assert_eq!(presence.renew().await, Ok(Lease::Kept));
    assert_eq!(presence.snapshot(&channel).await.unwrap().members, [ana()]);
    presence.withdraw().await.unwrap();

    let trusting_the_system = redis::connect(&url("hubbub:s3cret@"), options()).await.unwrap().0;
    let wrong = Servers::parse(&url("hubbub:wr0ng@")).unwrap().trusting(&server.folder().join("ca.pem")).unwrap();
    let wrong = redis::open(wrong, options()).await.unwrap().0;
    let refusals = join_all([&trusting_the_system, &wrong].map(|broker| broker.top(&channel))).await;
    let [untrusted, unknown] = [0, 1].map(|at| refusals[at].as_ref().unwrap_err().to_string());
    assert!(untrusted.contains("certificate"), "{untrusted}");
    assert!(unknown.contains("WRONGPASS"), "{unknown}");
    assert!(![&untrusted, &unknown].iter().any(|text| text.contains("s3cret") || text.contains("wr0ng")));
}

/// An authority, `ca.pem`, and what it signed for 127.0.0.1: `cert.pem`.
pub fn make_certificates(folder: &Path) {
    let script = "
        new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
        openssl req -x509 $new -days 2 -subj /CN=authority -keyout ca.key -out ca.pem &&
        openssl req $new -subj /CN=server -keyout key.pem -out request.pem &&
        echo subjectAltName=IP:127.0.0.1 > names &&
        openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 2 -extfile names -out cert.pem &&
        chmod 600 key.pem";
    let made = Command::new("sh").args(["-ec", script]).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
