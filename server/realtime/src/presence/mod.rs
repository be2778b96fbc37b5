//! Knows who is in a channel, on all nodes.
//!
//! Presence is a set of entries (channel, user, node), each owned by the node
//! that made it; a node renews one lease for all of its entries. A person is in
//! a channel while any entry of theirs is left. Knows nothing of sockets or logs.

use async_trait::async_trait;
use protocol::{Member, MembersPage, UserId};
use storage::StorageError;

use crate::channel::Channel;

pub mod embedded;
pub mod redis;
pub mod roster;
pub mod service;

mod channels;
mod delta;
mod local;
mod local_member;
mod reconciler;
mod settings;

pub use local_member::Departure;
pub use service::Presence;
pub use settings::{PresencePublisher, Settings};

/// All members of a channel at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Grows by 1 with every change that members can see.
    pub version: u64,
    /// In the order of their ids.
    pub members: Vec<Member>,
    /// The members with an entry of the node that asked, so that it can repair what a store that was set back
    /// has lost or brought back.
    pub mine: Vec<UserId>,
}

/// A channel's members in short, at the same cost however many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The version, as in [`Snapshot`].
    pub version: u64,
    /// The number of members, on all nodes together.
    pub count: usize,
    /// The number of members with an entry of the node that asked.
    pub mine: usize,
}

/// A few members of a channel, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// As many as were asked for.
    pub members: Vec<Member>,
    /// How many members the channel has, shown or not.
    pub count: usize,
}

/// The result of renewing this node's lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// The lease was renewed in time.
    Kept,
    /// It had run out and its entries may have been removed: enter everybody again.
    Lost,
}

/// The shared truth. One store belongs to one node; it announces each visible
/// change on the channel in the same step that makes it.
#[async_trait]
pub trait PresenceStore: Send + Sync {
    /// Makes this node's entry for the member. The change is announced if no node had an entry of the person,
    /// or if the name is a new one. Idempotent.
    async fn enter(&self, channel: &Channel, member: &Member) -> Result<(), StorageError>;

    /// Removes this node's entry. The leave is announced if it was the person's last. Idempotent.
    async fn leave(&self, channel: &Channel, user: &UserId) -> Result<(), StorageError>;

    /// Drops what is kept of a channel for this node, which has nobody in it any more. Whoever enters
    /// meanwhile must enter again after it.
    async fn forget(&self, channel: &Channel) -> Result<(), StorageError>;

    /// Summarises a channel, to see whether a snapshot would tell anything new.
    async fn summary(&self, channel: &Channel) -> Result<Summary, StorageError>;

    /// A page of at most `most` members, from the first one or after somebody, in the order of their ids.
    /// Costs what is on the page, not what is in the channel.
    async fn page(&self, channel: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, StorageError>;

    /// All members of a channel and its version, read at one moment.
    async fn snapshot(&self, channel: &Channel) -> Result<Snapshot, StorageError>;

    /// A few members of each channel, in the order of `channels`.
    async fn preview(&self, channels: &[Channel], members: usize) -> Result<Vec<Preview>, StorageError>;

    /// Renews this node's lease; due well before it runs out.
    async fn renew(&self) -> Result<Lease, StorageError>;

    /// Removes the entries of nodes whose lease has run out, announcing each leave once whichever node does
    /// it. It may take long, and must not delay [`Self::renew`].
    async fn reap(&self) -> Result<(), StorageError>;

    /// Removes this node's lease and all its entries, at shutdown.
    async fn withdraw(&self) -> Result<(), StorageError>;
}
