//! Replaces entries of a log in the same step as an event about them is appended.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Position;
use protocol::wire::Template;
use storage::StorageError;

use super::{Append, Appended, IdempotencyKey};
use crate::channel::Channel;

/// An entry that is replaced. Its offset stays, so that nobody who counts misses one.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// The offset of the entry.
    pub offset: u64,
    /// What it was when it was read. If it is something else by now, nothing at all is done.
    pub seen: Seen,
    /// The frame that it gets.
    pub frame: NewFrame,
    /// What becomes of the frame that it had.
    pub earlier: Earlier,
}

/// What an entry was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It had this frame.
    Frame(Bytes),
    /// The log did not have it any more; the archive does.
    Absent,
    /// That does not matter, because another one is compared that changes with it.
    Anything,
}

impl Seen {
    /// Whether the log still has what was seen: `now` is the frame at that offset, if there is any.
    pub(super) fn is(&self, now: Option<&Bytes>) -> bool {
        match self {
            Self::Frame(frame) => now == Some(frame),
            Self::Absent => now.is_none(),
            Self::Anything => true,
        }
    }
}

/// The frame that an entry gets.
#[derive(Clone, Debug)]
pub enum NewFrame {
    /// This text, as it is.
    Whole(String),
    /// This text with the offset of the event in its gap.
    Numbered(Template),
}

impl NewFrame {
    /// The frame, once the offset of the event is known.
    pub fn fill(&self, offset: u64) -> Bytes {
        match self {
            Self::Whole(text) => Bytes::copy_from_slice(text.as_bytes()),
            Self::Numbered(template) => template.fill(offset).into(),
        }
    }
}

/// What becomes of the frame that a replaced entry had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// It stays where those can read it who may.
    Keep,
    /// It goes, with all that the entry had before.
    Erase,
}

/// What came of an append that replaces entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// The event is in the log, and the entries are replaced.
    Done(Appended),
    /// An entry has another frame than was seen. Nothing was done: read it again.
    Stale,
}

/// A broker whose entries can be replaced.
#[async_trait]
pub trait Rewriter: Send + Sync {
    /// Appends as [`Broker::publish`](super::Broker::publish) does, and replaces entries in the same step. A repeat gives the
    /// first result, whatever the entries are now.
    async fn rewrite(&self, append: Append, rewrites: Vec<Rewrite>) -> Result<Rewritten, StorageError>;

    /// The position of an earlier append with this key, if there was one.
    ///
    /// # Errors [`StorageError::Conflict`]: other content was appended with it.
    async fn find_repeated(
        &self,
        channel: &Channel,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Position>, StorageError>;
}
