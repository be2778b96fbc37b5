//! An entry of a log is damaged: it is told, everything else can be read, and nobody reads it again and again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::redis::cmd;
use async_trait::async_trait;
use protocol::{CloseCode, ErrorCode, Joined, Position};
use realtime::broker::redis::names;
use realtime::broker::{Append, Appended, Broker, Ephemeral, Head, Publication, ReadLimit, Replay};
use realtime::channel::Channel;
use realtime::hub::{ControlFrames, Hub};
use realtime::outbox::Outbox;
use reqwest::StatusCode;
use rusqlite::params;
use storage::StorageError;
use storage::redis::Keyspace;

use crate::browser::Browser;
use crate::cluster::{Cluster, entry, frame};
use crate::damage::damage;
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::visitor::Visitor;

contract!(Cluster on embedded, redis => [
    a_damaged_entry_is_told_and_all_others_are_read,
    a_log_whose_last_entry_is_damaged_can_be_listened_to,
    a_node_goes_on_behind_a_damaged_entry_and_reads_it_once,
]);

/// What no frame is.
const NO_TEXT: [u8; 2] = [0xff, 0xfe];

/// Damages the entry at `offset` of the cluster's channel.
async fn damage_entry(cluster: &Cluster, offset: u64) {
    let log = names::log(&Keyspace::default(), &cluster.channel);
    let update =
        "UPDATE publications SET frame = ?3 WHERE offset = ?2 AND log = (SELECT id FROM logs WHERE channel = ?1)";
    let row = params![cluster.channel.to_string(), offset.cast_signed(), NO_TEXT.as_slice()];
    // A stream only grows: it is written anew.
    let script = r"
        local entries = redis.call('XRANGE', KEYS[1], '-', '+')
        redis.call('DEL', KEYS[1])
        for _, entry in ipairs(entries) do
            local id, fields = entry[1], entry[2]
            if id == ARGV[1] then fields = {'f', ARGV[2]} end
            redis.call('XADD', KEYS[1], id, unpack(fields))
        end";
    let mut command = cmd("EVAL");
    command.arg(script).arg(1).arg(log).arg(format!("{offset}-0")).arg(NO_TEXT.as_slice());
    damage(cluster, update, row, &command).await;
}

async fn a_damaged_entry_is_told_and_all_others_are_read(cluster: Cluster) {
    for _ in 0..4 {
        cluster.publish("text").await;
    }
    damage_entry(&cluster, 2).await;
    let Err(StorageError::Corrupt(why)) = cluster.broker(0).entry(&cluster.channel, 2).await else {
        panic!("a damaged entry was read, or taken for missing");
    };
    assert!(why.contains("entry 2") && why.contains(&cluster.channel.to_string()), "{why}");
    assert_eq!(cluster.broker(1).entry(&cluster.channel, 3).await, Ok(Some(entry("text", 3))));
    let page = cluster.history().page(&cluster.channel, None, 10).await.unwrap();
    let texts: Vec<_> = page.publications.iter().filter_map(|one| one.text(&cluster.channel).ok()).collect();
    assert_eq!(texts, [1, 3, 4].map(|offset| String::from_utf8(frame("text", offset).to_vec()).unwrap()));
    assert_eq!((page.top.offset, page.more), (4, false));
}

async fn a_log_whose_last_entry_is_damaged_can_be_listened_to(cluster: Cluster) {
    cluster.publish("text").await;
    let top = cluster.publish("text").await;
    damage_entry(&cluster, 2).await;
    let head = cluster.broker(1).top(&cluster.channel).await.unwrap();
    assert_eq!(head, Head { position: top, frame: None });
    assert_eq!(cluster.publish("text").await.offset, 3);
}

/// A broker that counts how often its logs are read for what was missed.
struct Counted {
    broker: Arc<dyn Broker>,
    reads: AtomicUsize,
}

