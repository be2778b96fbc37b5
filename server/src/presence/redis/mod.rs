//! The people of all nodes, in Redis.
//!
//! A channel's people are one hash; a script changes it, and announces the
//! change in the same step. Entries are written under a name that belongs to
//! one lease alone ([`lease`]), so what a dead node left behind can always be
//! told from what lives.

use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, TryStreamExt};
use protocol::limits::LEAVES_PER_FRAME;
use protocol::{Member, MembersPage, Name, UserId, wire};
use redis::{Cmd, RedisError, Script};

use super::{Glimpse, Lease, PresenceError, PresenceStore, Snapshot, Standing};
use crate::broker::BrokerError;
use crate::broker::redis::{Link, keys::deliveries};
use crate::channel::Channel;
use lease::Leases;

mod keys;
mod lease;

/// Channels in which a node's entries are removed at the same time.
const CHANNELS_AT_ONCE: usize = 32;
/// Entries of one channel that are removed, and announced, in one step.
const ENTRIES_AT_ONCE: usize = LEAVES_PER_FRAME;

const ENTER: &str = concat!(include_str!("people.lua"), include_str!("enter.lua"));
const LEAVE: &str = concat!(include_str!("people.lua"), include_str!("leave.lua"));

/// What to know about the Redis at hand.
#[derive(Clone, Debug)]
pub struct Options {
    /// The node's name, for whoever looks into Redis; it need not be unique.
    pub node: String,
    /// How long a node counts as alive after it renewed its lease.
    pub lease: Duration,
    /// Keeps the nodes of tests apart; `nodes` otherwise.
    pub namespace: String,
}

impl Options {
    /// The usual ones.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), lease: Duration::from_secs(8), namespace: "nodes".into() }
    }
}

/// Presence on Redis.
pub struct RedisPresence {
    link: Link,
    leases: Leases,
    leave: Script,
    page: Script,
}

impl RedisPresence {
    /// Works on the broker's connection for commands.
    pub fn new(link: Link, options: Options) -> Self {
        let page = Script::new(include_str!("page.lua"));
        Self { link: link.clone(), leases: Leases::new(link, options), leave: Script::new(LEAVE), page }
    }

    /// Removes a node's entry for somebody, or some of its entries; gives how many.
    async fn remove(&self, channel: &Channel, node: &str, user: Option<&UserId>) -> Result<usize, BrokerError> {
        let mut leave = self.leave.prepare_invoke();
        for key in script_keys(channel, node) {
            leave.key(key);
        }
        leave.arg(self.link.publish_command()).arg(node).arg(user.map_or("", UserId::as_str)).arg(ENTRIES_AT_ONCE);
        self.link.invoke(&leave).await
    }

    /// Removes all entries of a node in a channel.
    async fn clear(&self, channel: &Channel, node: &str) -> Result<(), BrokerError> {
        while self.remove(channel, node, None).await? == ENTRIES_AT_ONCE {}
        Ok(())
    }

    /// Removes all that a node wrote. Harmless when it is done twice.
    async fn remove_all(&self, node: &str) -> Result<(), BrokerError> {
        let channels = self.leases.channels_of(node).await?;
        let channels = channels.iter().filter_map(|channel| Channel::parse(channel));
        stream::iter(channels.map(Ok))
            .try_for_each_concurrent(CHANNELS_AT_ONCE, |channel| async move { self.clear(&channel, node).await })
            .await
    }
}

#[async_trait]
impl PresenceStore for RedisPresence {
    async fn enter(&self, channel: &Channel, member: &Member) -> Result<(), PresenceError> {
        let node = self.leases.node().await?;
        // The channel is noted first: whoever removes a dead node's entries
        // finds them by that. One write to the socket, so nothing comes between.
        let mut pipe = redis::pipe();
        pipe.sadd(self.leases.channels_key(&node), channel.to_string()).ignore();
        let keys = script_keys(channel, &node);
        pipe.cmd("EVAL").arg(ENTER).arg(keys.len()).arg(&keys);
        pipe.arg(self.link.publish_command()).arg(&node);
        pipe.arg(member.id.as_str()).arg(member.name.as_str()).arg(wire::spell(member)).ignore();
        Ok(self.link.run_all(&pipe).await?)
    }

    async fn leave(&self, channel: &Channel, user: &UserId) -> Result<(), PresenceError> {
        // Without a lease everything of this node is removed anyway.
        let node = self.leases.node().await?;
        self.remove(channel, &node, Some(user)).await?;
        Ok(())
    }

