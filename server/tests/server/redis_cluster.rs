//! A real Redis Cluster of the tests' own: three masters, each with a replica.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::polling::poll_until;
use crate::redis_server::{RedisServer, free_port};

/// How long nodes wait for each other before they call one dead.
const NODE_TIMEOUT_MS: &str = "2000";
/// A cluster is there within this time; reached only when something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// First slots of the three masters, and the end.
const PARTS: [u16; 4] = [0, 5461, 10_923, 16_384];

/// Six servers: first the masters, then their replicas in the same order.
pub struct RedisCluster {
    pub servers: Vec<Arc<RedisServer>>,
}

impl RedisCluster {
    /// The one that all tests share. It is never dropped, but its servers
    /// end with the process.
    pub async fn shared() -> Arc<Self> {
        static SHARED: OnceCell<Arc<RedisCluster>> = OnceCell::const_new();
        SHARED.get_or_init(async || Self::start().await).await.clone()
    }

    /// One of its own, for a test that troubles it.
    pub async fn start() -> Arc<Self> {
        let flags = |_: &_, _| {
            let bus = free_port().to_string();
            let flags = ["--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MS, "--cluster-port", &bus];
            flags.map(str::to_owned).to_vec()
        };
        let cluster = Self { servers: (0..6).map(|_| RedisServer::start_with(flags)).collect() };
        tokio::time::timeout(PATIENCE, cluster.form()).await.expect("the cluster was not formed in time");
        Arc::new(cluster)
    }

    async fn form(&self) {
        let first = &self.servers[0];
        let (port, bus) = (first.port().to_string(), bus_port(first).await);
        for (at, server) in self.servers.iter().enumerate() {
            server.command(&["CLUSTER", "SET-CONFIG-EPOCH", &(at + 1).to_string()]).await;
            server.command(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]).await;
            if let Some([from, to]) = PARTS.get(at..at + 2) {
                let (from, to) = (from.to_string(), (to - 1).to_string());
                server.command(&["CLUSTER", "ADDSLOTSRANGE", &from, &to]).await;
            }
        }
        for server in &self.servers {
            self.until(server, &["CLUSTER", "INFO"], "cluster_known_nodes:6").await;
        }
        for at in 0..3 {
            let master: String = self.servers[at].ask(&["CLUSTER", "MYID"]).await;
            self.servers[at + 3].command(&["CLUSTER", "REPLICATE", &master]).await;
        }
        for server in &self.servers {
            self.until(server, &["CLUSTER", "INFO"], "cluster_state:ok").await;
        }
        for master in &self.servers[..3] {
            self.until(master, &["INFO", "replication"], "state=online").await;
        }
    }

    /// Waits until the answer of one of its servers contains `wanted`.
    pub async fn until(&self, server: &RedisServer, question: &[&str], wanted: &str) {
        let told = poll_until(PATIENCE, async || server.ask::<String>(question).await.contains(wanted).then_some(()));
        told.await.expect("a server of the cluster never said so");
    }

    /// Its address: two of its servers, as an operator would write it.
    pub fn url(&self) -> String {
        let [one, other] = [&self.servers[1], &self.servers[3]].map(|server| server.port());
        format!("redis-cluster://127.0.0.1:{one},redis-cluster://127.0.0.1:{other}")
    }

    /// Which of the masters, as they were at the start, keeps a key.
    pub async fn master_of(&self, key: &str) -> usize {
        let slot = self.slot_of(key).await;
        PARTS.iter().rposition(|first| *first <= slot).unwrap()
    }

    /// Any of them can tell; the tests stop masters, which come first.
    async fn slot_of(&self, key: &str) -> u16 {
        self.servers[self.servers.len() - 1].ask(&["CLUSTER", "KEYSLOT", key]).await
    }

    /// Gives a slot, which must be empty, to another master.
    pub async fn move_slot(&self, key: &str, to: usize) {
        let slot = self.slot_of(key).await;
        let id: String = self.servers[to].ask(&["CLUSTER", "MYID"]).await;
        let from = self.master_of(key).await;
        for at in [to, from] {
            self.servers[at].command(&["CLUSTER", "SETSLOT", &slot.to_string(), "NODE", &id]).await;
        }
        // With the latest epoch, all the others accept its map.
        self.servers[to].command(&["CLUSTER", "BUMPEPOCH"]).await;
    }
}

async fn bus_port(server: &RedisServer) -> String {
    let setting: Vec<String> = server.ask(&["CONFIG", "GET", "cluster-port"]).await;
    setting[1].clone()
}
