//! The presence of all nodes, in Redis.
//!
//! A channel's people are one hash; a script changes it, and announces the change in the same step. Entries
//! are written under a name that belongs to one lease alone ([`lease`]), so what a dead node left can always
//! be told apart from what living nodes wrote.
//!
//! Leases are kept on each independent Redis for its own channels, and once in a cluster ([`Router::sites`]).

use std::str;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use futures::stream::{self, StreamExt};
use protocol::limits::LEAVES_PER_FRAME;
use protocol::{Member, MembersPage, Name, UserId, wire};
use redis::{Cmd, ParsingError, Script};
use storage::redis::Router;
use storage::redis::Shard;
use storage::redis::scripts::presence;
use storage::{StorageError, document, readable};
use tracing::{info, warn};

use super::{Lease, PresenceStore, Preview, Snapshot, Summary};
use crate::broker::redis::names;
use crate::channel::Channel;
use crate::peers::Peers;

mod keys;
mod lease;
mod options;

use keys::Keys;
use lease::Leases;
use options::ALLOW_OOM;
pub use options::PresenceOptions;

/// In how many channels a node's entries are removed at a time.
const CHANNELS_AT_ONCE: usize = 32;
/// How many entries of one channel are removed, and announced, in one step.
const ENTRIES_AT_ONCE: usize = LEAVES_PER_FRAME;

/// A field of the people's hash and its value. They are bytes, because one that is no UTF-8 would fail the whole list.
type Person = (Vec<u8>, Vec<u8>);

/// The presence store of a deployment, in Redis.
pub struct RedisPresence {
    router: Router,
    keys: Keys,
    /// One for each site; a node has a lease at every one.
    leases: Vec<Leases>,
    peers: Peers,
    leave: Script,
    page: Script,
    enter: String,
    snapshot: Script,
    summary_script: Script,
}

impl RedisPresence {
    /// A store over the broker's connections for commands.
    pub fn new(router: Router, options: PresenceOptions) -> Self {
        let leases = (0..router.sites()).map(|site| Leases::new(router.clone(), site, options.clone())).collect();
        Self {
            keys: Keys(router.keyspace().clone()),
            router,
            leases,
            peers: options.peers,
            enter: [presence::PEOPLE, presence::ENTER].concat(),
            leave: Script::new(&[ALLOW_OOM, presence::PEOPLE, presence::LEAVE].concat()),
            page: Script::new(presence::PAGE),
            snapshot: Script::new(presence::SNAPSHOT),
            summary_script: Script::new(presence::SUMMARY),
        }
    }

    fn leases_of(&self, channel: &Channel) -> &Leases {
        &self.leases[self.router.site_of(channel)]
    }

    /// The keys of people.lua, in its order.
    fn script_keys(&self, shard: &Shard, channel: &Channel, node: &str) -> [String; 5] {
        let Self { keys, .. } = self;
        let own = keys.own(channel, node);
        [
            keys.people(channel),
            keys.order(channel),
            keys.version(channel),
            own,
            names::deliveries(shard.names(), channel),
        ]
    }

    /// Removes a node's entry for somebody, or a batch of its entries; returns how many.
    async fn remove(&self, channel: &Channel, node: &str, user: Option<&UserId>) -> Result<usize, StorageError> {
        let shard = self.router.of(channel)?;
        let mut leave = self.leave.prepare_invoke();
        for key in self.script_keys(&shard, channel, node) {
            leave.key(key);
        }
        leave.arg(shard.publish_command()).arg(node).arg(user.map_or("", UserId::as_str)).arg(ENTRIES_AT_ONCE);
        shard.invoke(&leave).await
    }

    /// Removes all entries of a node in a channel.
    async fn clear(&self, channel: &Channel, node: &str) -> Result<(), StorageError> {
        while self.remove(channel, node, None).await? == ENTRIES_AT_ONCE {}
        Ok(())
    }

