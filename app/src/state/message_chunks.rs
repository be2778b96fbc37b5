//! The messages of the log, in chunks of a page.
//!
//! One more message touches only the last chunk, and a browser skips those that are out of sight. While a
//! message is shown it stays in its chunk: in another one it would be rendered, and read aloud, once more.

use std::ops::Range;
use std::sync::Arc;

use protocol::{Message, limits};

/// How many messages fill a chunk. Smaller chunks scrolled less smoothly: a browser has more
/// of them to watch.
const FULL: usize = limits::PAGE_MESSAGES;

/// Messages in order, divided into chunks.
#[derive(Clone, Debug)]
pub(super) struct MessageChunks {
    messages: Vec<Arc<Message>>,
    /// Never empty: unsent messages are in the last one.
    chunks: Vec<ChunkInfo>,
    /// The number of the first chunk. The others count on from there, and keep their numbers whatever
    /// is put before them.
    first: i32,
}

#[derive(Clone, Copy, Debug, Default)]
struct ChunkInfo {
    len: usize,
    /// When the latest of its messages was sent, wherever it is in it.
    latest_ms: u64,
    /// Changes when its rows may have changed.
    revision: usize,
}

/// A chunk, with what precedes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    /// The messages before its first.
    pub(super) before: &'a [Arc<Message>],
    /// When the latest message before it was sent.
    pub(super) latest_ms: u64,
    /// The messages of this chunk, in the order of the log.
    pub(super) messages: &'a [Arc<Message>],
    /// Whether no chunk follows, so that new messages go into this one.
    pub(super) is_last: bool,
}

impl MessageChunks {
    /// No messages, in one chunk.
    pub(super) fn new() -> Self {
        Self { messages: Vec::new(), chunks: vec![ChunkInfo::default()], first: 0 }
    }

    /// All messages that are shown, in the order of the log.
    pub(super) fn messages(&self) -> &[Arc<Message>] {
        &self.messages
    }

    /// The numbers of the chunks.
    pub(super) fn chunks(&self) -> Range<i32> {
        self.first..self.first.saturating_add_unsigned(self.chunks.len() as u32)
    }

