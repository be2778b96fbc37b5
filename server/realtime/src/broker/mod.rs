//! Keeps each channel's log and carries publications between nodes.
//!
//! Knows channels, how long the log of each kind is kept, positions and bytes. Knows nothing of sockets, people or
//! the rules of games, and never looks inside a frame.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{Epoch, Position, limits};
use storage::StorageError;

use crate::channel::Channel;
use crate::event::{Event, EventHeader};
use crate::sync::mpsc;

pub mod embedded;
pub(crate) mod queue;
pub mod redis;
pub mod rewrite;

/// One entry of a channel's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its number: 1 for the first, then +1 for each.
    pub offset: u64,
    /// The text that clients get, unchanged. Nobody has looked at it since it was stored: see [`Publication::text`].
    pub frame: Bytes,
}

impl Publication {
    /// The frame as the text that it should be.
    ///
    /// # Errors [`StorageError::Corrupt`]: it is none, or an empty one.
    pub fn text(&self, channel: &Channel) -> Result<&str, StorageError> {
        match std::str::from_utf8(&self.frame) {
            Ok(text) if !text.is_empty() => Ok(text),
            _ => Err(self.damaged(channel)),
        }
    }

    /// The error for an entry whose frame cannot be used.
    pub fn damaged(&self, channel: &Channel) -> StorageError {
        StorageError::corrupt(format!("entry {} in the log of {channel}", self.offset))
    }
}

/// How much of each log is kept; for a while it can be somewhat more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// How many entries a log keeps.
    pub entries: u64,
    /// Bytes of all entries of a log together.
    pub bytes: u64,
    /// How long an unused log stays; `None` is for ever.
    pub retain: Option<Duration>,
    /// The same for a log that [ends with a game](Channel::ends_with_game).
    pub retain_game: Duration,
}

impl LogLimits {
    /// How long this channel's log stays when nobody uses it; `None` is for ever.
    pub fn retain(&self, channel: &Channel) -> Option<Duration> {
        if channel.ends_with_game() { Some(self.retain_game) } else { self.retain }
    }
}

/// Whether a log may grow by an entry, which depends on how full the store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// It may grow up to its limits.
    #[default]
    Free,
    /// It may not, because the store is full: an entry takes the place of the oldest ones, and an
    /// empty log takes none.
    ReplaceOldest,
}

impl Growth {
    /// The word for it in scripts.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::ReplaceOldest => "level",
        }
    }
}

/// What [`Broker::publish`] appends, and under which conditions.
#[derive(Clone, Debug)]
pub struct Append {
    /// The channel whose log it is appended to.
    pub channel: Channel,
    /// Makes a repeated append harmless; with `None` each call appends.
    pub idempotency: Option<IdempotencyKey>,
    /// The event, which gets the next offset.
    pub event: Event,
    /// Whether the log may grow by this entry.
    pub growth: Growth,
}

/// What makes an append unique within its channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The sender and the message's id, in any form; at most 128 bytes of visible ASCII.
    pub key: String,
    /// A digest of the content, in visible ASCII: the same key with another digest is a conflict.
    pub digest: String,
}

/// Where an entry is in its log, and whether it was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The entry's position in the log.
    pub position: Position,
    /// Whether the entry was there before; then nothing was appended or announced.
    pub repeated: bool,
}

/// What a log has after a position: everything, or an unknown part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Everything after the position, without a gap.
    All {
        /// The entries in order; none when nothing was missed.
        publications: Vec<Publication>,
        /// The top of the log.
        top: Position,
    },
    /// Not known any more: another epoch, a trimmed log, an entry that cannot be read, or more than the limit.
    Unknown {
        /// The top of the log.
        top: Position,
    },
}

/// The most that one read of a log returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// The most publications, by their number.
    pub publications: usize,
    /// Bytes of their frames together.
    pub bytes: usize,
}

impl ReadLimit {
    /// The limit of a client's recovery.
    pub const RECOVERY: Self = Self { publications: limits::RECOVERY_MESSAGES, bytes: limits::RECOVERY_BYTES };

    /// A limit on the number of publications alone.
    pub const fn publications(publications: usize) -> Self {
        Self { publications, bytes: u32::MAX as usize }
    }
}

/// The end of a log: a node that knows it can prove later that it saw this very log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last offset, and the epoch.
    pub position: Position,
    /// The entry at that offset; `None` where the log does not have it (any more).
    pub frame: Option<Bytes>,
}

