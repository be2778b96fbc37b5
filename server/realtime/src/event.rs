//! What is known of an event without a look at the text that clients get.
//!
//! The core hands headers on; what a type means is the application's business.

use bytes::Bytes;
use memchr::memchr_iter;
use protocol::wire::Template;
use protocol::{MessageId, UserId};

/// The header of an event: its type, when it happened, its id and its author.
///
/// As text it is these four words with a space after each. The id and the author may be empty; no word
/// contains a space itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventHeader {
    /// Of another node's header only the time was checked.
    text: Bytes,
    time: u64,
}

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
        let text = [kind, " ", &time.to_string(), " ", id, " ", author, " "].concat();
        Self { text: text.into(), time }
    }

    /// Takes the header off that `text` begins with. This runs for every publication on every node: nothing is
    /// copied, and what the words say is left to those who ask. `None`, and `text` is unchanged, where it
    /// begins with no header.
    pub(crate) fn take_off(text: &mut Bytes) -> Option<Self> {
        let mut spaces = memchr_iter(b' ', text);
        let (kind, time, end) = (spaces.next()?, spaces.next()?, spaces.nth(1)?);
        let time = number(&text[kind + 1..time]).filter(|_| kind > 0)?;
        let header = text.split_to(end + 1);
        Some(Self { text: header, time })
    }

    /// The type of the event, a word in lower case.
    pub fn kind(&self) -> &str {
        self.word(0)
    }

    /// When it happened, in milliseconds since 1970, by the clock of the node that appended it.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// The id that its author gave it; empty where it has none.
    pub fn id(&self) -> &str {
        self.word(2)
    }

    /// The user id of its author; empty where no person is.
    pub fn author(&self) -> &str {
        self.word(3)
    }

    /// The header as it stands before a frame between nodes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    fn word(&self, nth: usize) -> &str {
        let word = self.text.split(|byte| *byte == b' ').nth(nth).unwrap_or_default();
        std::str::from_utf8(word).unwrap_or_default()
    }
}

/// Parses decimal digits; `None` for anything else, and for what is above [`u64::MAX`].
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|digit| *digit < 10).map(u64::from);
    let append = |sum: u64, byte: &u8| sum.checked_mul(10)?.checked_add(digit(*byte)?);
    (!digits.is_empty()).then(|| digits.iter().try_fold(0, append)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_out_as_it_went_in() {
        for (id, author) in [("c1-1", "ana"), ("", "ana"), ("", "")] {
            let (message, user) = (MessageId::parse(id).ok(), UserId::parse(author).ok());
            let header = EventHeader::new("posted", 1_700_000_000_000, message.as_ref(), user.as_ref());
            let words = (header.kind(), header.time(), header.id(), header.author());
            assert_eq!(words, ("posted", 1_700_000_000_000, id, author));
            let mut text = Bytes::from([header.as_bytes(), b"{\"a\": 1}"].concat());
            assert_eq!(EventHeader::take_off(&mut text), Some(header));
            assert_eq!(text, "{\"a\": 1}");
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in
            ["", "posted", "posted 1 id", "posted 1 id author", "posted x id author ", " 1 id author ", "posted  a b "]
        {
            let mut rest = Bytes::from(text);
            assert_eq!(EventHeader::take_off(&mut rest), None, "{text:?}");
            assert_eq!(rest, text);
        }
    }

    #[test]
    fn a_word_that_is_no_text_is_empty() {
        let header = EventHeader::take_off(&mut Bytes::from_static(b"posted 1 \xff a ")).unwrap();
        assert_eq!((header.time(), header.id(), header.author()), (1, "", "a"));
    }

    #[test]
    fn a_number_has_digits_alone_and_fits() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "18446744073709551616", "+1", "-1", " 1", "1.0", "x"] {
            assert_eq!(number(wrong.as_bytes()), None, "{wrong:?}");
        }
    }
}
