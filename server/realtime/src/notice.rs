//! What nodes tell each other beside publications: one enum, whose first byte is the tag.
//!
//! A brace begins the JSON of a member on the channel of all nodes, and of a change of presence on any other.
//! Anything else is a notice of the application, which begins with a word of its own. Scripts of presence write
//! the second form; no other place knows one.

use bytes::Bytes;
use protocol::{Member, UserId, wire};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;

/// The first byte of JSON, which only presence sends.
const JSON: u8 = b'{';

/// What one node tells the others; nobody keeps it, and it may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody came to a channel, or left it.
    Presence(PresenceChange),
    /// Somebody has a new name in all channels.
    Renamed(Member),
    /// A notice of the application, whose words this crate does not know. It does not begin with a brace.
    Application(Bytes),
}

/// One change of a channel's members. The versions of a channel grow by one with each change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceChange {
    /// The channel's version after the change.
    pub version: u64,
    /// The number of members after it.
    pub count: usize,
    /// The persons who came or have a new name.
    #[serde(default)]
    pub joined: Vec<Member>,
    /// The persons who left: no node has an entry of them any more.
    #[serde(default)]
    pub left: Vec<UserId>,
}

impl Notice {
    /// The body of a [`crate::broker::Ephemeral::Notice`], as [`Self::parse`] reads it.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Presence(change) => wire::encode(change).into(),
            Self::Renamed(member) => wire::encode(member).into(),
            Self::Application(body) => body.clone(),
        }
    }

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
    use protocol::{Name, RoomId};

    #[test]
    fn a_notice_comes_out_as_it_went_in() {
        let member = Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() };
        let change = PresenceChange { version: 3, count: 1, joined: vec![member.clone()], left: Vec::new() };
        let room = Channel::Room(RoomId::parse("garden").unwrap());
        for (channel, notice) in [
            (&room, Notice::Presence(change)),
            (&Channel::Nodes, Notice::Renamed(member)),
            (&room, Notice::Application("answers".into())),
        ] {
            assert_eq!(Notice::parse(channel, notice.encode()), Some(notice));
        }
    }

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
