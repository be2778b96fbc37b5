//! Brokers for tests: one embedded node, or several nodes over the same Redis.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use protocol::wire::Template;
use protocol::{MessageId, Position, RoomId, UserId};
use realtime::broker::rewrite::Rewriter;
use realtime::broker::{
    Append, Appended, Broker, Deliveries, Delivery, IdempotencyKey, LogLimits, Publication, embedded, redis,
};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use realtime::history::History;
use realtime::history::embedded::EmbeddedHistory;
use realtime::history::redis::RedisHistory;
use realtime::peers::Peers;
use server::games;
use server::games::embedded::EmbeddedGames;
use server::games::redis::RedisGames;
use storage::StorageError;
use storage::redis::Keyspace;
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::polling::{PATIENCE, poll_until, retry_until_reached};
use crate::redis_cluster::RedisCluster;
use crate::redis_server::RedisServer;

/// Entries that every log of a test keeps.
pub const LOG_LENGTH: u64 = 100;

/// Logs of so many entries, which outlast every test.
pub fn log_limits(entries: u64) -> LogLimits {
    LogLimits { entries, bytes: 1 << 20, retain: None, retain_game: Duration::from_secs(86_400) }
}

/// The options of a node that keeps so many entries of each log.
pub fn redis_options(entries: u64, node: &str) -> redis::RedisBrokerOptions {
    redis::RedisBrokerOptions {
        log: log_limits(entries),
        sharded: false,
        node: node.into(),
        keyspace: Keyspace::default(),
        peers: Peers::current(),
        archive: None,
    }
}

/// The storage of the logs.
pub enum Backend {
    Embedded(TempDir),
    Redis { url: String, sharded: bool, _servers: Arc<dyn Send + Sync> },
}

/// One node: its broker and its deliveries.
pub struct Node {
    pub broker: Arc<dyn Broker>,
    pub rewriter: Arc<dyn Rewriter>,
    pub history: Arc<dyn History>,
    pub games: Arc<dyn games::GameStore>,
    pub deliveries: Deliveries,
}

/// All nodes, and a channel of the test's own.
pub struct Cluster {
    pub backend: Backend,
    pub nodes: Vec<Node>,
    pub channel: Channel,
}

impl Cluster {
    pub async fn embedded() -> Self {
        Self::on(Backend::Embedded(tempfile::tempdir().unwrap())).await
    }

    pub async fn redis() -> Self {
        Self::on(Backend::redis(&RedisServer::shared())).await
    }

    pub async fn sharded_redis() -> Self {
        let server = RedisServer::shared();
        Self::on(Backend::Redis { url: server.url(), sharded: true, _servers: Arc::new(server) }).await
    }

    pub async fn three_shards() -> Self {
        let three = RedisServer::shared_three();
        Self::on(Backend::Redis { url: url_of(&*three), sharded: false, _servers: Arc::new(three) }).await
    }

    pub async fn redis_cluster() -> Self {
        let cluster = RedisCluster::shared().await;
        Self::on(Backend::Redis { url: cluster.url(), sharded: false, _servers: cluster }).await
    }

    pub async fn on(backend: Backend) -> Self {
        let nodes = backend.nodes().await;
        Self { backend, nodes, channel: any_channel() }
    }

    /// Ends all nodes and starts them again.
    pub async fn restart(&mut self) {
        self.nodes.clear();
        self.nodes = self.backend.nodes().await;
    }

    /// Subscribes the channel on all nodes.
    pub async fn subscribe(&self) {
        for node in &self.nodes {
            node.broker.subscribe(&self.channel).await.unwrap();
        }
    }

    /// The broker of one of the nodes, by turns.
    pub fn broker(&self, turn: usize) -> &Arc<dyn Broker> {
        &self.nodes[turn % self.nodes.len()].broker
    }

    /// The same broker of one of the nodes, as what replaces entries.
    pub fn rewriter(&self, turn: usize) -> &Arc<dyn Rewriter> {
        &self.nodes[turn % self.nodes.len()].rewriter
    }

    pub fn history(&self) -> &Arc<dyn History> {
        &self.nodes[0].history
    }

    /// The games of one of the nodes, by turns.
    pub fn games(&self, turn: usize) -> &Arc<dyn games::GameStore> {
        &self.nodes[turn % self.nodes.len()].games
    }

    /// Publishes on the first node.
    pub async fn publish(&self, text: &str) -> Position {
        self.broker(0).publish(append(&self.channel, text, None)).await.unwrap().position
    }

    /// Publishes so many at once, on all nodes.
    pub async fn publish_many(&self, count: usize) -> Vec<Appended> {
        let appends = (0..count).map(|n| {
            let once = IdempotencyKey { key: format!("key-{n}"), digest: "digest".into() };
            self.broker(n).publish(append(&self.channel, "many", Some(once)))
        });
        join_all(appends).await.into_iter().collect::<Result<_, _>>().unwrap()
    }
}

