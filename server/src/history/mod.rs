//! Reads what was said earlier, page by page.
//!
//! Reads the logs that `broker` writes; writes nothing. Knows channels and
//! bytes, not people.

use async_trait::async_trait;
use protocol::{Position, limits};

use crate::broker::{BrokerError, Publication};
use crate::channel::Channel;

pub mod embedded;
pub mod redis;
pub mod shared;

/// A page of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In order, oldest first.
    pub publications: Vec<Publication>,
    /// The top of the log at the moment of reading.
    pub top: Position,
    /// Whether there are earlier ones.
    pub more: bool,
}

impl Page {
    /// Makes a page of what a log holds, read newest first and one more than
    /// `limit` where there is one more. One with too many bytes is shorter.
    pub(crate) fn new(mut newest_first: Vec<Publication>, limit: usize, top: Position) -> Self {
        let mut bytes = 0;
        let fits = |one: &&Publication| {
            bytes += one.frame.len();
            bytes <= limits::PAGE_BYTES
        };
        let fitting = newest_first.iter().take(limit).take_while(fits).count().max(1);
        let more = newest_first.len() > fitting;
        newest_first.truncate(fitting);
        newest_first.reverse();
        Self { publications: newest_first, top, more }
    }
}

/// Reads logs.
#[async_trait]
pub trait History: Send + Sync {
    /// The last `limit` publications before the offset `before`, or the last
    /// ones of all. Read at one moment: without `before`, the last one's offset
    /// is the top's.
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, BrokerError>;
}

/// What comes right after the offset `after`, `limit` publications at most; where there are fewer, some of those before
/// it, too. A page that is cut because of its bytes loses its oldest ones, which are wanted here, so a shorter one is read then.
///
/// # Errors
/// [`BrokerError`] where the log cannot be read.
pub async fn page_after(
    history: &dyn History,
    channel: &Channel,
    after: u64,
    limit: usize,
) -> Result<Page, BrokerError> {
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