    async fn forget(&self, channel: &Channel) -> Result<(), PresenceError> {
        let node = self.leases.last_node();
        // With an entry that came late, it stays noted for whoever reaps.
        if self.link.run::<usize>(&Cmd::scard(keys::own(channel, &node))).await? == 0 {
            self.leases.leave_channel(&node, channel).await?;
        }
        Ok(())
    }

    async fn standing(&self, channel: &Channel) -> Result<Standing, PresenceError> {
        let own = keys::own(channel, &self.leases.last_node());
        let mut pipe = redis::pipe();
        pipe.atomic().get(keys::version(channel)).hlen(keys::people(channel)).scard(own);
        let (version, count, mine): (Option<u64>, usize, usize) = self.link.run_all(&pipe).await?;
        Ok(Standing { version: version.unwrap_or(0), count, mine })
    }

    async fn page(&self, channel: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, PresenceError> {
        let mut page = self.page.prepare_invoke();
        page.key(keys::people(channel)).key(keys::order(channel));
        page.arg(after.map_or("", UserId::as_str)).arg(most);
        let (member_count, people): (usize, Vec<(String, String)>) = self.link.invoke(&page).await?;
        let next = match people.get(most) {
            Some(_) => people[..most].last().and_then(|(user, _)| UserId::parse(user).ok()),
            None => None,
        };
        let members = people.iter().take(most).filter_map(|(user, value)| read(user, value)).map(|(member, _)| member);
        Ok(MembersPage { members: members.collect(), member_count, next })
    }

    async fn snapshot(&self, channel: &Channel) -> Result<Snapshot, PresenceError> {
        let mut pipe = redis::pipe();
        pipe.atomic().hgetall(keys::people(channel)).get(keys::version(channel));
        let (people, version): (Vec<(String, String)>, Option<u64>) = self.link.run_all(&pipe).await?;
        let node = self.leases.last_node();
        let mut people: Vec<_> = people.iter().filter_map(|(user, value)| read(user, value)).collect();
        people.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let is_mine = |nodes: &str| nodes.split(' ').any(|other| other == node);
        let mine = people.iter().filter(|(_, nodes)| is_mine(nodes)).map(|(member, _)| member.id.clone()).collect();
        let members = people.into_iter().map(|(member, _)| member).collect();
        Ok(Snapshot { version: version.unwrap_or(0), members, mine })
    }

    async fn glimpse(&self, channels: &[Channel], members: usize) -> Result<Vec<Glimpse>, PresenceError> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for channel in channels {
            let people = keys::people(channel);
            pipe.hlen(&people).cmd("HSCAN").arg(people).arg(0).arg("COUNT").arg(members.max(1));
        }
        let replies: Vec<redis::Value> = self.link.run_all(&pipe).await?;
        let glimpses = replies.chunks_exact(2).map(|reply| glimpse(&reply[0], &reply[1], members));
        glimpses.collect::<Result<_, _>>().map_err(|error| PresenceError(error.to_string()))
    }

    async fn renew(&self) -> Result<Lease, PresenceError> {
        Ok(self.leases.renew().await?)
    }

    async fn reap(&self) -> Result<(), PresenceError> {
        let claimed = self.leases.claim().await?;
        for dead in &claimed.nodes {
            self.remove_all(dead).await?;
            self.leases.bury(dead, &claimed.until).await?;
            tracing::info!(node = dead, "removed the people of a node that is gone");
        }
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), PresenceError> {
        let node = self.leases.last_node();
        self.remove_all(&node).await?;
        Ok(self.leases.give_up(&node).await?)
    }
}

/// The keys of a channel that [`ENTER`] and [`LEAVE`] change for a node.
fn script_keys(channel: &Channel, node: &str) -> [String; 5] {
    [keys::people(channel), keys::order(channel), keys::version(channel), keys::own(channel, node), deliveries(channel)]
}

/// A field of the people: who, and the nodes with an entry of theirs.
fn read<'a>(user: &str, value: &'a str) -> Option<(Member, &'a str)> {
    let (nodes, name) = value.split_once('\n')?;
    Some((Member { id: UserId::parse(user).ok()?, name: Name::parse(name).ok()? }, nodes))
}

fn glimpse(count: &redis::Value, some: &redis::Value, most: usize) -> Result<Glimpse, RedisError> {
    let count = redis::from_redis_value_ref(count)?;
    let (_cursor, some): (u64, Vec<(String, String)>) = redis::from_redis_value_ref(some)?;
    let mut members: Vec<_> = some.iter().filter_map(|(user, value)| read(user, value)).map(|(who, _)| who).collect();
    members.sort_by(|one, other| one.id.cmp(&other.id));
    members.truncate(most);
    Ok(Glimpse { members, count })
}

impl From<BrokerError> for PresenceError {
    fn from(error: BrokerError) -> Self {
        Self(error.to_string())
    }
}