impl Backend {
    /// Brokers over a single Redis.
    pub fn redis(server: &Arc<RedisServer>) -> Self {
        Self::Redis { url: server.url(), sharded: false, _servers: Arc::new(Arc::clone(server)) }
    }

    async fn nodes(&self) -> Vec<Node> {
        match self {
            Self::Embedded(folder) => {
                let store = Sqlite::open(folder.path()).unwrap();
                let (broker, deliveries) = embedded::open(
                    store.clone(),
                    embedded::EmbeddedBrokerOptions { log: log_limits(LOG_LENGTH), keeps_all: false },
                );
                let games = Arc::new(EmbeddedGames::new(store.clone(), broker.clone()));
                let rewriter = broker.clone();
                vec![Node { broker, rewriter, deliveries, games, history: Arc::new(EmbeddedHistory::new(store)) }]
            }
            Self::Redis { url, sharded, .. } => {
                let both = ["a", "b"].map(|name| redis_node(url, *sharded, name));
                join_all(both).await
            }
        }
    }
}

/// The address of several independent servers.
pub fn url_of(servers: &[Arc<RedisServer>]) -> String {
    servers.iter().map(|server| server.url()).collect::<Vec<_>>().join(",")
}

/// A node on the Redis at `url`.
pub async fn redis_node(url: &str, sharded: bool, name: &str) -> Node {
    redis_node_with(url, redis::RedisBrokerOptions { sharded, ..redis_options(LOG_LENGTH, name) }).await
}

/// A node on the Redis at `url`, with options of its own.
pub async fn redis_node_with(url: &str, options: redis::RedisBrokerOptions) -> Node {
    let (broker, deliveries) = redis::connect(url, options).await.unwrap();
    let history = Arc::new(RedisHistory::new(&broker));
    let games = Arc::new(RedisGames::new(broker.clone()));
    Node { rewriter: broker.clone(), broker, history, games, deliveries }
}

impl Node {
    /// Waits for the next delivery.
    pub async fn next(&mut self) -> Delivery {
        let next = tokio::time::timeout(PATIENCE, self.deliveries.recv()).await;
        next.expect("nothing was delivered").expect("deliveries ended")
    }

    /// The next publication, whatever comes before it.
    pub async fn next_publication(&mut self) -> (Position, Bytes) {
        loop {
            if let Delivery::Publication { position, frame, .. } = self.next().await {
                return (position, frame);
            }
        }
    }

    /// Waits until deliveries have been interrupted.
    pub async fn interrupted(&mut self) {
        while self.next().await != Delivery::Interrupted {}
    }

    /// Waits until the node reports that it is ready.
    pub async fn becomes_ready(&self) {
        self.says(|ready| ready.is_ok()).await;
    }

    /// Waits until the node reports that its connection is down.
    pub async fn becomes_unreachable(&self) {
        self.says(|ready| ready.is_err_and(|error| error.to_string().contains("connection to Redis is down"))).await;
    }

    async fn says(&self, expected: impl Fn(Result<(), StorageError>) -> bool) {
        let said = poll_until(PATIENCE, async || expected(self.broker.ready().await).then_some(())).await;
        said.expect("readiness did not change");
    }

    /// Publishes as clients do: again and again, until it is done.
    pub async fn publish_at_last(&self, append: Append) -> Appended {
        let done = retry_until_reached(async || self.broker.publish(append.clone()).await).await;
        done.expect("publishing never worked again")
    }
}

/// A channel that no other test uses.
pub fn any_channel() -> Channel {
    let name = format!("room {:x}", rand::random::<u128>());
    Channel::Room(RoomId::parse(&name).unwrap())
}

/// The header of every event that [`append`] makes.
pub fn header() -> EventHeader {
    let (id, author) = (MessageId::parse("m1").unwrap(), UserId::parse("ana").unwrap());
    EventHeader::new("posted", 1_700_000_000_000, Some(&id), Some(&author))
}

/// An append whose frame is `text` and the offset.
pub fn append(channel: &Channel, text: &str, idempotency: Option<IdempotencyKey>) -> Append {
    Append {
        channel: channel.clone(),
        idempotency,
        event: Event { header: header(), frame: Template { head: format!("{{\"{text}\":"), tail: "}".into() } },
        growth: realtime::broker::Growth::Free,
    }
}

/// The frame that clients get of it.
pub fn frame(text: &str, offset: u64) -> Bytes {
    format!("{{\"{text}\":{offset}}}").into()
}

/// The same as an entry of the log.
pub fn entry(text: &str, offset: u64) -> Publication {
    Publication { offset, frame: frame(text, offset) }
}
