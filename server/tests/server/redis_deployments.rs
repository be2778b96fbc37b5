//! Deployments that share one Redis, each with a database or a prefix of its
//! own: none gets deliveries of another, and none reads or changes its data.

use ::redis::Value;
use bytes::Bytes;
use futures::future::join_all;
use protocol::game::{Answer, GameClientMessage as Say, Phase};
use protocol::{ClientMessage, ErrorCode, MessageId, RoomId, ServerMessage};
use realtime::broker::redis::RedisBrokerOptions;
use realtime::broker::{Delivery, Ephemeral};
use server::rooms::Listing;
use storage::redis::Keyspace;

use crate::browser::Browser;
use crate::class::{Pupil, choice, quiz, session};
use crate::cluster::{LOG_LENGTH, Node, any_channel, append, frame, header, redis_node_with, redis_options};
use crate::node::TestNode;
use crate::postgres_server::PostgresServer;
use crate::redis_cluster::RedisCluster;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

/// The documentation about Redis.
const DOCS: &str = include_str!("../../../docs/redis.md");

/// The flags of a Redis with the user that the documentation describes, for the names
/// that begin with `prefix`. The password is `s3cret`.
pub fn documented_user(prefix: &str) -> Vec<String> {
    let rules = DOCS.split("\nuser hubbub ").nth(1).and_then(|rest| rest.split("\n```").next());
    let rules = rules.expect("the docs write down an ACL user").replace(">PASSWORD", ">s3cret");
    let rules = rules.replace("hubbub:*", &format!("{prefix}:*"));
    ["--user", "hubbub"].into_iter().chain(rules.split_whitespace()).map(str::to_owned).collect()
}

fn prefixed(prefix: &str, sharded: bool) -> RedisBrokerOptions {
    RedisBrokerOptions { sharded, keyspace: Keyspace::parse(prefix).unwrap(), ..redis_options(LOG_LENGTH, prefix) }
}

