//! Parses links to messages, and checks that they still mean the same message.

use protocol::Message;

/// A parsed link to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageLink {
    /// The offset of the message in the log.
    pub(crate) offset: u64,
    /// When it was sent, in milliseconds since 1970; `None` where the link does not say.
    pub(crate) sent_at: Option<u64>,
}

impl MessageLink {
    /// Parses what [`address`](crate::state::message_link::address) writes; an offset alone is a link from before.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (offset, sent_at) = match text.split_once('.') {
            Some((offset, sent_at)) => (offset, Some(sent_at.parse().ok()?)),
            None => (text, None),
        };
        Some(Self { offset: offset.parse().ok()?, sent_at })
    }

    /// Whether the link means this message: the offset is the same and, if it names one, the time.
    pub(crate) fn means(self, message: &Message) -> bool {
        message.offset == self.offset && self.sent_at.is_none_or(|sent_at| sent_at == message.sent_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::message_link::address;
    use crate::state::testing::message;

    #[test]
    fn a_link_leads_to_its_message_and_to_no_other_that_has_its_place() {
        let linked = message(7, "ben", "hello", 1_795_262_400_000);
        let written = address(linked.offset, linked.sent_at);
        assert_eq!(written, "?at=7.1795262400000#m-7");
        let link = MessageLink::parse("7.1795262400000").unwrap();
        assert!(link.means(&linked));
        assert!(!link.means(&message(8, "ben", "hello", linked.sent_at)));
        assert!(!link.means(&message(7, "eve", "hello", linked.sent_at + 1)), "the log began anew");
        assert!(MessageLink::parse("7").unwrap().means(&linked), "who wrote it by hand knows no moment");
    }

    #[test]
    fn nonsense_is_no_link() {
        for text in ["", ".", "7.", ".7", "-1", "7.x", "7.8.9", "m-7", "99999999999999999999"] {
            assert_eq!(MessageLink::parse(text), None, "{text}");
        }
    }
}
