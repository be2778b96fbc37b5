//! Keeps each channel's log and carries publications between nodes.
//!
//! Knows channels, positions and bytes. Knows nothing of sockets, people or
//! games, and never looks inside a frame.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{Epoch, Position, limits};
use tokio::sync::mpsc;

use crate::channel::Channel;

pub mod embedded;
mod queue;
pub mod redis;

/// One entry of a channel's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its place: 1 for the first, then +1 for each.
    pub offset: u64,
    /// What clients get, as it is.
    pub frame: Bytes,
}

/// How much of each log is kept; for a while it is somewhat more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// Entries.
    pub entries: u64,
    /// Bytes of all entries together.
    pub bytes: u64,
    /// How long a log stays that nobody touches, where it can end by itself.
    pub retain: Option<Duration>,
    /// The same for one that [ends with a game](Channel::ends_with_game).
    pub retain_game: Duration,
}

impl LogLimits {
    /// How long a channel's log stays that nobody touches; `None` is for ever.
    pub fn retain(&self, channel: &Channel) -> Option<Duration> {
        if channel.ends_with_game() { Some(self.retain_game) } else { self.retain }
    }
}

/// Whether a log may grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// As far as its limits say.
    #[default]
    Free,
    /// Not at all, because the store is full: what is appended takes the place
    /// of what is oldest, and a log that has nothing yet does not begin.
    Level,
}

/// Something to append to a log: the frame is `head`, the offset in decimal,
/// `tail`.
#[derive(Clone, Debug)]
pub struct Append {
    /// The log.
    pub channel: Channel,
    /// Makes a repeat harmless; `None` appends always.
    pub idempotency: Option<IdempotencyKey>,
    /// The frame up to the offset.
    pub head: String,
    /// The frame after the offset.
    pub tail: String,
    /// Whether the log may grow by it.
    pub growth: Growth,
}

/// What makes an append unique within its channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who and which, in any form; at most 128 bytes of visible ASCII.
    pub key: String,
    /// A digest of what is said, in visible ASCII: the same key with another digest is a conflict.
    pub digest: String,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where it stands in the log.
    pub position: Position,
    /// True: it was there before; nothing was appended or announced.
    pub repeated: bool,
}

/// What the log can tell about what came after a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Everything after the position up to the top, without a hole.
    All {
        /// In order; empty when nothing was missed.
        publications: Vec<Publication>,
        /// The top of the log.
        top: Position,
    },
    /// It can no longer be told: another epoch, a trimmed log, or more than the limit.
    Unknown {
        /// The top of the log.
        top: Position,
    },
}

/// How much of a log is read at most, to bring somebody up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// Publications.
    pub publications: usize,
    /// Bytes of their frames.
    pub bytes: usize,
}

impl Most {
    /// What one client that comes back is told.
    pub const RECOVERY: Self = Self { publications: limits::RECOVERY_MESSAGES, bytes: limits::RECOVERY_BYTES };

    /// So many, whatever is in them.
    pub const fn publications(publications: usize) -> Self {
        Self { publications, bytes: u32::MAX as usize }
    }
}

/// Where a log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last offset, and the log's identity.
    pub position: Position,
    /// The entry there; `None` where the log has none (any more).
    pub frame: Option<Bytes>,
}

/// What is sent to all nodes without being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ephemeral {
    /// A frame for the clients in the channel.
    Frame(Bytes),
    /// A word between nodes, not for clients.
    Notice(Bytes),
}

/// What comes in from the broker, on each node that subscribed the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A log grew. One channel's publications come in order, but some may be
    /// missing after a trouble: an offset that is not the last + 1 says so.
    Publication {
        /// The log.
        channel: Channel,
        /// Where it stands.
        position: Position,
        /// What clients get.
        frame: Bytes,
    },
    /// Something that is not kept.
    Ephemeral {
        /// The channel.
        channel: Channel,
        /// What it is.
        ephemeral: Ephemeral,
    },
    /// Deliveries may have been lost; all channels must be compared with their logs.
    Interrupted,
}

/// How many deliveries wait for the hub at most. A broker that finds the queue
/// full drops what it holds and says [`Delivery::Interrupted`] as soon as there
/// is room: the log has it all.
pub const DELIVERIES_WAITING: usize = 4096;

/// The receiving end that comes with every broker.
pub type Deliveries = mpsc::Receiver<Delivery>;

/// Why a broker did not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// The log cannot be reached; the same may succeed later. An append may or
    /// may not have happened: repeat it with the same [`IdempotencyKey`].
    #[error("the log cannot be reached: {0}")]
    Unavailable(String),
    /// No room is left for another entry.
    #[error("the log is full: {0}")]
    Full(String),
    /// The key came before with another digest.
    #[error("the same id was used for something else")]
    Conflict,
}

/// Keeps logs and carries publications. Every implementation keeps every
/// promise below; one contract test runs on all.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Starts this node's deliveries for a channel. What is published after
    /// this returns is delivered. Idempotent.
    async fn subscribe(&self, channel: &Channel) -> Result<(), BrokerError>;

    /// Ends this node's deliveries for a channel. Idempotent; a failure is of
    /// no harm (more is delivered than needed) and is only logged.
    async fn unsubscribe(&self, channel: &Channel);

    /// Appends, numbers and announces in one step. `Ok` means that the log has
    /// it. The position is the order in which every node sees it, this one too.
    async fn publish(&self, append: Append) -> Result<Appended, BrokerError>;

    /// Sends something to all nodes without keeping it; it may be lost.
    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), BrokerError>;

    /// All that came after `since`, or that it can no longer be told. Never a
    /// part of it. More than `most` can not be told either. Offset 0 is before any
    /// log's first entry, whatever the epoch: whoever looked at a room that did
    /// not exist yet has seen nothing that could be something else now.
    async fn replay(&self, channel: &Channel, since: &Position, most: Most) -> Result<Replay, BrokerError>;

    /// The same for what this node itself has seen, never for what a client
    /// claims. A node can prove that it saw this very log: the entry at
    /// `seen.position.offset` is `seen.frame`, or the offset is 0. So
    ///
    /// - a log with another epoch that holds the proof is the same one under a
    ///   new name: [`Replay::All`], with the new epoch in `top`;
    /// - a log with the same epoch that belies it lost entries (its store came
    ///   back with older data), so it gets another epoch: [`Replay::Unknown`].
    async fn catch_up(&self, channel: &Channel, seen: &Head, most: Most) -> Result<Replay, BrokerError>;

    /// Where a log ends; makes its epoch if it has none yet.
    async fn top(&self, channel: &Channel) -> Result<Head, BrokerError>;

    /// The entry at `offset`; `None` when it is no longer (or not yet) there.
    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, BrokerError>;

    /// Whether a channel's log is reached at this moment, as far as is known
    /// without asking.
    fn is_available(&self, channel: &Channel) -> bool;

    /// Whether appends, deliveries and reads work at this moment: a probe that
    /// takes their way came back lately.
    async fn ready(&self) -> Result<(), BrokerError>;
}

/// 80 bits: no log draws the same twice.
const EPOCH_LETTERS: usize = 16;

/// An epoch that no log had before.
pub(crate) fn random_epoch() -> Epoch {
    loop {
        // Always allowed; the loop only spares the caller an error that cannot be.
        if let Ok(epoch) = Epoch::parse(&crate::random::text(EPOCH_LETTERS)) {
            return epoch;
        }
    }
}
