//! Follows a Redis Cluster: which node is the master of which slots.
//!
//! The map is read at the start, every 30 s, whenever Redis redirects a command or a connection breaks, and
//! repeatedly while a master is away, until its replica has been promoted.

use std::sync::Weak;
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::error::ConnectionError;
use super::info::IncompatibleRedis;
use super::router::Inner;
use super::servers::Address;
use super::slots::Slots;
use super::supervisor::RedisConnection;
use crate::StorageError;

/// How often the map is read while all is well.
const READ_EVERY: Duration = Duration::from_secs(30);
/// How often it is read while something is wrong, at most.
const READ_AGAIN: Duration = Duration::from_millis(500);

/// Reads the map for the first time, from the first of the configured servers that answers.
pub(super) async fn begin(router: &Inner) -> Result<(), IncompatibleRedis> {
    match from_seeds(router).await {
        Ok(()) => Ok(()),
        Err(ConnectionError::IncompatibleRedis(unfit)) => Err(unfit),
        Err(why) => {
            warn!("no Redis of the cluster is there yet: {why}");
            Ok(())
        }
    }
}

/// Keeps the map up to date until the router is dropped. Runs as long as it is polled.
pub(super) async fn follow(router: Weak<Inner>) {
    let mut was_reached = true;
    loop {
        let Some((reload_slots, is_well)) = router.upgrade().map(|router| (router.reload_slots(), is_well(&router)))
        else {
            return;
        };
        if is_well && was_reached {
            let _ = timeout(READ_EVERY, reload_slots.notified()).await;
        }
        sleep(READ_AGAIN.mul_f64(rand::random_range(0.5..1.0))).await;
        let Some(router) = router.upgrade() else { return };
        match reload(&router).await {
            Ok(()) if was_reached => {}
            Ok(()) => {
                info!("the Redis Cluster is reached again");
                was_reached = true;
            }
            Err(why) if was_reached => {
                warn!("no Redis of the cluster tells who keeps what: {why}");
                was_reached = false;
            }
            Err(_) => {}
        }
    }
}

fn is_well(router: &Inner) -> bool {
    let shards = router.all();
    !shards.is_empty() && shards.iter().all(|shard| shard.is_up())
}

/// Reads the map from a master that is up; if none is, from the configured servers.
async fn reload(router: &Inner) -> Result<(), ConnectionError> {
    let mut shards = router.all();
    shards.retain(|shard| shard.is_up());
    // Not always the same master: it may be the one that is behind.
    if !shards.is_empty() {
        let turn = rand::random_range(0..shards.len());
        shards.rotate_left(turn);
    }
    for shard in shards {
        if let Ok(answer) = shard.run::<Value>(&cluster_slots()).await
            && let Some(slots) = Slots::parse(&answer, &shard.address)
        {
            return apply(router, slots);
        }
    }
    from_seeds(router).await
}

async fn from_seeds(router: &Inner) -> Result<(), ConnectionError> {
    let mut trouble = ConnectionError::Silent;
    for address in &router.servers.addresses {
        match ask(address).await {
            Ok(slots) => return apply(router, slots),
            Err(why @ ConnectionError::IncompatibleRedis(_)) => return Err(why),
            Err(why) => trouble = why,
        }
    }
    Err(trouble)
}

async fn ask(address: &Address) -> Result<Slots, ConnectionError> {
    let mut redis = RedisConnection::probe(&address.client()?).await?;
    let answer: Value = cluster_slots().query_async(&mut redis).await?;
    Slots::parse(&answer, address).ok_or(ConnectionError::Slotless)
}

fn apply(router: &Inner, slots: Slots) -> Result<(), ConnectionError> {
    router.relocate(slots).map_err(|error: StorageError| ConnectionError::Address(error.to_string()))
}

fn cluster_slots() -> Cmd {
    let mut command = redis::cmd("CLUSTER");
    command.arg("SLOTS");
    command
}
