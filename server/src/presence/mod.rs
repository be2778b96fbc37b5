//! Knows who is in a channel, on all nodes.
//!
//! Presence is a set of entries (channel, user, node), each owned by the node
//! that made it; a node renews one lease for all of its entries. A person is in
//! a channel while any entry of theirs is left. Knows nothing of sockets or logs.

use async_trait::async_trait;
use protocol::{Member, MembersPage, UserId};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;

pub mod embedded;
pub mod redis;
pub mod roster;
pub mod service;

mod channels;
mod delta;
mod local;
mod local_member;
mod namesake;
mod reconciler;

pub(crate) use namesake::namesake;
pub use service::{Departure, Presence, Settings};

/// Everybody in a channel at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// +1 for every change that anybody can see.
    pub version: u64,
    /// In the order of their ids.
    pub members: Vec<Member>,
    /// Those of them who have an entry of the node that asked, so that it can
    /// mend what a store that was set back has lost or brought back.
    pub mine: Vec<UserId>,
}

/// Where a channel stands, told at the same cost however many are in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// As in [`Snapshot`].
    pub version: u64,
    /// How many people there are.
    pub count: usize,
    /// How many of them have an entry of the node that asked.
    pub mine: usize,
}

/// A few of the people in a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Some of them.
    pub members: Vec<Member>,
    /// How many there are.
    pub count: usize,
}

/// One change of a channel's members, as nodes tell each other (the body of a
/// [`crate::broker::Ephemeral::Notice`], as JSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The version after it.
    pub version: u64,
    /// How many there are after it.
    pub count: usize,
    /// Who came, or has a new name.
    #[serde(default)]
    pub joined: Vec<Member>,
    /// Who went.
    #[serde(default)]
    pub left: Vec<UserId>,
}

/// What became of this node's lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Renewed in time.
    Kept,
    /// It had run out and its entries may have been removed: enter everybody again.
    Lost,
}

/// Why the store did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("presence cannot be reached: {0}")]
pub struct PresenceError(pub String);

/// The shared truth. One store belongs to one node; it announces each visible
/// change on the channel in the same step that makes it.
#[async_trait]
pub trait PresenceStore: Send + Sync {
    /// Makes this node's entry for the member. Announced if the person was in
    /// no node's entry before, or has another name than before. Idempotent.
    async fn enter(&self, channel: &Channel, member: &Member) -> Result<(), PresenceError>;

    /// Removes this node's entry. Announced if it was the person's last. Idempotent.
    async fn leave(&self, channel: &Channel, user: &UserId) -> Result<(), PresenceError>;

    /// Nobody of this node is in a channel any more, and nothing needs to be
    /// kept of it for this node. Whoever enters meanwhile must enter again after it.
    async fn forget(&self, channel: &Channel) -> Result<(), PresenceError>;

    /// Enough of a channel to see whether a snapshot would tell anything new.
    async fn standing(&self, channel: &Channel) -> Result<Summary, PresenceError>;

    /// A page of at most `most` people, from the first one or after somebody,
    /// in the order of their ids. Costs what is on it, not what is in the channel.
    async fn page(&self, channel: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, PresenceError>;

    /// Everybody in a channel.
    async fn snapshot(&self, channel: &Channel) -> Result<Snapshot, PresenceError>;

    /// A few of the people in each channel, in the given order.
    async fn glimpse(&self, channels: &[Channel], members: usize) -> Result<Vec<Preview>, PresenceError>;

    /// Renews this node's lease.
    async fn renew(&self) -> Result<Lease, PresenceError>;

    /// Removes the entries of nodes whose lease has run out, announcing each
    /// leave once whichever node does it. It may take long, and must not keep
    /// [`Self::renew`] from being called.
    async fn reap(&self) -> Result<(), PresenceError>;

    /// Removes all entries of this node and its lease, at a clean end.
    async fn withdraw(&self) -> Result<(), PresenceError>;
}
