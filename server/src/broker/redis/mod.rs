//! The broker that many nodes share through Redis: one, several, or a cluster.
//!
//! A log is a stream, a publication one script, a delivery one message of Redis pub/sub. Pub/sub may lose
//! messages; the stream is the truth, and [`Delivery::Interrupted`](super::Delivery::Interrupted)
//! says when to compare.
//!
//! Every Redis master that a node talks to is a [`shard`] with connections of its own: a [`connection`] for
//! publications and deliveries, and redis-rs for the rest; the [`router`] knows which of them keeps a
//! channel. A shard that is away affects only its channels: messages to them are refused as temporary, and
//! the node stays ready as long as any shard works. Otherwise one dead Redis of three would take every node
//! away from the people of the other two.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use protocol::Position;
use redis::Cmd;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use self::log::{LogRange, LogReader};
use self::shard::ShardContext;
use self::supervisor::ANSWER_WITHIN;
use super::queue::Queue;
use super::{
    Append, Appended, Broker, BrokerError, Deliveries, Ephemeral, Head, LogLimits, Publication, ReadLimit, Replay,
};
use crate::channel::Channel;

mod cluster;
mod commands;
mod connection;
mod deliveries;
mod desired;
pub mod envelope;
mod epoch_cache;
mod health;
mod info;
mod keys;
pub(crate) mod log;
mod placement;
mod publisher;
pub mod router;
pub mod servers;
pub(crate) mod shard;
mod subscriptions;
mod supervisor;

pub use self::keys::{InvalidPrefix, Keyspace};
pub use self::router::Router;
pub use self::servers::Servers;

/// How long a subscription may take until the caller gets an error.
const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(3);

/// The settings of the Redis broker.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much of each log is kept, and how long.
    pub log: LogLimits,
    /// Whether to use sharded pub/sub; a cluster always does.
    pub sharded: bool,
    /// A name that no other node has, for its probes.
    pub node: String,
    /// The names in Redis; the prefix must be the same on all nodes.
    pub keyspace: Keyspace,
}

/// Connects to the servers that [`Servers::parse`] reads from `servers`.
///
/// # Errors As [`open`], and a text that is no list of servers.
pub async fn connect(servers: &str, options: Options) -> Result<(Arc<RedisBroker>, Deliveries), BrokerError> {
    let servers = Servers::parse(servers).map_err(|error| BrokerError::Unavailable(error.to_string()))?;
    open(servers, options).await
}

/// Connects to Redis. A server that is not up yet is no error: connecting goes on, and [`Broker::ready`]
/// fails while no server is up.
///
/// # Errors What no waiting can change: an invalid address, a Redis that is too old or of another kind.
pub async fn open(servers: Servers, options: Options) -> Result<(Arc<RedisBroker>, Deliveries), BrokerError> {
    let (queue, deliveries) = Queue::new();
    let is_cluster = servers.shape == servers::Topology::Cluster;
    // In a cluster, plain pub/sub would send each delivery to all of its nodes.
    let is_sharded = options.sharded || is_cluster;
    let common = ShardContext {
        queue: Arc::new(queue),
        is_sharded,
        is_cluster,
        reload_slots: Arc::default(),
        keyspace: options.keyspace,
        log: options.log,
    };
    let router = Router::open(servers, common, &options.node)?;
    let mut following = None;
    let unfit = |unfit: info::IncompatibleRedis| BrokerError::Unavailable(unfit.to_string());
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
    let broker =
        RedisBroker { reader: LogReader::new(router.clone(), Some(options.log)), router, _following: following };
    Ok((Arc::new(broker), deliveries))
}

/// The broker that many nodes share, over one or more Redis.
pub struct RedisBroker {
    router: Router,
    reader: LogReader,
    _following: Option<AbortOnDropHandle<()>>,
}

impl RedisBroker {
    /// A handle to Redis for other stores.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    async fn set_subscribed(&self, channel: &Channel, is_wanted: bool) -> Result<(), BrokerError> {
        let fulfilled = self.router.set_subscribed(channel, is_wanted)?;
        match timeout(SUBSCRIBE_WITHIN, fulfilled.wait()).await {
            Ok(Some(())) => Ok(()),
            _ => Err(BrokerError::Unavailable("the subscription connection to Redis is down".into())),
        }
    }
}

#[async_trait]
impl Broker for RedisBroker {
    async fn subscribe(&self, channel: &Channel) -> Result<(), BrokerError> {
        self.set_subscribed(channel, true).await
    }

    async fn unsubscribe(&self, channel: &Channel) {
        if let Err(error) = self.set_subscribed(channel, false).await {
            warn!(%channel, "a subscription could not be ended: {error}");
        }
    }

    async fn publish(&self, append: Append) -> Result<Appended, BrokerError> {
        publisher::publish(&*self.router.of(&append.channel)?, &append).await
    }

    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), BrokerError> {
        let shard = self.router.of(channel)?;
        let mut command = Cmd::new();
        command.arg(shard.publish_command()).arg(shard.deliveries(channel)).arg(envelope::encode(&ephemeral));
        shard.run(&command).await
    }

    async fn replay(&self, channel: &Channel, since: &Position, most: ReadLimit) -> Result<Replay, BrokerError> {
        let (top, publications) = self.reader.open(channel, LogRange::After(since.offset, most)).await?;
        Ok(all_or_nothing(top.epoch == since.epoch || since.offset == 0, top, publications, since.offset))
    }

    async fn catch_up(&self, channel: &Channel, seen: &Head, most: ReadLimit) -> Result<Replay, BrokerError> {
        let found = self.reader.catch_up(channel, seen, most).await?;
        Ok(all_or_nothing(found.is_seen, found.top, found.publications, seen.position.offset))
    }

    async fn top(&self, channel: &Channel) -> Result<Head, BrokerError> {
        let (position, mut last) = self.reader.open(channel, LogRange::Before(None, 1)).await?;
        let frame = last.pop().filter(|last| last.offset == position.offset).map(|last| last.frame);
        Ok(Head { position, frame })
    }

    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, BrokerError> {
        let (_, mut found) = self.reader.read(channel, LogRange::At(offset)).await?;
        Ok(found.pop())
    }

    /// False only for a shard that worked and does not now.
    fn is_available(&self, channel: &Channel) -> bool {
        self.router.of(channel).is_ok_and(|shard| !shard.is_lost())
    }

    async fn ready(&self) -> Result<(), BrokerError> {
        let mut trouble = BrokerError::Unavailable("no Redis of the cluster is reached".into());
        for shard in self.router.all() {
            match shard.check() {
                Ok(()) => return Ok(()),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }
}

/// Everything after `offset` of a log, if it is the log that the offset was seen in.
fn all_or_nothing(is_same: bool, top: Position, publications: Vec<Publication>, offset: u64) -> Replay {
    let missed = top.offset.checked_sub(offset).filter(|_| is_same);
    // Fewer than were missed: over the limit, or the log has been trimmed.
    match missed == Some(publications.len() as u64) {
        true => Replay::All { publications, top },
        false => Replay::Unknown { top },
    }
}