#[async_trait]
impl Broker for Counted {
    async fn subscribe(&self, channel: &Channel) -> Result<(), StorageError> {
        self.broker.subscribe(channel).await
    }

    async fn unsubscribe(&self, channel: &Channel) {
        self.broker.unsubscribe(channel).await;
    }

    async fn publish(&self, append: Append) -> Result<Appended, StorageError> {
        self.broker.publish(append).await
    }

    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), StorageError> {
        self.broker.announce(channel, ephemeral).await
    }

    async fn replay(&self, channel: &Channel, since: &Position, most: ReadLimit) -> Result<Replay, StorageError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.broker.replay(channel, since, most).await
    }

    async fn catch_up(&self, channel: &Channel, seen: &Head, most: ReadLimit) -> Result<Replay, StorageError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.broker.catch_up(channel, seen, most).await
    }

    async fn top(&self, channel: &Channel) -> Result<Head, StorageError> {
        self.broker.top(channel).await
    }

    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, StorageError> {
        self.broker.entry(channel, offset).await
    }

    fn is_available(&self, channel: &Channel) -> bool {
        self.broker.is_available(channel)
    }

    async fn ready(&self) -> Result<(), StorageError> {
        self.broker.ready().await
    }
}

/// A node's hub on a cluster; the test hands it what is delivered.
struct Listening {
    hub: Hub,
    broker: Arc<Counted>,
    channel: Channel,
}

impl Listening {
    fn to(cluster: &Cluster) -> Self {
        let broker = Arc::new(Counted { broker: cluster.broker(0).clone(), reads: AtomicUsize::new(0) });
        let control_frames = ControlFrames {
            renamed: |_, _| "renamed".into(),
            availability: |_, _| "availability".into(),
            is_whole: protocol::wire::is_json,
            erases: |_| false,
        };
        Self { hub: Hub::new(broker.clone(), control_frames), broker, channel: cluster.channel.clone() }
    }

    /// Somebody comes, who has seen all up to `since`.
    async fn comes(&self, since: Option<Position>) -> Arc<Outbox> {
        let outbox = Arc::new(Outbox::stuck(1 << 20));
        let subscription = self.hub.register(&self.channel, outbox.clone());
        self.hub.open(&self.channel).await.unwrap();
        let hello = |at: &Position, recovered: bool, _: &[_]| format!("at {}, recovered {recovered}", at.offset);
        self.hub.activate(&self.channel, subscription, since, hello).await.unwrap();
        outbox
    }

    fn deliver(&self, position: &Position) {
        let text = String::from_utf8(frame("text", position.offset).to_vec()).unwrap();
        self.hub.batch().publication(&self.channel, position, text.into());
    }

    fn reads(&self) -> usize {
        self.broker.reads.load(Ordering::Relaxed)
    }
}

/// Waits until a listener was sent away; returns what it heard before.
async fn told_to_read_anew(outbox: &Outbox) -> Vec<String> {
    let closed = poll_until(PATIENCE, async || outbox.closing()).await;
    assert_eq!(closed, Some(CloseCode::Resync), "the node waits for what cannot be read");
    outbox.take().0
}

