//! A fixture for tests of presence: one channel, its announcements, and nodes.

use std::sync::Arc;
use std::time::Duration;

use ::redis::{Cmd, cmd};
use protocol::{Member, Name, UserId};
use realtime::broker::{Broker, Deliveries, Delivery, Ephemeral, embedded, redis};
use realtime::channel::Channel;
use realtime::notice::{Notice, PresenceChange};
use realtime::presence::PresenceStore;
use realtime::presence::embedded::EmbeddedPresence;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::{any_channel, log_limits, redis_options, url_of};
use crate::redis_cluster::RedisCluster;
use crate::redis_server::RedisServer;

/// Longer than anything here takes; reached only when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A channel, its announcements, and the stores of nodes.
pub struct Stage {
    pub channel: Channel,
    _broker: Arc<dyn Broker>,
    deliveries: Deliveries,
    kind: Kind,
    /// The presence store of the first node.
    pub node: Arc<dyn PresenceStore>,
}

enum Kind {
    Embedded { _folder: TempDir },
    Redis { _servers: Arc<dyn Send + Sync>, router: storage::redis::Router, namespace: String },
}

impl Stage {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let (broker, deliveries) =
            embedded::open(store, embedded::EmbeddedBrokerOptions { log: log_limits(10), keeps_all: false });
        let node = Arc::new(EmbeddedPresence::new(broker.clone()));
        Self::new(broker, deliveries, Kind::Embedded { _folder: folder }, node).await
    }

    pub async fn redis() -> Self {
        let server = RedisServer::shared();
        Self::on_redis(&server.url(), false, Arc::new(server)).await
    }

    pub async fn sharded_redis() -> Self {
        let server = RedisServer::shared();
        Self::on_redis(&server.url(), true, Arc::new(server)).await
    }

    pub async fn three_shards() -> Self {
        let three = RedisServer::shared_three();
        Self::on_redis(&url_of(&*three), false, Arc::new(three)).await
    }

    pub async fn redis_cluster() -> Self {
        let cluster = RedisCluster::shared().await;
        Self::on_redis(&cluster.url(), false, cluster).await
    }

    async fn on_redis(url: &str, sharded: bool, servers: Arc<dyn Send + Sync>) -> Self {
        let options = redis::RedisBrokerOptions { sharded, ..redis_options(10, "test") };
        let (broker, deliveries) = redis::connect(url, options).await.unwrap();
        let (router, namespace) = (broker.router(), format!("nodes-{:x}", rand::random::<u64>()));
        let node = Arc::new(redis_node(&router, &namespace, "first", Duration::from_secs(60)));
        Self::new(broker, deliveries, Kind::Redis { _servers: servers, router, namespace }, node).await
    }

    async fn new(broker: Arc<dyn Broker>, deliveries: Deliveries, kind: Kind, node: Arc<dyn PresenceStore>) -> Self {
        let channel = any_channel();
        broker.subscribe(&channel).await.unwrap();
        Self { channel, _broker: broker, deliveries, kind, node }
    }

    /// Another node, with a lease of this length.
    pub fn another(&self, name: &str, lease: Duration) -> Arc<dyn PresenceStore> {
        let (router, namespace) = self.parts();
        Arc::new(redis_node(router, namespace, name, lease))
    }

    /// Makes the leases of nodes called `name` end now.
    pub async fn lease_runs_out(&self, name: &str) {
        let (router, namespace) = self.parts();
        let leases = format!("hubbub:{{{namespace}}}");
        let nodes: Vec<String> = router.run(&Cmd::zrange(&leases, 0, -1)).await.unwrap();
        for node in nodes.iter().filter(|node| node.starts_with(&format!("{name}."))) {
            router.run::<()>(cmd("ZADD").arg(&leases).arg("XX").arg(1).arg(node)).await.unwrap();
        }
    }

    /// Claims the removal of nodes called `name`, as a node that then died.
    pub async fn removal_is_abandoned(&self, name: &str) {
        self.lease_runs_out(name).await;
        let (router, namespace) = self.parts();
        let leases = format!("hubbub:{{{namespace}}}");
        let moved = cmd("ZRANGESTORE").arg(format!("{leases}:expired")).arg(&leases).arg(0).arg(0).to_owned();
        router.run::<()>(&moved).await.unwrap();
        router.run::<()>(&Cmd::zremrangebyrank(&leases, 0, 0)).await.unwrap();
    }

    /// The channels in which nodes called `name` may have entries, as Redis has them noted.
    pub async fn noted_channels(&self, name: &str) -> Vec<String> {
        let (router, namespace) = self.parts();
        let pattern = format!("hubbub:{{{namespace}}}:channels:{name}.*");
        let keys: Vec<String> = router.run(cmd("KEYS").arg(pattern)).await.unwrap();
        match keys.first() {
            Some(key) => router.run(&Cmd::smembers(key)).await.unwrap(),
            None => Vec::new(),
        }
    }

    fn parts(&self) -> (&storage::redis::Router, &str) {
        match &self.kind {
            Kind::Redis { router, namespace, .. } => (router, namespace),
            Kind::Embedded { .. } => panic!("an embedded node is alone"),
        }
    }

    /// The next announcement, as `+name` and `-id`.
    pub async fn next(&mut self) -> String {
        self.next_change().await.1
    }

    pub async fn next_change(&mut self) -> (PresenceChange, String) {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.deliveries.recv()).await;
            let delivery = next.expect("nothing was announced").expect("deliveries ended");
            let Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) } = delivery else { continue };
            assert_eq!(channel, self.channel);
            let Some(Notice::Presence(change)) = Notice::parse(&channel, body) else { panic!("another notice") };
            let joined = change.joined.iter().map(|member| format!("+{}", member.name));
            let left = change.left.iter().map(|user| format!("-{user}"));
            let words = joined.chain(left).collect::<Vec<_>>().join(" ");
            return (change, words);
        }
    }

    /// Asserts that nothing was announced up to now.
    pub async fn is_quiet(&mut self) {
        let mark = called("mark", &format!("m{:x}", rand::random::<u64>()));
        self.node.enter(&self.channel, &mark).await.unwrap();
        assert_eq!(self.next().await, format!("+{}", mark.name));
        self.node.leave(&self.channel, &mark.id).await.unwrap();
        assert_eq!(self.next().await, "-mark");
    }

    pub async fn members(&self) -> Vec<String> {
        let snapshot = self.node.snapshot(&self.channel).await.unwrap();
        snapshot.members.into_iter().map(|member| member.name.to_string()).collect()
    }
}

fn redis_node(router: &storage::redis::Router, namespace: &str, name: &str, lease: Duration) -> RedisPresence {
    RedisPresence::new(
        router.clone(),
        PresenceOptions { lease, namespace: namespace.into(), ..PresenceOptions::new(name) },
    )
}

pub fn person(id: &str) -> Member {
    called(id, id)
}

pub fn called(id: &str, name: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(name).unwrap() }
}
