//! The broker that many nodes share through Redis: one, several, or a cluster.
//!
//! A log is a stream, a publication one script, a delivery one message of Redis pub/sub. Pub/sub may lose
//! messages; the stream is the truth, and [`Delivery::Interrupted`](super::Delivery::Interrupted)
//! says when to compare.
//!
//! A shard that is away affects only its channels: messages to them are refused as temporary, and the node stays
//! ready as long as any shard works.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::Position;
use redis::{Cmd, Script};
use storage::StorageError;
use storage::redis::{Client, Keyspace, PubSubNames, Router, Servers, Topology};
use tracing::warn;

use self::floor::Floors;
use self::log::{LogRange, LogReader};
use self::publisher::Publisher;
use self::scripts::{ByDatabase, Settings};
use super::queue::Queue;
use super::{Append, Appended, Broker, Deliveries, Ephemeral, Head, LogLimits, Publication, ReadLimit, Replay};
use crate::channel::Channel;
use crate::peers::Peers;

pub mod archive;
mod commit;
mod deliveries;
pub mod envelope;
mod epoch_cache;
mod floor;
pub(crate) mod log;
pub mod names;
mod publisher;
mod rewrite;
mod scripts;
mod values;

pub use commit::ChangeScript;
pub use floor::Archive;

/// For how many masters the node remembers logs where a cluster may have more than were named.
const CLUSTER_MASTERS: usize = 8;

/// The settings of the Redis broker.
#[derive(Clone, Debug)]
pub struct RedisBrokerOptions {
    /// How much of each log is kept, and how long.
    pub log: LogLimits,
    /// Whether to use sharded pub/sub; a cluster always does.
    pub sharded: bool,
    /// A name that no other node has, for its probes.
    pub node: String,
    /// The names in Redis; the prefix must be the same on all nodes.
    pub keyspace: Keyspace,
    /// What the other nodes understand.
    pub peers: Peers,
    /// Where logs of rooms are stored for good. With one, Redis keeps what is not stored there yet,
    /// whatever the limits say.
    pub archive: Option<Arc<dyn Archive>>,
}

/// Connects to the servers that [`Servers::parse`] reads from `servers`.
///
/// # Errors As [`open`], and a text that is no list of servers.
pub async fn connect(
    servers: &str,
    options: RedisBrokerOptions,
) -> Result<(Arc<RedisBroker>, Deliveries), StorageError> {
    let servers = Servers::parse(servers).map_err(|error| StorageError::Unavailable(error.to_string()))?;
    open(servers, options).await
}

/// Connects to Redis. A server that is not up yet is no error: connecting goes on, and [`Broker::ready`]
/// fails while no server is up.
///
/// # Errors What no waiting can change: an invalid address, a Redis that is too old or of another kind.
pub async fn open(
    servers: Servers,
    options: RedisBrokerOptions,
) -> Result<(Arc<RedisBroker>, Deliveries), StorageError> {
    let (queue, deliveries) = Queue::new();
    let RedisBrokerOptions { log, sharded, node, keyspace, peers, archive } = options;
    let is_sharded = sharded || servers.shape == Topology::Cluster;
    let settings = Settings { log, is_sharded, is_archived: archive.is_some() };
    let floors = Floors::new(archive);
    let databases = servers.databases().map(|database| PubSubNames::new(keyspace.clone(), database));
    let databases: Vec<_> = databases.collect();
    // How many masters a cluster has is not known yet.
    let masters = if is_sharded { servers.count().max(CLUSTER_MASTERS) } else { servers.count() };
    let publisher = Publisher::new(settings, &databases, masters, peers.clone(), floors.clone());
    let client = Client::open(
        servers,
        storage::redis::ConnectionOptions {
            sharded,
            node: node.clone(),
            keyspace,
            subscriber: Arc::new(queue),
            preload: Arc::new(move |names, is_sharded| scripts::preloaded(Settings { is_sharded, ..settings }, names)),
        },
    );
    let client = client.await?;
    let reader = LogReader::new(client.router().clone(), log, floors.clone());
    let to_archive = scripts::to_archive();
    let rewrite = scripts::rewriting(settings, &databases);
    let broker = RedisBroker {
        client,
        publisher,
        reader,
        settings,
        databases,
        node,
        floors,
        to_archive,
        rewrite,
        read_rewritten: scripts::read_rewritten(),
        repeated: Script::new(storage::redis::scripts::log::REPEATED),
        peers,
    };
    Ok((Arc::new(broker), deliveries))
}

