//! Reads earlier messages page by page.
//!
//! Reads the logs that `broker` writes; writes nothing. Knows channels and bytes, not people.

use async_trait::async_trait;
use protocol::{Position, limits};
use storage::StorageError;

use crate::broker::Publication;
use crate::channel::Channel;

pub mod embedded;
pub mod redis;
pub mod shared;

/// A part of a log, as it was read at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries, oldest first. A damaged one leaves a hole: its offset is missing.
    pub publications: Vec<Publication>,
    /// The top of the log at that moment.
    pub top: Position,
    /// The offset up to which the page has every entry.
    pub last: u64,
    /// Whether there are earlier entries.
    pub more: bool,
}

impl Page {
    /// Makes a page of entries before an offset that were read newest first, with one more than `limit` where there
    /// are more. A page with too many bytes is shortened.
    pub fn new(mut newest_first: Vec<Publication>, before: Option<u64>, limit: usize, top: Position) -> Self {
        let mut bytes = 0;
        let fits = |one: &&Publication| {
            bytes += one.frame.len();
            bytes <= limits::PAGE_BYTES
        };
        let fitting = newest_first.iter().take(limit).take_while(fits).count().max(1);
        let more = newest_first.len() > fitting;
        newest_first.truncate(fitting);
        newest_first.reverse();
        let last = before.map_or(top.offset, |before| before.saturating_sub(1).min(top.offset));
        Self { publications: newest_first, top, last, more }
    }
}

/// Reads pages of channels' logs, for people.
#[async_trait]
pub trait History: Send + Sync {
    /// The last `limit` entries before the offset `before`, or the last ones of all. Read at one moment:
    /// without `before`, the last one's offset is the top's, unless the entry there is damaged.
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError>;
}

/// The entries right after the offset `after`, at most `limit`; where there are fewer, some of those before
/// it, too. A page that exceeds the byte limit loses its oldest entries, which are wanted here, so a shorter
/// one is read then.
///
/// # Errors [`StorageError`] where the log cannot be read.
pub async fn page_after(
    history: &dyn History,
    channel: &Channel,
    after: u64,
    limit: usize,
) -> Result<Page, StorageError> {
    let next = after.saturating_add(1);
    let mut wanted = limit;
    loop {
        let page = history.page(channel, Some(next.saturating_add(wanted as u64)), wanted).await?;
        let is_next_here = page.publications.first().is_none_or(|first| first.offset <= next);
        if is_next_here || !page.more || wanted <= 1 {
            return Ok(page);
        }
        wanted /= 2;
    }
}
