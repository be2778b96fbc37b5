//! Reads a room from its beginning: the end from the live log, what is before that from the database.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Message, ServerMessage, wire};
use realtime::broker::Publication;
use realtime::broker::redis::RedisBroker;
use realtime::channel::Channel;
use realtime::history::redis::RedisHistory;
use realtime::history::{History, Page};
use storage::StorageError;
use tokio::time::timeout;
use tracing::debug;

use super::MessageStore;

/// How long a page that has something live waits for the rest.
const BESIDE_LIVE_WITHIN: Duration = Duration::from_secs(1);

/// A history of live logs and of the archive together.
pub struct ArchivedHistory {
    live: Arc<dyn History>,
    broker: Arc<RedisBroker>,
    store: MessageStore,
}

impl ArchivedHistory {
    /// A history of what `broker` has live, and of what `store` has besides.
    pub fn new(broker: Arc<RedisBroker>, store: MessageStore) -> Self {
        Self { live: Arc::new(RedisHistory::new(&broker)), broker, store }
    }
}

impl ArchivedHistory {
    /// What archived messages are since events about them that are not archived. The live page has that for as many offsets
    /// as it was asked for; messages go further back, because the archive has no events.
    async fn changed(
        &self,
        channel: &Channel,
        live: &Page,
        archived: &[Message],
        limit: usize,
    ) -> Result<Vec<Publication>, StorageError> {
        let seen_from = live.last.saturating_sub(limit as u64);
        let further: Vec<u64> = archived.iter().map(|message| message.offset).filter(|one| *one < seen_from).collect();
        if further.is_empty() { Ok(Vec::new()) } else { self.broker.rewritten(channel, &further).await }
    }
}

#[async_trait]
impl History for ArchivedHistory {
    /// While the database is away, the live log alone is read, and a page before that is [`StorageError::Unavailable`].
    async fn page(&self, channel: &Channel, before: Option<u64>, limit: usize) -> Result<Page, StorageError> {
        let live = self.live.page(channel, before, limit).await?;
        let first = live.publications.first().map(|first| first.offset);
        let is_whole = has_no_hole(&live, before);
        // Most pages are read from the live log alone.
        if !channel.lasts() || is_whole && (live.more || first.or(before).is_some_and(|first| first <= 1)) {
            return Ok(live);
        }
        let below = first.filter(|_| is_whole).or(before).unwrap_or(u64::MAX);
        // One more than asked for shows whether there are earlier ones.
        let room = channel.room();
        let read = self.store.before(&room, below, limit.saturating_add(1));
        // Whoever asks for earlier messages waits for them; whoever enters a room does not.
        let archived = match first.is_some() || before.is_none() {
            true => timeout(BESIDE_LIVE_WITHIN, read).await.unwrap_or_else(|_| Err(no_answer())),
            false => read.await,
        };
        match archived {
            Ok(archived) => {
                let changed = self.changed(channel, &live, &archived, limit).await?;
                Ok(joined(live, changed, archived, before, limit))
            }
            Err(StorageError::Unavailable(error)) if first.is_some() || before.is_none() => {
                debug!(%channel, "a page has what the live log has: {error}");
                Ok(Page { more: true, ..live })
            }
            Err(error) => Err(error),
        }
    }
}

fn no_answer() -> StorageError {
    StorageError::Unavailable("the database does not answer".into())
}

/// Whether a page has every entry from its first one on to where it should end. Where a log lost its end, it has a hole.
fn has_no_hole(live: &Page, before: Option<u64>) -> bool {
    let Some(first) = live.publications.first() else { return true };
    let end = before.map_or(u64::MAX, |before| before.saturating_sub(1)).min(live.top.offset);
    let mut expected = first.offset..=end;
    live.publications.iter().all(|entry| expected.next() == Some(entry.offset)) && expected.next().is_none()
}

/// The page of a live part and of archived messages. What both have is one, as it is live.
fn joined(live: Page, changed: Vec<Publication>, archived: Vec<Message>, before: Option<u64>, limit: usize) -> Page {
    let mut top = live.top;
    if top.offset == 0 && before.is_none() {
        // The log was lost, and goes on above this as soon as somebody listens.
        top.offset = archived.first().map_or(0, |newest| newest.offset);
    }
    // A Redis that came back with older data has texts that were deleted since; the archive knows better.
    let deleted: HashSet<u64> =
        archived.iter().filter(|message| message.is_deleted()).map(|message| message.offset).collect();
    let mut all: BTreeMap<u64, Publication> = archived.into_iter().map(publication).collect();
    let live_entries = live.publications.into_iter().chain(changed).map(|entry| (entry.offset, entry));
    all.extend(live_entries.filter(|(offset, _)| !deleted.contains(offset)));
    let newest_first = all.into_values().rev().take(limit.saturating_add(1)).collect();
    let page = Page::new(newest_first, before, limit, top);
    Page { more: page.more || live.more, ..page }
}

fn publication(message: Message) -> (u64, Publication) {
    let offset = message.offset;
    let frame = wire::encode_server(&ServerMessage::Message(message)).into();
    (offset, Publication { offset, frame })
}

#[cfg(test)]
mod tests {
    use protocol::{Epoch, Position};

    use super::*;

    fn page(offsets: &[u64], top: u64) -> Page {
        let publications = offsets.iter().map(|offset| Publication { offset: *offset, frame: "{}".into() }).collect();
        Page { publications, top: Position { epoch: Epoch::parse("e").unwrap(), offset: top }, last: top, more: false }
    }

    #[test]
    fn a_page_is_whole_if_no_offset_is_missing_to_its_end() {
        assert!(has_no_hole(&page(&[], 0), None));
        assert!(has_no_hole(&page(&[], 50), Some(20)), "the log begins later");
        assert!(has_no_hole(&page(&[4, 5, 6], 6), None));
        assert!(has_no_hole(&page(&[4, 5, 6], 9), Some(7)));
        assert!(has_no_hole(&page(&[4, 5, 6], 6), Some(100)));
        assert!(!has_no_hole(&page(&[4, 6], 6), None));
        assert!(!has_no_hole(&page(&[4, 5], 6), None), "its end is missing");
        assert!(!has_no_hole(&page(&[4, 5], 9), Some(7)));
    }
}