/// Both publish the same at the same time in a channel of the same name.
async fn hear_nothing_of_each_other(mut nodes: [Node; 2]) {
    let (channel, words) = (any_channel(), ["one", "other"]);
    for node in &nodes {
        node.broker.subscribe(&channel).await.unwrap();
    }
    for offset in 1..=5 {
        for (node, word) in nodes.iter().zip(words) {
            node.broker.announce(&channel, Ephemeral::Frame(Bytes::from(word))).await.unwrap();
            let said = node.broker.publish(append(&channel, word, None)).await.unwrap();
            assert_eq!(said.position.offset, offset, "{word}");
        }
    }
    let mut epochs = Vec::new();
    for (node, word) in nodes.iter_mut().zip(words) {
        let epoch = node.broker.top(&channel).await.unwrap().position.epoch;
        for offset in 1..=5 {
            let ephemeral = Ephemeral::Frame(Bytes::from(word));
            assert_eq!(node.next().await, Delivery::Ephemeral { channel: channel.clone(), ephemeral });
            let position = protocol::Position { epoch: epoch.clone(), offset };
            let (channel, header) = (channel.clone(), Some(header()));
            let said = Delivery::Publication { channel, position, header, frame: frame(word, offset) };
            assert_eq!(node.next().await, said);
        }
        epochs.push(epoch);
    }
    assert_ne!(epochs[0], epochs[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_hear_nothing_of_each_other() {
    let (one, three) = (RedisServer::shared(), RedisServer::shared_three());
    let all =
        |database| three.iter().map(|server| format!("{}/{database}", server.url())).collect::<Vec<_>>().join(",");
    let pairs = [[one.url(), format!("{}/1", one.url())], [all(1), all(11)]];
    for urls in &pairs {
        for sharded in [false, true] {
            let [a, b] = urls.each_ref().map(|url| redis_node_with(url, prefixed(Keyspace::DEFAULT_PREFIX, sharded)));
            hear_nothing_of_each_other([a.await, b.await]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prefixes_hear_nothing_of_each_other() {
    let (one, cluster) = (RedisServer::shared(), RedisCluster::shared().await);
    for (url, sharded) in [(one.url(), false), (one.url(), true), (cluster.url(), false)] {
        // One is the beginning of the other.
        let [a, b] = ["north", "north.2"].map(|prefix| redis_node_with(&url, prefixed(prefix, sharded)));
        hear_nothing_of_each_other([a.await, b.await]).await;
    }
}

/// Four deployments on one Redis, two at a time: with databases, then with prefixes of their own.
async fn side_by_side(check: impl AsyncFn(&TestNode, &TestNode)) {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let (first, second) = (redis.url(), format!("{}/1", redis.url()));
    for pair in [[(&first, "hubbub"), (&second, "hubbub")], [(&first, "north"), (&first, "south")]] {
        let [one, other] = pair.map(|(url, prefix)| async {
            let database = postgres.database().await;
            let flags = ["--redis-prefix", prefix, "--rate-limit", "off", "--database", &database];
            TestNode::with_redis(url, &flags).await
        });
        let (one, other) = (one.await, other.await);
        check(&one, &other).await;
        one.stop().await;
        other.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rooms_of_one_name_stay_apart_while_both_talk() {
    side_by_side(async |one, other| {
        let (nodes, words) = ([one, other], ["one", "other"]);
        let (mut talks, mut beginnings) = (Vec::new(), Vec::new());
        for node in nodes {
            let mut listener = Visitor::at(node).await;
            let joined = listener.join("garden", None).await;
            assert_eq!((joined.member_count, joined.position.offset), (1, 0));
            beginnings.push(joined.position);
            talks.push((Visitor::in_room(node, "garden").await, listener));
        }
        let talking = talks.iter_mut().zip(words).map(|((speaker, listener), word)| async move {
            for offset in 1..=20 {
                let said = speaker.say(&format!("m{offset}"), &format!("{word} {offset}")).await;
                assert_eq!(said.offset, offset);
                assert_eq!(listener.hears().await, said, "and nothing else");
            }
        });
        join_all(talking).await;
        for ((node, word), beginning) in nodes.into_iter().zip(words).zip(beginnings) {
            let joined = Visitor::at(node).await.join("garden", Some(beginning)).await;
            assert_eq!((joined.recovered, joined.member_count), (true, 3));
            let said: Vec<_> = joined.messages.into_iter().map(|message| message.message).collect();
            assert_eq!(said, (1..=20).map(|offset| format!("{word} {offset}")).collect::<Vec<_>>());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_into_a_room_while_another_deployment_talks_there_hears_only_their_own() {
    side_by_side(async |one, other| {
        for room in 1..=10 {
            let room = format!("room-{room}");
            let mut ben = Visitor::in_room(other, &room).await;
            let talking = async {
                for number in 1..=10 {
                    ben.say(&format!("b{number}"), "theirs").await;
                }
            };
            let coming = async {
                let mut listener = Visitor::in_room(one, &room).await;
                let mut ana = Visitor::in_room(one, &room).await;
                for offset in 1..=3 {
                    let said = ana.say(&format!("a{offset}"), "ours").await;
                    assert_eq!(said.offset, offset);
                    assert_eq!(listener.hears().await, said);
                }
            };
            tokio::join!(talking, coming);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_another_deployment_are_not_seen() {
    side_by_side(async |one, other| {
        let room_id = RoomId::parse("porch").unwrap();
        let mut ben = Visitor::in_room(other, "porch").await;
        // Who they are in one deployment, nobody is in another.
        let (member, cookie) = session(one);
        let headers = [("cookie", cookie.as_str())];
        let mut ana = Visitor::with(one, &headers).await.unwrap();
        let joined = ana.join("porch", None).await;
        assert_eq!((joined.member_count, &joined.you), (1, &member));
        ana.send(&ClientMessage::Typing { room_id }).await;
        ana.say("a1", "typed").await;
        let id = Some(MessageId::parse("b1").unwrap());
        ben.send(&ClientMessage::Message { room_id: None, id, message: "alone".into(), reply_to: None }).await;
        let received = ben.until(|frame| match frame {
            ServerMessage::Typing(typing) => Some(format!("{typing:?}")),
            ServerMessage::Presence(presence) if presence.joined.contains(&member) => Some(format!("{presence:?}")),
            ServerMessage::Message(message) => Some(message.message),
            _ => None,
        });
        assert_eq!(received.await, "alone");
        let stranger = Visitor::with(other, &headers).await.unwrap().join("porch", None).await;
        assert_eq!(stranger.member_count, 2);
        assert_ne!(stranger.you.id, member.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn games_and_listed_rooms_are_of_one_deployment() {
    side_by_side(async |one, other| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (_ada, joined) = Pupil::player(one, &hosting.pin, "Ada").await;
        assert_eq!(joined.game.phase, Phase::Lobby);
        let refused = Pupil::at(other).await.try_join(&hosting.pin, Some("Ada")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NoGame);
        let attic = RoomId::parse("attic").unwrap();
        for (node, title) in [(one, "Attic of one"), (other, "Attic of the other")] {
            node.node().directory.open(&attic, title, Listing::Listed).await.unwrap();
            let titles: Vec<_> =
                node.node().directory.list().await.unwrap().iter().map(|room| room.title.clone()).collect();
            assert_eq!(titles, [title]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_in_the_docs_may_do_all_that_a_deployment_with_a_prefix_does() {
    let redis = RedisServer::start_with(|_, _| documented_user("school-a"));
    let url = format!("redis://hubbub:s3cret@127.0.0.1:{}", redis.port());
    let postgres = PostgresServer::shared();
    let database = postgres.database().await;
    let node = TestNode::with_redis(&url, &["--redis-prefix", "school-a", "--database", &database]).await;

    let mut ben = Visitor::in_room(&node, "garden").await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    for number in 1..=3 {
        assert_eq!(ana.say(&format!("m{number}"), "hello").await, ben.hears().await);
    }
    let (mut teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("1?", 60)])).await;
    let (mut ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    teacher.step(Say::Start).await;
    ada.sees(Phase::Open).await;
    ada.answer(0, Answer::Choice(1)).await;
    teacher.sees(Phase::Reveal).await;
    teacher.step(Say::End).await;
    ada.sees(Phase::Podium).await;
    let mut browser = Browser::at(&node).await;
    assert!(browser.ask("open-room", &[("title", "Attic"), ("listed", "true")]).await.status().is_success());
    assert!(browser.ask("history", &[("room", "garden")]).await.text().await.unwrap().contains("hello"));
    assert!(browser.save("", "0", &quiz(vec![choice("2?", 60)])).await.status().is_success());
    assert!(browser.ask("sign-out", &[]).await.status().is_success());
    let channels: Vec<String> = redis.ask(&["PUBSUB", "CHANNELS"]).await;
    assert!(channels.contains(&"school-a:{room:garden}:log".to_owned()), "{channels:?}");
    node.stop().await;

    let denied: Value = redis.ask(&["ACL", "LOG"]).await;
    assert_eq!(denied, Value::Array(Vec::new()));
    let keys: Vec<String> = redis.ask(&["KEYS", "*"]).await;
    for kept in ["{room:garden}:log", "session-key", "revoked-users"] {
        assert!(keys.contains(&format!("school-a:{kept}")), "{kept} in {keys:?}");
    }
    let others: Vec<_> = keys.iter().chain(&channels).filter(|name| !name.starts_with("school-a:")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_of_one_prefix_is_kept_out_of_another() {
    let redis = RedisServer::start_with(|_, _| documented_user("north"));
    let url = format!("redis://hubbub:s3cret@127.0.0.1:{}", redis.port());
    let [own, strange] = ["north", "south"].map(|prefix| redis_node_with(&url, prefixed(prefix, false)));
    let (own, strange, channel) = (own.await, strange.await, any_channel());
    own.broker.publish(append(&channel, "own", None)).await.unwrap();
    let refused = strange.broker.publish(append(&channel, "strange", None)).await.unwrap_err();
    assert!(refused.to_string().contains("no permissions"), "{refused}");
    redis.command(&["SET", "south:secret", "kept"]).await;
    let thief = ::redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let attacks = ["GET south:secret", "DEL south:secret", "KEYS *", "SCAN 0", "FLUSHDB", "FLUSHALL", "SWAPDB 0 1"];
    for attack in attacks.iter().chain(&["RANDOMKEY", "SUBSCRIBE south:news", "CLIENT LIST", "CONFIG GET *"]) {
        let mut command = ::redis::Cmd::new();
        attack.split(' ').for_each(|word| {
            command.arg(word);
        });
        let refused = command.query_async::<Value>(&mut thief.clone()).await.unwrap_err();
        assert!(refused.to_string().contains("no permissions"), "{attack}: {refused}");
    }
    assert_eq!(redis.ask::<String>(&["GET", "south:secret"]).await, "kept");
}