async fn a_node_goes_on_behind_a_damaged_entry_and_reads_it_once(cluster: Cluster) {
    let seen = cluster.publish("text").await;
    let node = Listening::to(&cluster);
    let ana = node.comes(None).await;
    // The second one never comes, and cannot be read.
    cluster.publish("text").await;
    damage_entry(&cluster, 2).await;
    node.deliver(&cluster.publish("text").await);
    assert_eq!(told_to_read_anew(&ana).await, ["at 1, recovered false"]);
    assert_eq!(node.reads(), 1);

    let (ben, cleo) = (node.comes(Some(seen)).await, node.comes(None).await);
    assert_eq!(node.reads(), 2, "once for Ben");
    node.deliver(&cluster.publish("text").await);
    assert_eq!(ben.take().0, ["at 3, recovered false", r#"{"text":4}"#]);
    assert_eq!(cleo.take().0, ["at 3, recovered false", r#"{"text":4}"#]);

    // This one comes damaged, too.
    cluster.publish("text").await;
    damage_entry(&cluster, 5).await;
    node.hub.compare(&node.channel);
    assert_eq!(told_to_read_anew(&cleo).await, [""; 0]);
    let dan = node.comes(None).await;
    node.deliver(&cluster.publish("text").await);
    assert_eq!(dan.take().0, ["at 5, recovered false", r#"{"text":6}"#]);
    node.hub.stop().await;
    assert_eq!(node.reads(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_room_with_a_damaged_message_reads_all_others() {
    let mut data = PathBuf::new();
    let node = TestNode::with_data(|folder| data = folder.to_owned()).await;
    let mut ana = Visitor::at(&node).await;
    let Joined { position: since, session, .. } = ana.join("attic", None).await;
    for (id, text) in [("m1", "one"), ("m2", "a secret"), ("m3", "three")] {
        ana.say(id, text).await;
    }
    let found = corrupt_data(&node).await;
    // The second one is JSON up to its end.
    for damaged in [&NO_TEXT[..], br#"{"type":"message","payload":{"message":"a secret""#, br#"{"type":"message"}"#] {
        let file = rusqlite::Connection::open(data.join("hubbub.db")).unwrap();
        let update = "UPDATE publications SET frame = ?1 WHERE offset = 2";
        assert_eq!(file.execute(update, [damaged]).unwrap(), 1);
        let page = Browser::at(&node).await.ask("history", &[("room", "attic")]).await.text().await.unwrap();
        assert!(page.contains("one") && page.contains("three") && !page.contains("secret"), "{page}");
    }
    assert!(corrupt_data(&node).await >= found + 3, "it is counted");
    let file = rusqlite::Connection::open(data.join("hubbub.db")).unwrap();
    drop(file);
    let mut node = node;
    for (damaged, top) in [(&NO_TEXT[..], 3), (br#"{"type":"message","payload":{"roomId":"attic"oops}}"#, 4)] {
        let file = rusqlite::Connection::open(data.join("hubbub.db")).unwrap();
        file.execute("UPDATE publications SET frame = ?1 WHERE offset = 2", [damaged]).unwrap();
        drop(file);
        // What was delivered is still in the memory of this node.
        node = node.restarted().await;
        let mut ben = Visitor::at(&node).await;
        let joined = ben.join("attic", Some(since.clone())).await;
        assert_eq!((joined.recovered, joined.messages.len(), joined.position.offset), (false, 0, top));
        assert_eq!(ben.say(&format!("b{top}"), "more").await.offset, top + 1);
    }
    let mut ana = Visitor::at(&node).await;
    ana.join_as(session, "attic", None).await;
    let refusal = ana.try_say("m2", "a secret").await.expect_err("it is stored, and cannot be given back");
    assert_eq!(refusal.code, ErrorCode::Damaged);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_in_which_nothing_can_be_read_is_told_as_damaged() {
    let mut data = PathBuf::new();
    let node = TestNode::with_data(|folder| data = folder.to_owned()).await;
    Visitor::in_room(&node, "attic").await.say("m1", "one").await;
    let file = rusqlite::Connection::open(data.join("hubbub.db")).unwrap();
    file.execute("UPDATE publications SET frame = x''", []).unwrap();
    let answer = Browser::at(&node).await.ask("history", &[("room", "attic")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("damaged"));
    node.stop().await;
}

/// How often this process found something damaged.
async fn corrupt_data(node: &TestNode) -> u64 {
    let figures = node.figures().await;
    let line = figures.lines().find(|line| line.starts_with("hubbub_corrupt_data_total")).unwrap();
    line.split(' ').next_back().unwrap().parse().unwrap()
}
