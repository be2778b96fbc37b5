//! The Redis that all nodes share: one server, several, or a cluster.
//!
//! Every Redis master that a node talks to is a [`Shard`] with two connections: a [`Connection`] of our own for
//! publications and pub/sub, and redis-rs for the rest. The [`Router`] knows which shard keeps what. A shard that
//! is away affects only what it keeps. Otherwise one dead Redis of three would take every node away from the
//! people of the other two.
//!
//! Knows keys by their hash tags ([`HashTag`]) and pub/sub messages as bytes; what they mean is its callers' matter.

use std::sync::Arc;

use futures::future::join_all;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use self::error::ANSWER_WITHIN;
use self::shard::ShardContext;
use crate::StorageError;

mod cluster;
mod commands;
mod connection;
mod desired;
mod error;
mod health;
mod info;
mod keyspace;
mod options;
mod placement;
mod router;
pub mod scripts;
mod servers;
mod shard;
mod slots;
mod subscriptions;
mod supervisor;

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;

pub use self::commands::CALL_WITHIN;
pub use self::connection::{Connection, RespValue, done};
pub use self::error::CommandError;
pub use self::keyspace::{HashTag, InvalidPrefix, Keyspace, PubSubNames};
pub use self::options::{ConnectionOptions, Preload, Subscriber};
pub use self::router::Router;
pub use self::servers::{Servers, ServersError, Topology};
pub use self::shard::{Shard, publish_command};

/// The servers of a deployment; following a cluster ends when it is dropped.
pub struct Client {
    router: Router,
    _following: Option<AbortOnDropHandle<()>>,
}

impl Client {
    /// Connects to Redis. A server that is not up yet is no error: connecting goes on, and calls fail
    /// while it is away.
    ///
    /// # Errors What no waiting can change: an invalid address, a Redis that is too old or of another kind.
    pub async fn open(servers: Servers, options: ConnectionOptions) -> Result<Self, StorageError> {
        let is_cluster = servers.shape == Topology::Cluster;
        let common = ShardContext {
            subscriber: options.subscriber,
            // In a cluster, plain pub/sub would send each message to all of its nodes.
            is_sharded: options.sharded || is_cluster,
            is_cluster,
            reload_slots: Arc::default(),
            keyspace: options.keyspace,
            preload: options.preload,
        };
        let router = Router::open(servers, common, &options.node)?;
        let mut following = None;
        let unfit = |unfit: info::IncompatibleRedis| StorageError::Unavailable(unfit.to_string());
        if router.is_cluster() {
            cluster::begin(router.inner()).await.map_err(unfit)?;
            let follow = cluster::follow(Arc::downgrade(router.inner()));
            following = Some(AbortOnDropHandle::new(tokio::spawn(follow)));
        }
        let shards = router.all();
        match timeout(ANSWER_WITHIN, join_all(shards.iter().map(|shard| shard.first_attempt()))).await {
            Ok(attempts) => attempts.into_iter().collect::<Result<(), _>>().map_err(unfit)?,
            Err(_) => warn!("not every Redis answers yet; its rooms are not there until it does"),
        }
        Ok(Self { router, _following: following })
    }

    /// A handle to the shards for stores.
    pub fn router(&self) -> &Router {
        &self.router
    }
}
