//! What every ledger promises: it adds up the tokens that all nodes take, on every kind of Redis.

use std::sync::Arc;
use std::time::Duration;

use realtime::broker::redis::{RedisBroker, connect};
use server::throttle::redis::RedisLedger;
use server::throttle::{Ledger, Spent};

use crate::cluster::{Backend, Cluster, redis_options};
use crate::polling::{PATIENCE, poll_until};

contract!(Nodes on redis, three_shards, redis_cluster => [
    what_any_node_let_pass_is_added_up,
    a_bucket_is_full_again_after_its_time,
]);

/// Two nodes with the same Redis.
struct Nodes {
    one: RedisLedger,
    two: RedisLedger,
    _brokers: [Arc<RedisBroker>; 2],
    _cluster: Cluster,
}

impl Nodes {
    async fn redis() -> Self {
        Self::beside(Cluster::redis().await).await
    }

    async fn three_shards() -> Self {
        Self::beside(Cluster::three_shards().await).await
    }

    async fn redis_cluster() -> Self {
        Self::beside(Cluster::redis_cluster().await).await
    }

    async fn beside(cluster: Cluster) -> Self {
        let Backend::Redis { url, .. } = &cluster.backend else { panic!("no Redis, no other node") };
        let open = async |node: &str| connect(url, redis_options(100, node)).await.unwrap().0;
        let brokers = [open("one").await, open("two").await];
        let [one, two] = [&brokers[0], &brokers[1]].map(|broker| RedisLedger::new(broker.router()));
        Self { one, two, _brokers: brokers, _cluster: cluster }
    }
}

/// The same time for many buckets that no other test uses; more than one call of the script takes.
fn many(refills_in: Duration) -> Vec<Spent> {
    let first: u128 = rand::random();
    (0..600).map(|n| Spent { bucket: (first.wrapping_add(n), 1), refills_in }).collect()
}

async fn what_any_node_let_pass_is_added_up(nodes: Nodes) {
    let spent = many(Duration::from_secs(100));
    let told = nodes.one.settle(&spent).await.unwrap();
    assert!(told.len() == 600 && told.iter().all(|full_in| *full_in == Duration::from_secs(100)), "{told:?}");
    let told = nodes.two.settle(&spent).await.unwrap();
    let both = Duration::from_secs(170)..=Duration::from_secs(200);
    assert!(told.iter().all(|full_in| both.contains(full_in)), "{told:?}");
    let other = Spent { bucket: (spent[0].bucket.0, 2), refills_in: Duration::from_secs(1) };
    assert_eq!(nodes.one.settle(&[other]).await.unwrap(), [Duration::from_secs(1)], "another bucket of the same one");
}

async fn a_bucket_is_full_again_after_its_time(nodes: Nodes) {
    let spent = many(Duration::from_millis(200));
    nodes.one.settle(&spent).await.unwrap();
    let nothing: Vec<_> = spent.iter().map(|one| Spent { refills_in: Duration::ZERO, ..one.clone() }).collect();
    let all_full = async || {
        let told = nodes.two.settle(&nothing).await.unwrap();
        told.iter().all(Duration::is_zero).then_some(())
    };
    poll_until(PATIENCE, all_full).await.expect("they never are");
}
