//! Finds the shard of a channel, and of everything else that is kept in Redis.
//!
//! With independent servers the shards never change, and a hash places the channels ([`placement`]). In a
//! Redis Cluster the shards are its current masters, and the cluster
//! places the channels ([`cluster`](super::cluster)).

use std::sync::{Arc, PoisonError, RwLock};

use futures::future::join_all;
use redis::{Cmd, FromRedisValue, Pipeline, ScriptInvocation};
use tokio::sync::Notify;
use tokio::time::timeout;
use tracing::info;

use super::keyspace::{HashTag, Keyspace};
use super::options::SUBSCRIBE_WITHIN;
use super::placement;
use super::servers::Servers;
use super::shard::{Shard, ShardContext};
use super::slots::Slots;
use crate::{StorageError, random};

/// Random letters in the name of a node's probes.
const PROBE_LETTERS: usize = 16;

/// A handle to all shards; clones share them.
#[derive(Clone)]
pub struct Router(Arc<Inner>);

pub(super) struct Inner {
    pub(super) servers: Servers,
    pub(super) common: ShardContext,
    /// The prefix of this node's probe channels, which no other node has.
    probes: String,
    map: RwLock<Map>,
}

/// The shards, and in a cluster their slots.
#[derive(Clone, Default)]
struct Map {
    shards: Vec<Arc<Shard>>,
    /// In a cluster: which shard serves which slot.
    slots: Option<Arc<Slots>>,
}

/// A shard, and the indices of the channels in a list that it keeps.
type Share = (Arc<Shard>, Vec<usize>);

impl Map {
    fn of(&self, tag: &(impl HashTag + ?Sized), keyspace: &Keyspace) -> Option<&Arc<Shard>> {
        match &self.slots {
            // With one shard there is nothing to hash.
            None if self.shards.len() < 2 => self.shards.first(),
            None => self.shards.get(placement::server_of(tag, self.shards.len())),
            Some(_) => self.of_key(&keyspace.hash_tagged(tag, &[])),
        }
    }

    /// For clusters: all keys of a channel, and its deliveries, share a slot.
    fn of_key(&self, key: &str) -> Option<&Arc<Shard>> {
        self.shards.get(self.slots.as_ref()?.owner(placement::slot_of(key))?)
    }
}

impl Router {
    /// Starts to connect to all shards that are known from the start.
    ///
    /// # Errors An invalid address.
    pub(super) fn open(servers: Servers, common: ShardContext, node: &str) -> Result<Self, StorageError> {
        let probes = common.keyspace.name(format_args!("probe:{node}:{}", random::text(PROBE_LETTERS)));
        let mut map = Map::default();
        if !common.is_cluster {
            for address in &servers.addresses {
                let shard = Shard::open(address.clone(), probes.clone(), &common).map_err(not_understood)?;
                map.shards.push(Arc::new(shard));
            }
        }
        Ok(Self(Arc::new(Inner { servers, common, probes, map: RwLock::new(map) })))
    }

    /// The names of this deployment in Redis.
    pub fn keyspace(&self) -> &Keyspace {
        &self.0.common.keyspace
    }

    /// The shard that keeps a channel.
    ///
    /// # Errors No shard is known now.
    pub fn of(&self, tag: &(impl HashTag + ?Sized)) -> Result<Arc<Shard>, StorageError> {
        self.0.read(|map| map.of(tag, self.keyspace()).cloned())
    }

