//! What is known of an event without a look at the text that clients get.
//!
//! The core hands headers on; what a type means is the application's business.

use bytes::Bytes;
use protocol::wire::Template;
use protocol::{MessageId, UserId};
use tungstenite::Utf8Bytes;

/// How many words a header has.
const WORDS: usize = 4;

/// The header of an event: its type, when it happened, its id and its author.
///
/// As text it is these four words with a space after each. The id and the author may be empty; no word
/// contains a space itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventHeader(Utf8Bytes);

/// An event to be appended to a log.
#[derive(Clone, Debug)]
pub struct Event {
    /// What is known of it beside its frame.
    pub header: EventHeader,
    /// The text that clients get, with a gap for the offset.
    pub frame: Template,
}

impl EventHeader {
    /// The header of an event of type `kind`, one word, that happened at `time`, in milliseconds since 1970.
    pub fn new(kind: &'static str, time: u64, id: Option<&MessageId>, author: Option<&UserId>) -> Self {
        let (id, author) = (id.map_or("", MessageId::as_str), author.map_or("", UserId::as_str));
        Self(format!("{kind} {time} {id} {author} ").into())
    }

    /// Parses the text of a header; `None` for anything else.
    pub fn parse(text: Bytes) -> Option<Self> {
        let header = Self(Utf8Bytes::try_from(text).ok()?);
        let mut words = header.0.split(' ');
        let (kind, time) = (words.next()?, words.next()?);
        // After the id and the author comes the end, with nothing behind the last space.
        let is_whole = words.nth(2) == Some("") && words.next().is_none();
        (is_whole && !kind.is_empty() && time.parse::<u64>().is_ok()).then_some(header)
    }

    /// The bytes of the header that `text` begins with.
    pub(crate) fn length_in(text: &[u8]) -> Option<usize> {
        text.iter().enumerate().filter(|(_, byte)| **byte == b' ').nth(WORDS - 1).map(|(at, _)| at + 1)
    }

    /// The type of the event, a word in lower case.
    pub fn kind(&self) -> &str {
        self.word(0)
    }

    /// When it happened, in milliseconds since 1970, by the clock of the node that appended it.
    pub fn time(&self) -> u64 {
        self.word(1).parse().unwrap_or(0)
    }

    /// The id that its author gave it; empty where it has none.
    pub fn id(&self) -> &str {
        self.word(2)
    }

    /// The user id of its author; empty where no person is.
    pub fn author(&self) -> &str {
        self.word(3)
    }

    /// The text that [`Self::parse`] reads.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn word(&self, nth: usize) -> &str {
        self.0.split(' ').nth(nth).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_out_as_it_went_in() {
        for (id, author) in [("c1-1", "ana"), ("", "ana"), ("", "")] {
            let (message, user) = (MessageId::parse(id).ok(), UserId::parse(author).ok());
            let header = EventHeader::new("said", 1_700_000_000_000, message.as_ref(), user.as_ref());
            let words = (header.kind(), header.time(), header.id(), header.author());
            assert_eq!(words, ("said", 1_700_000_000_000, id, author));
            let text = format!("{}{{\"a\": 1}}", header.as_str());
            assert_eq!(EventHeader::length_in(text.as_bytes()), Some(header.as_str().len()));
            assert_eq!(EventHeader::parse(Bytes::copy_from_slice(header.as_str().as_bytes())), Some(header));
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in ["", "said", "said 1 id", "said 1 id author", "said x id author ", " 1 id author ", "a 1 b c d "] {
            assert_eq!(EventHeader::parse(Bytes::from(text)), None, "{text:?}");
        }
        assert_eq!(EventHeader::parse(Bytes::from_static(b"said 1 \xff a ")), None);
        assert_eq!(EventHeader::length_in(b"said 1 id"), None);
    }
}