    /// Removes all entries that were written under a lease. Idempotent.
    async fn remove_all(&self, leases: &Leases, node: &str) -> Result<(), StorageError> {
        let channels = leases.channels_of(node).await?;
        let parse = |name: &Vec<u8>| {
            let what = "the name of a channel with people of a node";
            Channel::parse(document::text(name, what)?).ok_or_else(|| StorageError::corrupt(what))
        };
        let channels: Vec<_> = readable(channels.iter().map(parse));
        // A channel that cannot be reached must not keep the others from being cleared.
        let removed = stream::iter(channels)
            .map(|channel| async move { self.clear(&channel, node).await })
            .buffer_unordered(CHANNELS_AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        removed.into_iter().collect()
    }

    /// Removes what dead nodes left at one site.
    async fn reap_at(&self, leases: &Leases) -> Result<(), StorageError> {
        let claimed = leases.claim().await?;
        for dead in &claimed.nodes {
            match self.clear_away(leases, dead, &claimed.until).await {
                Ok(()) => info!(node = dead, "removed the people of a node that is gone"),
                // The claim runs out, and some node tries again.
                Err(error) => warn!(node = dead, "the people of a node that is gone are not removed yet: {error}"),
            }
        }
        Ok(())
    }

    async fn clear_away(&self, leases: &Leases, dead: &str, until: &str) -> Result<(), StorageError> {
        self.remove_all(leases, dead).await?;
        leases.bury(dead, until).await
    }

    async fn withdraw_at(&self, leases: &Leases) -> Result<(), StorageError> {
        let node = leases.last_node();
        self.remove_all(leases, &node).await?;
        leases.give_up(&node).await
    }
}

#[async_trait]
impl PresenceStore for RedisPresence {
    async fn enter(&self, channel: &Channel, member: &Member) -> Result<(), StorageError> {
        let leases = self.leases_of(channel);
        let node = leases.node().await?;
        let (shard, beside) = (self.router.of(channel)?, leases.shard()?);
        // The channel is noted first: the removal of a dead node's entries finds them by that. One write to
        // the socket if both are on the same shard.
        let mut pipe = redis::pipe();
        pipe.sadd(leases.channels_key(&node), channel.to_string()).ignore();
        if !Arc::ptr_eq(&shard, &beside) {
            beside.run_all::<()>(&pipe).await?;
            pipe.clear();
        }
        let keys = self.script_keys(&shard, channel, &node);
        pipe.cmd("EVAL").arg(&self.enter).arg(keys.len()).arg(&keys);
        pipe.arg(shard.publish_command()).arg(&node);
        pipe.arg(member.id.as_str()).arg(member.name.as_str()).arg(wire::encode(member)).ignore();
        Ok(shard.run_all(&pipe).await?)
    }

    async fn leave(&self, channel: &Channel, user: &UserId) -> Result<(), StorageError> {
        // Without a lease all entries of this node are removed anyway.
        let node = self.leases_of(channel).node().await?;
        self.remove(channel, &node, Some(user)).await?;
        Ok(())
    }

    async fn forget(&self, channel: &Channel) -> Result<(), StorageError> {
        let leases = self.leases_of(channel);
        let node = leases.last_node();
        // If an entry has come since, the channel stays noted for the removal.
        if self.router.of(channel)?.run::<usize>(&Cmd::scard(self.keys.own(channel, &node))).await? == 0 {
            leases.leave_channel(&node, channel).await?;
        }
        Ok(())
    }

    async fn summary(&self, channel: &Channel) -> Result<Summary, StorageError> {
        let own = self.keys.own(channel, &self.leases_of(channel).last_node());
        let mut summary_script = self.summary_script.prepare_invoke();
        summary_script.key(self.keys.version(channel)).key(self.keys.people(channel)).key(own);
        let (version, count, mine): (Option<u64>, usize, usize) =
            self.router.of(channel)?.invoke(&summary_script).await?;
        Ok(Summary { version: version.unwrap_or(0), count, mine })
    }