    /// Runs the same commands for each channel, in one round trip per shard: `question` adds `each` commands
    /// to the pipeline. Channels of a shard that does not answer are left out.
    ///
    /// # Errors No shard answered.
    pub async fn ask_each<T: FromRedisValue, H: HashTag>(
        &self,
        channels: &[H],
        each: usize,
        question: impl Fn(&mut Pipeline, &H),
    ) -> Result<Vec<Option<Vec<T>>>, StorageError> {
        let mut answers: Vec<Option<Vec<T>>> = channels.iter().map(|_| None).collect();
        let asked = self.by_shard(channels)?.into_iter().map(|(shard, part)| {
            let mut commands = Pipeline::with_capacity(part.len() * each);
            part.iter().for_each(|at| question(&mut commands, &channels[*at]));
            async move { (shard.run_all::<Vec<T>>(&commands).await, part) }
        });
        let (mut trouble, mut is_answered) = (None, false);
        for (answer, part) in join_all(asked).await {
            match answer {
                Ok(answer) => {
                    is_answered = true;
                    let mut answer = answer.into_iter();
                    part.into_iter().for_each(|at| answers[at] = Some(answer.by_ref().take(each).collect()));
                }
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            Some(error) if !is_answered => Err(error),
            _ => Ok(answers),
        }
    }

    /// The channels of each shard, as indices into `channels`.
    fn by_shard(&self, channels: &[impl HashTag]) -> Result<Vec<Share>, StorageError> {
        let mut parts: Vec<Share> = Vec::new();
        for (at, channel) in channels.iter().enumerate() {
            let shard = self.of(channel)?;
            match parts.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &shard)) {
                Some((_, part)) => part.push(at),
                None => parts.push((shard, vec![at])),
            }
        }
        Ok(parts)
    }

    /// The number of sites for data that belongs to no channel: one for each independent server, one
    /// for a whole cluster.
    pub fn sites(&self) -> usize {
        if self.is_cluster() { 1 } else { self.0.servers.addresses.len() }
    }

    /// The site of the shard that keeps a channel.
    pub fn site_of(&self, tag: &(impl HashTag + ?Sized)) -> usize {
        if self.is_cluster() { 0 } else { placement::server_of(tag, self.sites()) }
    }

    /// The site for data that belongs to no channel, by its name.
    pub fn site_of_name(&self, name: &str) -> usize {
        if self.is_cluster() { 0 } else { placement::server_of_name(name, self.sites()) }
    }

    /// The shard that keeps `key` at a site.
    ///
    /// # Errors No shard is known now.
    pub fn at(&self, site: usize, key: &str) -> Result<Arc<Shard>, StorageError> {
        self.0.read(|map| if map.slots.is_some() { map.of_key(key) } else { map.shards.get(site) }.cloned())
    }

    /// All shards that are known now.
    pub fn all(&self) -> Vec<Arc<Shard>> {
        self.0.all()
    }

    /// Subscribes the pub/sub channel with this tag and end at its shard, or unsubscribes it; waits until
    /// Redis has confirmed it.
    ///
    /// # Errors It is not confirmed in time; it is still wanted, and may succeed later.
    pub async fn set_subscribed(
        &self,
        tag: &(impl HashTag + ?Sized),
        end: &str,
        is_wanted: bool,
    ) -> Result<(), StorageError> {
        // Under the lock, so that no subscription goes to a shard that has just lost the channel.
        let fulfilled = self.0.read(|map| {
            let shard = map.of(tag, self.keyspace())?;
            Some(shard.desired.set_wanted(shard.names().of(tag, end), is_wanted))
        })?;
        match timeout(SUBSCRIBE_WITHIN, fulfilled.wait()).await {
            Ok(Some(())) => Ok(()),
            _ => Err(StorageError::Unavailable("the subscription connection to Redis is down".into())),
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.0.common.is_cluster
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    /// Runs a script on the first server; most deployments have only that one.
    pub async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StorageError> {
        self.first()?.invoke(script).await
    }

    /// Runs a command on the first server.
    pub async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StorageError> {
        self.first()?.run(command).await
    }

    /// Runs commands on the first server in one round trip.
    pub async fn run_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, StorageError> {
        self.first()?.run_all(commands).await
    }

    fn first(&self) -> Result<Arc<Shard>, StorageError> {
        self.0.read(|map| map.shards.first().cloned())
    }
}

impl Inner {
    pub(super) fn all(&self) -> Vec<Arc<Shard>> {
        self.map.read().unwrap_or_else(PoisonError::into_inner).shards.clone()
    }

    pub(super) fn reload_slots(&self) -> Arc<Notify> {
        Arc::clone(&self.common.reload_slots)
    }

    fn read<T>(&self, read: impl FnOnce(&Map) -> Option<T>) -> Result<T, StorageError> {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        read(&map).ok_or_else(|| StorageError::Unavailable("no Redis of the cluster is reached".into()))
    }

    /// Takes over a new map of a cluster: opens shards for new masters, moves subscriptions to the masters of
    /// their slots, and drops shards that are none any more.
    pub(super) fn relocate(&self, slots: Slots) -> Result<(), StorageError> {
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        if map.slots.as_deref() == Some(&slots) {
            return Ok(());
        }
        if map.slots.as_ref().is_some_and(|before| before.covered() > slots.covered()) {
            // The cluster is being changed; a complete map follows soon.
            return Err(StorageError::Unavailable("some slots of the cluster have no master".into()));
        }
        let mut shards = Vec::with_capacity(slots.masters().len());
        for (at, master) in slots.masters().iter().enumerate() {
            // A shard whose probe has moved to another master cannot prove that it works.
            let keeps = |shard: &&Arc<Shard>| {
                shard.address == *master && slots.owner(placement::slot_of(&shard.probe)) == Some(at)
            };
            let shard = match map.shards.iter().find(keeps) {
                Some(shard) => Arc::clone(shard),
                None => {
                    let probe = slots.name_at(at, &self.probes);
                    info!("{master} keeps a part of the rooms now");
                    Arc::new(Shard::open(master.clone(), probe, &self.common).map_err(not_understood)?)
                }
            };
            shards.push(shard);
        }
        let before = std::mem::replace(&mut *map, Map { shards, slots: Some(Arc::new(slots)) });
        for shard in &before.shards {
            for name in shard.desired.wanted() {
                if let Some(now) = map.of_key(&name).filter(|now| !Arc::ptr_eq(now, shard)) {
                    drop(shard.desired.set_wanted(name.clone(), false));
                    now.desired.move_here(name);
                }
            }
        }
        Ok(())
    }
}

fn not_understood(error: redis::RedisError) -> StorageError {
    StorageError::Unavailable(format!("the address of Redis is not understood: {error}"))
}
