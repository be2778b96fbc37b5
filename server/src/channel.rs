//! What a log and its people belong to.

use std::fmt;

use protocol::RoomId;

/// What the name of a room's channel begins with.
const ROOM: &str = "room:";

/// A room, and later a game: an ordered log plus the people who are in it.
///
/// A type and not a text, so that an event without a channel does not compile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A chat room.
    Room(RoomId),
}

impl Channel {
    /// The channel that [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let room = text.strip_prefix(ROOM)?;
        RoomId::parse(room).ok().map(Self::Room)
    }

    /// Adds what [`Channel::parse`] reads.
    pub(crate) fn spell(&self, text: &mut String) {
        match self {
            Self::Room(room) => {
                text.push_str(ROOM);
                text.push_str(room.as_str());
            }
        }
    }

    /// The room, where it is one.
    pub fn room(&self) -> &RoomId {
        match self {
            Self::Room(room) => room,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(f, "{ROOM}{room}"),
        }
    }
}
