//! The names of logs and of the people in them.

use std::fmt;

use protocol::{Pin, RoomId, RoomKind};

/// The beginning of the name of a room's channel.
const ROOM: &str = "room:";
/// The beginning of the name of a game's channel.
const GAME: &str = "game:";
/// The name of the channel between the nodes.
const NODES: &str = "nodes:";

/// An ordered log and the people who are in it.
///
/// A type and not a text, so that an event without a channel does not compile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The channel of a chat room.
    Room(RoomId),
    /// The channel of a game, with its players and hosts.
    Game(Pin),
    /// The channel for notices to all nodes. Nobody is in it, and it has no log.
    Nodes,
}

impl Channel {
    /// Parses what [`fmt::Display`] wrote; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(ROOM) {
            Some(room) => RoomId::parse_canonical(room).map(Self::Room),
            None if text == NODES => Some(Self::Nodes),
            None => Pin::parse(text.strip_prefix(GAME)?).ok().map(Self::Game),
        }
    }

    /// Appends the text that [`Channel::parse`] reads.
    pub(crate) fn write_to(&self, text: &mut String) {
        let (kind, name) = self.parts();
        text.push_str(kind);
        text.push_str(name);
    }

    /// The room id that frames about this channel carry.
    pub fn room(&self) -> RoomId {
        match self {
            Self::Room(room) => room.clone(),
            Self::Game(pin) => pin.room(),
            // Nobody is in this channel, so no frame carries it.
            Self::Nodes => RoomId::parse("nodes").unwrap_or_else(|_| unreachable!("a plain word names a room")),
        }
    }

    /// Whether its log ends with a game: the game's own, or its class's room.
    pub fn ends_with_game(&self) -> bool {
        match self {
            Self::Room(room) => room.kind() == RoomKind::Class,
            Self::Game(_) => true,
            Self::Nodes => false,
        }
    }

    /// Whether what is in its log is to last: that of rooms is, except of those that end with a game.
    pub fn lasts(&self) -> bool {
        matches!(self, Self::Room(_)) && !self.ends_with_game()
    }

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Room(room) => (ROOM, room.as_str()),
            Self::Game(pin) => (GAME, pin.as_str()),
            Self::Nodes => (NODES, ""),
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = self.parts();
        write!(f, "{kind}{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_as_it_was_spelled() {
        let room = Channel::Room(RoomId::parse("game:482915").unwrap());
        let game = Channel::Game(Pin::parse("482915").unwrap());
        for channel in [room, game, Channel::Nodes] {
            assert_eq!(Channel::parse(&channel.to_string()), Some(channel));
        }
        let class = Channel::Room(RoomId::parse("class~482915~abc").unwrap());
        let other = Channel::Room(RoomId::parse("class-482915").unwrap());
        assert!(class.ends_with_game() && !other.ends_with_game());
        for wrong in ["482915", "game:x", "room:", "room:Staff Room", "nodes:x", ""] {
            assert_eq!(Channel::parse(wrong), None, "{wrong:?}");
        }
    }
}
