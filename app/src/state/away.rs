//! The messages that somebody missed while they were disconnected.

use std::sync::Arc;

use protocol::{HistoryPage, Message, UserId};

use super::extent::covered;
use super::message_chunks::Chunk;

/// A connection that is lost again so soon was not really back: both are one absence.
const BACK_FOR_MS: u64 = 60_000;

/// The moment the connection was lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disconnected {
    /// The offset up to which everything was shown.
    pub(super) offset: u64,
    /// When it was, in milliseconds since 1970.
    pub(super) at_ms: u64,
}

impl Disconnected {
    /// A loss at `now_ms`, with everything up to `offset` shown, after an earlier absence.
    pub(super) fn again(earlier: Option<Away>, offset: u64, now_ms: u64) -> Self {
        match earlier {
            Some(away) if now_ms.saturating_sub(away.until_ms) < BACK_FOR_MS => {
                Self { offset: away.after, at_ms: away.since_ms }
            }
            _ => Self { offset, at_ms: now_ms },
        }
    }

    /// The absence that ends at `now_ms`, with the log at `offset`.
    pub(super) fn until(self, offset: u64, now_ms: u64) -> Away {
        Away { after: self.offset, up_to: offset, since_ms: self.at_ms, until_ms: now_ms }
    }
}

/// The part of the log that came while the reader was away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Away {
    /// Everything after this offset was missed,
    after: u64,
    /// up to and with this one.
    up_to: u64,
    since_ms: u64,
    until_ms: u64,
}

/// The messages of others in an absence, for the line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missed {
    /// The offset after which they come.
    pub(crate) after: u64,
    /// How many messages of others were missed.
    pub(crate) count: usize,
    /// How many of them are not loaded yet, and precede what is shown.
    pub(crate) earlier: usize,
    /// When the connection was lost, in milliseconds since 1970.
    pub(crate) since_ms: u64,
}

impl Away {
    /// Whether the first message that was missed is in this chunk.
    pub(super) fn begins_in(&self, chunk: &Chunk<'_>) -> bool {
        chunk.before.last().is_none_or(|before| before.offset <= self.after)
            && chunk.messages.last().is_some_and(|last| last.offset > self.after)
    }

    /// The missed messages in `messages`, and before it if there are `earlier` entries of the log, before that
    /// offset; `None` if only the reader wrote something.
    pub(super) fn missed(&self, messages: &[Arc<Message>], earlier: Option<u64>, me: &UserId) -> Option<Missed> {
        // A page that was open for long shows later messages only.
        messages.first().filter(|first| first.offset <= self.up_to)?;
        let from = messages.partition_point(|message| message.offset <= self.after);
        let to = messages.partition_point(|message| message.offset <= self.up_to);
        let theirs = messages.get(from..to)?.iter().filter(|message| is_news(message, me));
        let (shown, oldest) =
            theirs.fold((0, u64::MAX), |(count, oldest), message| (count + 1, oldest.min(message.sent_at)));
        // Whose they are, and whether they are messages, is known when they are loaded.
        let earlier = earlier.map_or(0, |first| first.saturating_sub(self.after.saturating_add(1)) as usize);
        // A computer that slept notices late that it was away.
        let since_ms = self.since_ms.min(oldest);
        (shown + earlier > 0).then_some(Missed { after: self.after, count: shown + earlier, earlier, since_ms })
    }
}

/// Whether a message tells its reader anything: it is somebody else's, and not deleted.
pub(super) fn is_news(message: &Message, me: &UserId) -> bool {
    message.author.id != *me && !message.is_deleted()
}

/// Whether the message at an offset is among the last so many of others.
pub(super) fn is_among_last(messages: &[Arc<Message>], me: &UserId, offset: u64, count: usize) -> bool {
    let mut left = count;
    for message in messages.iter().rev().filter(|message| is_news(message, me)) {
        if left == 0 || message.offset <= offset {
            return left > 0 && message.offset == offset;
        }
        left -= 1;
    }
    false
}

/// The offset of the last shown message that a page of another log contains too.
pub(super) fn last_known(shown: &[Arc<Message>], page: &HistoryPage) -> u64 {
    let was_shown = |message: &&Message| {
        shown.iter().rev().any(|known| known.id == message.id && known.author.id == message.author.id)
    };
    let known = page.messages.iter().rev().find(was_shown);
    let before_page = || covered(page).0.saturating_sub(1);
    known.map_or_else(before_page, |known| known.offset)
}

#[cfg(test)]
#[path = "away_tests.rs"]
mod tests;
