//! What somebody missed while they were cut off.

use std::sync::Arc;

use protocol::{Message, UserId};

use super::message_chunks::Chunk;

/// Whoever is lost again so soon was not really back: both are one absence.
const BACK_FOR_MS: u64 = 60_000;

/// The moment the connection was lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    /// The last message that was shown.
    pub(super) offset: u64,
    /// When it was, in milliseconds since 1970.
    pub(super) at_ms: u64,
}

impl Lost {
    /// Lost at `now_ms`, with everything up to `offset` shown, after an earlier absence.
    pub(super) fn again(earlier: Option<Away>, offset: u64, now_ms: u64) -> Self {
        match earlier {
            Some(away) if now_ms.saturating_sub(away.until_ms) < BACK_FOR_MS => {
                Self { offset: away.after, at_ms: away.since_ms }
            }
            _ => Self { offset, at_ms: now_ms },
        }
    }

    /// Back at `now_ms`, with the log at `offset`.
    pub(super) fn until(self, offset: u64, now_ms: u64) -> Away {
        Away { after: self.offset, up_to: offset, since_ms: self.at_ms, until_ms: now_ms }
    }
}

/// A stretch of the log that the reader was not there for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Away {
    /// Everything after this offset was missed,
    after: u64,
    /// up to and with this one.
    up_to: u64,
    since_ms: u64,
    until_ms: u64,
}

/// What others said meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missed {
    /// It comes after this offset.
    pub(crate) after: u64,
    /// How many messages of others were missed.
    pub(crate) count: usize,
    /// So many of them are not fetched yet, and come before what is shown.
    pub(crate) earlier: usize,
    /// Since when, in milliseconds since 1970.
    pub(crate) since_ms: u64,
}

impl Away {
    /// Whether the first message that was missed is in this chunk.
    pub(super) fn begins_in(&self, chunk: &Chunk<'_>) -> bool {
        chunk.before.is_none_or(|before| before.offset <= self.after)
            && chunk.said.last().is_some_and(|last| last.offset > self.after)
    }

    /// What of it there is in `said`, and before it where there is `more`;
    /// nothing where nobody but the reader said something.
    pub(super) fn missed(&self, said: &[Arc<Message>], more: bool, me: &UserId) -> Option<Missed> {
        // A page that stood open for long has left all of it behind.
        let first = said.first().filter(|first| first.offset <= self.up_to)?;
        let from = said.partition_point(|message| message.offset <= self.after);
        let to = said.partition_point(|message| message.offset <= self.up_to);
        let theirs = said.get(from..to)?.iter().filter(|message| message.author.id != *me);
        let (shown, oldest) =
            theirs.fold((0, u64::MAX), |(count, oldest), message| (count + 1, oldest.min(message.sent_at)));
        // Whose those are shows when they are fetched.
        let earlier = if more { first.offset.saturating_sub(self.after.saturating_add(1)) as usize } else { 0 };
        // A computer that slept notices late that it was away.
        let since_ms = self.since_ms.min(oldest);
        (shown + earlier > 0).then_some(Missed { after: self.after, count: shown + earlier, earlier, since_ms })
    }
}

#[cfg(test)]
#[path = "away_tests.rs"]
mod tests;