    async fn page(&self, channel: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, StorageError> {
        let mut page = self.page.prepare_invoke();
        page.key(self.keys.people(channel)).key(self.keys.order(channel));
        page.arg(after.map_or("", UserId::as_str)).arg(most);
        let (member_count, people): (usize, Vec<Person>) = self.router.of(channel)?.invoke(&page).await?;
        let has_more = people.len() > most;
        let people = &people[..most.min(people.len())];
        let members = readable(people.iter().map(|(user, value)| Ok(parse(channel, user, value)?.0)));
        // Who is damaged on this page is no end of the list: often their id can still be read.
        let id_of = |(user, _): &Person| str::from_utf8(user).ok().and_then(|user| UserId::parse(user).ok());
        let next = if has_more { people.iter().rev().find_map(id_of) } else { None };
        Ok(MembersPage { members, member_count, next })
    }

    async fn snapshot(&self, channel: &Channel) -> Result<Snapshot, StorageError> {
        let mut snapshot = self.snapshot.prepare_invoke();
        snapshot.key(self.keys.people(channel)).key(self.keys.version(channel));
        let (people, version): (Vec<Person>, Option<u64>) = self.router.of(channel)?.invoke(&snapshot).await?;
        let node = self.leases_of(channel).last_node();
        let mut people: Vec<_> = readable(people.iter().map(|(user, value)| parse(channel, user, value)));
        people.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let is_mine = |nodes: &str| nodes.split(' ').any(|other| other == node);
        let mine = people.iter().filter(|(_, nodes)| is_mine(nodes)).map(|(member, _)| member.id.clone()).collect();
        let members = people.into_iter().map(|(member, _)| member).collect();
        Ok(Snapshot { version: version.unwrap_or(0), members, mine })
    }

    async fn preview(&self, channels: &[Channel], members: usize) -> Result<Vec<Preview>, StorageError> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let question = |pipe: &mut redis::Pipeline, channel: &Channel| {
            let people = self.keys.people(channel);
            pipe.hlen(&people).cmd("HSCAN").arg(people).arg(0).arg("COUNT").arg(members.max(1));
        };
        let replies = self.router.ask_each::<redis::Value, _>(channels, 2, question).await?;
        let previews = channels.iter().zip(&replies).map(|(channel, reply)| match reply.as_deref() {
            Some([count, some]) => preview(channel, count, some, members).unwrap_or_else(|_| {
                // One channel must not hide the people of the others.
                StorageError::corrupt(format!("the people of {channel}"));
                Preview::default()
            }),
            _ => Preview::default(),
        });
        Ok(previews.collect())
    }

    async fn renew(&self) -> Result<Lease, StorageError> {
        let renewed = join_all(self.leases.iter().map(Leases::renew)).await;
        let least = renewed.iter().map(|renewed| renewed.as_ref().map_or(0, |renewed| renewed.least_version)).min();
        let seen = renewed.iter().flatten().map(|renewed| renewed.seen_version).min();
        self.peers.note(least.unwrap_or(0), seen.unwrap_or(0));
        // A site that is not reached is reported by its shard; the others go on.
        if let Some(Err(error)) = renewed.iter().find(|_| renewed.iter().all(Result::is_err)) {
            return Err(error.clone());
        }
        match renewed.iter().flatten().all(|renewed| renewed.lease == Lease::Kept) {
            true => Ok(Lease::Kept),
            false => Ok(Lease::Lost),
        }
    }

    async fn reap(&self) -> Result<(), StorageError> {
        let reaped = join_all(self.leases.iter().map(|leases| self.reap_at(leases))).await;
        Ok(reaped.into_iter().collect::<Result<(), _>>()?)
    }

    async fn withdraw(&self) -> Result<(), StorageError> {
        let withdrawn = join_all(self.leases.iter().map(|leases| self.withdraw_at(leases))).await;
        Ok(withdrawn.into_iter().collect::<Result<(), _>>()?)
    }
}

/// Parses a field of the people's hash: the member, and the nodes with an entry of theirs.
fn parse<'a>(channel: &Channel, user: &[u8], value: &'a [u8]) -> Result<(Member, &'a str), StorageError> {
    let damaged = || StorageError::corrupt(format!("somebody among the people of {channel}"));
    let value = str::from_utf8(value).map_err(|_| damaged())?;
    let (nodes, name) = value.split_once('\n').ok_or_else(damaged)?;
    let id = str::from_utf8(user).ok().and_then(|user| UserId::parse(user).ok()).ok_or_else(damaged)?;
    Ok((Member { id, name: Name::from(name.to_owned()) }, nodes))
}

fn preview(channel: &Channel, count: &redis::Value, some: &redis::Value, most: usize) -> Result<Preview, ParsingError> {
    let count = redis::from_redis_value_ref(count)?;
    let (_cursor, some): (u64, Vec<Person>) = redis::from_redis_value_ref(some)?;
    let mut members: Vec<Member> = readable(some.iter().map(|(user, value)| Ok(parse(channel, user, value)?.0)));
    members.sort_by(|one, other| one.id.cmp(&other.id));
    members.truncate(most);
    Ok(Preview { members, count })
}