    /// The chunk of that number, while there is one.
    pub(super) fn chunk(&self, number: i32) -> Option<Chunk<'_>> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let (before, from) = self.chunks.split_at_checked(at)?;
        let start = before.iter().map(|mark| mark.len).sum::<usize>();
        Some(Chunk {
            before: self.messages.get(..start)?,
            latest_ms: before.iter().map(|mark| mark.latest_ms).max().unwrap_or(0),
            messages: self.messages.get(start..start + from.first()?.len)?,
            is_last: from.len() == 1,
        })
    }

    /// Changes when the rows of that chunk may have changed.
    pub(super) fn revision(&self, number: i32) -> usize {
        let at = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.chunks.get(at)).map_or(0, |mark| mark.revision)
    }

    /// Marks a change below the last message.
    pub(super) fn touch_end(&mut self) {
        if let Some(last) = self.chunks.last_mut() {
            last.revision += 1;
        }
    }

    /// Marks a change above the first message.
    fn touch_beginning(&mut self) {
        if let Some(first) = self.chunks.first_mut() {
            first.revision += 1;
        }
    }

    /// Changes the message at that offset, if it is shown. Its chunk is marked if `change` returns true.
    pub(super) fn change(&mut self, offset: u64, change: impl FnOnce(&mut Arc<Message>) -> bool) {
        let Ok(at) = self.messages.binary_search_by_key(&offset, |message| message.offset) else { return };
        if !self.messages.get_mut(at).is_some_and(change) {
            return;
        }
        let mut end = 0;
        let with_it = self.chunks.iter_mut().find(|chunk| {
            end += chunk.len;
            at < end
        });
        if let Some(chunk) = with_it {
            chunk.revision += 1;
        }
    }

    /// Gives every chunk a new revision, so that all of them are rendered again.
    pub(super) fn touch_all(&mut self) {
        self.chunks.iter_mut().for_each(|mark| mark.revision += 1);
    }

    /// Replaces all messages. Those that stay the same are most likely the newest, so the
    /// last chunk is continued.
    pub(super) fn replace(&mut self, mut messages: Vec<Arc<Message>>) {
        self.cut(0);
        let newest = messages.split_off(messages.len().saturating_sub(FULL));
        newest.into_iter().for_each(|message| self.push(message, false));
        self.prepend(messages);
    }

    /// Adds earlier messages before all others.
    pub(super) fn prepend(&mut self, mut messages: Vec<Arc<Message>>) {
        // The author before it is known now.
        self.touch_beginning();
        let mark = |chunk: &[Arc<Message>]| ChunkInfo {
            len: chunk.len(),
            latest_ms: chunk.iter().map(|message| message.sent_at).max().unwrap_or(0),
            revision: 0,
        };
        let mut chunks: Vec<_> = messages.chunks(FULL).map(mark).collect();
        self.first -= chunks.len() as i32;
        chunks.append(&mut self.chunks);
        messages.append(&mut self.messages);
        (self.chunks, self.messages) = (chunks, messages);
    }

    /// Adds a message. It opens a chunk if the last one is full and `may_open` allows it.
    pub(super) fn push(&mut self, message: Arc<Message>, may_open: bool) {
        if may_open && self.chunks.last().is_none_or(|last| last.len >= FULL) {
            self.chunks.push(ChunkInfo::default());
        }
        if let Some(last) = self.chunks.last_mut() {
            last.len += 1;
            last.latest_ms = last.latest_ms.max(message.sent_at);
        }
        self.touch_end();
        self.messages.push(message);
    }

    /// Drops the first messages, all but `kept`.
    pub(super) fn cut(&mut self, kept: usize) {
        let mut over = self.messages.len().saturating_sub(kept);
        self.messages.drain(..over);
        while let [first, _, ..] = self.chunks.as_slice()
            && first.len <= over
        {
            over -= first.len;
            self.first += 1;
            self.chunks.remove(0);
        }
        if let Some(first) = self.chunks.first_mut() {
            first.len -= over;
            // An empty chunk has no latest message.
            first.latest_ms = if first.len > 0 { first.latest_ms } else { 0 };
        }
        self.touch_beginning();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::message;

    fn messages(offsets: Range<u64>) -> Vec<Arc<Message>> {
        offsets.map(|offset| Arc::new(message(offset, "ben", "hello", offset))).collect()
    }

    fn chunks_of(offsets: Range<u64>) -> MessageChunks {
        let mut chunks = MessageChunks::new();
        chunks.replace(messages(offsets));
        chunks
    }

    /// Each chunk as its number, its first offset and how many messages it has.
    fn sketch(chunks: &MessageChunks) -> Vec<(i32, u64, usize)> {
        let chunk = |number| {
            let chunk = chunks.chunk(number).unwrap();
            (number, chunk.messages.first().map_or(0, |first| first.offset), chunk.messages.len())
        };
        chunks.chunks().map(chunk).collect()
    }

    #[test]
    fn a_page_is_a_chunk_and_so_is_a_room_without_words() {
        assert_eq!(sketch(&chunks_of(1..51)), [(0, 1, 50)]);
        assert_eq!(sketch(&chunks_of(0..0)), [(0, 0, 0)]);
    }

    #[test]
    fn what_is_there_keeps_its_chunk_whatever_comes_before_or_after() {
        let mut chunks = chunks_of(101..151);
        chunks.prepend(messages(41..101));
        messages(151..153).into_iter().for_each(|message| chunks.push(message, true));
        assert_eq!(sketch(&chunks), [(-2, 41, 50), (-1, 91, 10), (0, 101, 50), (1, 151, 2)]);
        let chunk = chunks.chunk(0).unwrap();
        assert_eq!(chunk.before.last().map(|message| (message.offset, chunk.latest_ms)), Some((100, 100)));
        assert_eq!([chunks.chunk(-3).is_none(), chunks.chunk(2).is_none()], [true, true]);
        assert_eq!([chunks.chunk(0).unwrap().is_last, chunks.chunk(1).unwrap().is_last], [false, true]);
    }

    #[test]
    fn what_must_stay_together_does() {
        let mut chunks = chunks_of(1..51);
        messages(51..55).into_iter().for_each(|message| chunks.push(message, false));
        assert_eq!(sketch(&chunks), [(0, 1, 54)]);
    }

    #[test]
    fn the_beginning_is_forgotten_without_moving_the_rest() {
        let mut chunks = chunks_of(1..51);
        chunks.prepend(vec![]);
        messages(51..111).into_iter().for_each(|message| chunks.push(message, true));
        chunks.cut(22);
        assert_eq!(sketch(&chunks), [(1, 89, 12), (2, 101, 10)]);
        chunks.cut(0);
        assert_eq!(sketch(&chunks), [(2, 0, 0)]);
    }

    #[test]
    fn another_page_goes_on_in_the_last_chunk() {
        let mut chunks = chunks_of(1..51);
        chunks.push(messages(51..52).remove(0), true);
        chunks.replace(messages(20..80));
        assert_eq!(sketch(&chunks), [(0, 20, 10), (1, 30, 50)]);
    }
}