/// Something that is delivered and not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ephemeral {
    /// A frame for the clients in the channel on all nodes.
    Frame(Bytes),
    /// A message between nodes; clients do not get it.
    Notice(Bytes),
}

/// What a broker delivers to each node that subscribed the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// An entry was appended. The publications of a channel come in order, but some may be missing after a
    /// failure: then the offset is not the last + 1.
    Publication {
        /// The channel whose log has it.
        channel: Channel,
        /// The entry's position in the log of `channel`.
        position: Position,
        /// The header of the event; `None` from a node of an earlier version, while one lives,
        /// and until that is known.
        header: Option<EventHeader>,
        /// The text that clients get, with its offset filled in.
        frame: Bytes,
    },
    /// Something was announced that is not in the log.
    Ephemeral {
        /// The channel that it was announced in.
        channel: Channel,
        /// A frame for clients, or a notice for the node.
        ephemeral: Ephemeral,
    },
    /// Deliveries may have been lost; all channels must be compared with their logs.
    Interrupted,
}

/// How many deliveries may wait for the hub. A broker that finds the queue full drops deliveries and puts
/// [`Delivery::Interrupted`] in as soon as there is room: the logs have everything.
pub const DELIVERIES_WAITING: usize = 4096;

/// The receiving end of a broker's queue.
pub type Deliveries = mpsc::Receiver<Delivery>;

/// Keeps logs and carries publications. Every implementation keeps every promise below; one contract test
/// runs on all of them.
///
/// Each one also has a `commit`, which appends in the same step as a store changes what it has there. It is no
/// part of this trait, because the change is a function over SQLite in one and a script of Redis in the other.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Starts this node's deliveries for a channel. What is published after
    /// this returns is delivered. Idempotent.
    async fn subscribe(&self, channel: &Channel) -> Result<(), StorageError>;

    /// Ends this node's deliveries for a channel. Idempotent. A failure is only logged: it means
    /// some deliveries too many.
    async fn unsubscribe(&self, channel: &Channel);

    /// Appends, numbers and announces in one step. `Ok` means that the log has the entry. The position is the
    /// order in which every node sees it, this one too.
    async fn publish(&self, append: Append) -> Result<Appended, StorageError>;

    /// Delivers something to all nodes without keeping it; it may be lost.
    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), StorageError>;

    /// Everything after `since`, or that it is not known any more; never a part. More than `most` counts as
    /// not known. Offset 0 precedes any log's first entry, whatever the epoch: a client that looked at a room
    /// before its log existed has seen nothing that could differ.
    async fn replay(&self, channel: &Channel, since: &Position, most: ReadLimit) -> Result<Replay, StorageError>;

    /// The same for what this node itself has delivered, never for what a client
    /// claims. A node can prove that it saw this very log: the entry at
    /// `seen.position.offset` is `seen.frame`, or the offset is 0. So
    ///
    /// - a log with another epoch that holds the proof is the same one under a
    ///   new name: [`Replay::All`], with the new epoch in `top`;
    /// - a log with the same epoch that contradicts it lost entries (its store came
    ///   back with older data), so it gets another epoch: [`Replay::Unknown`].
    async fn catch_up(&self, channel: &Channel, seen: &Head, most: ReadLimit) -> Result<Replay, StorageError>;

    /// The end of the log; a log that does not exist gets an epoch. A last entry that is damaged is left out.
    async fn top(&self, channel: &Channel) -> Result<Head, StorageError>;

    /// The entry at `offset`; `None` when the log does not have it (any more, or yet).
    ///
    /// # Errors [`StorageError::Corrupt`]: the log has it, and its frame is no text.
    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, StorageError>;

    /// Whether a channel's log can be reached, as far as is known without a round trip.
    fn is_available(&self, channel: &Channel) -> bool;

    /// Whether appends, deliveries and reads work now: a probe that took their path came back lately.
    async fn ready(&self) -> Result<(), StorageError>;
}

/// 80 bits: no log draws the same twice.
const EPOCH_LETTERS: usize = 16;

/// An epoch that no log had before, from the random generator.
pub fn random_epoch() -> Epoch {
    loop {
        // Random text is always a valid epoch; the loop spares the caller an error that cannot happen.
        if let Ok(epoch) = Epoch::parse(&storage::random::text(EPOCH_LETTERS)) {
            return epoch;
        }
    }
}