/// The broker that many nodes share, over one or more Redis.
pub struct RedisBroker {
    client: Client,
    publisher: Publisher,
    reader: LogReader,
    settings: Settings,
    databases: Vec<PubSubNames>,
    node: String,
    floors: Floors,
    to_archive: Script,
    rewrite: ByDatabase<Script>,
    read_rewritten: Script,
    repeated: Script,
    peers: Peers,
}

impl RedisBroker {
    /// A handle to Redis for other stores.
    pub fn router(&self) -> Router {
        self.client.router().clone()
    }

    /// Reads the logs that this broker writes.
    pub(crate) fn log_reader(&self) -> LogReader {
        self.reader.clone()
    }
}

#[async_trait]
impl Broker for RedisBroker {
    async fn subscribe(&self, channel: &Channel) -> Result<(), StorageError> {
        self.client.router().set_subscribed(channel, names::LOG, true).await
    }

    async fn unsubscribe(&self, channel: &Channel) {
        if let Err(error) = self.client.router().set_subscribed(channel, names::LOG, false).await {
            warn!(%channel, "a subscription could not be ended: {error}");
        }
    }

    async fn publish(&self, append: Append) -> Result<Appended, StorageError> {
        let shard = self.client.router().of(&append.channel)?;
        self.publisher.publish(&shard, &append).await
    }

    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), StorageError> {
        let shard = self.client.router().of(channel)?;
        let mut command = Cmd::new();
        command
            .arg(shard.publish_command())
            .arg(names::deliveries(shard.names(), channel))
            .arg(envelope::encode(&ephemeral));
        shard.run(&command).await
    }

    async fn replay(&self, channel: &Channel, since: &Position, most: ReadLimit) -> Result<Replay, StorageError> {
        let (top, publications) = self.reader.open(channel, LogRange::After(since.offset, most)).await?;
        Ok(all_or_nothing(top.epoch == since.epoch || since.offset == 0, top, publications, since.offset))
    }

    async fn catch_up(&self, channel: &Channel, seen: &Head, most: ReadLimit) -> Result<Replay, StorageError> {
        let found = self.reader.catch_up(channel, seen, most).await?;
        Ok(all_or_nothing(found.is_seen, found.top, found.publications, seen.position.offset))
    }

    async fn top(&self, channel: &Channel) -> Result<Head, StorageError> {
        let (position, mut last) = self.reader.open(channel, LogRange::Before(None, 1)).await?;
        let last = last.pop().filter(|last| last.offset == position.offset && last.text(channel).is_ok());
        let frame = last.map(|last| last.frame);
        Ok(Head { position, frame })
    }

    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, StorageError> {
        let (_, mut found) = self.reader.read(channel, LogRange::At(offset)).await?;
        let found = found.pop();
        found.as_ref().map(|entry| entry.text(channel)).transpose()?;
        Ok(found)
    }

    /// False only for a shard that worked and does not now.
    fn is_available(&self, channel: &Channel) -> bool {
        self.client.router().of(channel).is_ok_and(|shard| !shard.is_lost())
    }

    async fn ready(&self) -> Result<(), StorageError> {
        let mut trouble = StorageError::Unavailable("no Redis of the cluster is reached".into());
        for shard in self.client.router().all() {
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
