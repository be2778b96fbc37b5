//! What nodes tell each other beside publications: one enum, told apart by the first byte.
//!
//! Nodes of the version before understand it: what begins with a brace is the JSON of presence, anything else
//! is a word of the application.

use bytes::Bytes;
use protocol::{Member, wire};

use crate::channel::Channel;
use crate::presence::Change;

/// The first byte of JSON, which only presence sends.
const JSON: u8 = b'{';

/// One notice between nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody came to a channel, or left it.
    Presence(Change),
    /// Somebody has a new name in all channels.
    Renamed(Member),
    /// A notice of the application, whose words this crate does not know. It does not begin with a brace.
    Application(Bytes),
}

impl Notice {
    /// Parses the body of a notice; `None` for one of a later version.
    pub fn parse(channel: &Channel, body: Bytes) -> Option<Self> {
        if body.first() != Some(&JSON) {
            return Some(Self::Application(body));
        }
        let text = std::str::from_utf8(&body).ok()?;
        match channel {
            Channel::Nodes => wire::decode(text).map(Self::Renamed),
            Channel::Room(_) | Channel::Game(_) => wire::decode(text).map(Self::Presence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::RoomId;

    #[test]
    fn a_notice_is_told_apart_by_its_first_byte() {
        let room = Channel::Room(RoomId::parse("garden").unwrap());
        let change = Bytes::from(r#"{"version":3,"count":1,"joined":[],"left":["ana"]}"#);
        assert!(matches!(Notice::parse(&room, change.clone()), Some(Notice::Presence(change)) if change.version == 3));
        let member = Bytes::from(r#"{"id":"ana","name":"Ana"}"#);
        assert!(
            matches!(Notice::parse(&Channel::Nodes, member), Some(Notice::Renamed(ana)) if ana.id.as_str() == "ana")
        );
        assert_eq!(Notice::parse(&Channel::Nodes, change), None, "no member");
        for word in ["answers", "kicked ana ben", ""] {
            let word = Bytes::from(word);
            assert_eq!(Notice::parse(&room, word.clone()), Some(Notice::Application(word)));
        }
        for wrong in [&b"{\"version\":"[..], b"{\xff}"] {
            assert_eq!(Notice::parse(&room, Bytes::from(wrong)), None);
        }
    }
}
