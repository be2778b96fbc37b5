//! The frames, one enum for each direction.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::id::{MessageId, Name, RoomId, SessionToken, UserId};
use crate::position::Position;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientMessage {
    /// Enters a room; with a position, asks for what was said since.
    Join {
        /// The room; it need not exist before.
        room_id: RoomId,
        /// The last position seen, if any.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        since: Option<Position>,
        /// What an earlier `joined` told, for clients that keep no cookies:
        /// brings them back as the same person.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        session: Option<SessionToken>,
    },
    /// Says something. The sender's own id makes a resend harmless.
    Message {
        /// Absent: the room joined last.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        room_id: Option<RoomId>,
        /// Absent: the server makes one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        id: Option<MessageId>,
        /// The text, as typed.
        message: String,
    },
    /// Leaves a room.
    Leave {
        /// The room.
        room_id: RoomId,
    },
    /// Is typing; shown to others for a few seconds.
    Typing {
        /// The room.
        room_id: RoomId,
    },
    /// Asks for a `pong`, for clients that cannot see WebSocket pings.
    Ping,
}

/// What a server says. Read with [`crate::wire::decode_server`]: the derived
/// way to read a tagged enum would cost every page some 20 KiB.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum ServerMessage {
    /// The answer to `join`.
    Joined(Joined),
    /// Something was said in a room, by oneself too.
    Message(Message),
    /// People came or went.
    Presence(Presence),
    /// Somebody is typing.
    Typing(Typing),
    /// Somebody else in the room is called as this person is.
    Namesake(Namesake),
    /// The room's log goes on under another epoch.
    Position(Renamed),
    /// The room's log cannot be reached for now, or can be again.
    Availability(Availability),
    /// Something was not done.
    Error(Refusal),
    /// The answer to `ping`.
    Pong,
}

/// A person in a room.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// What they are called.
    pub name: Name,
}

/// The state of a room at the moment of entering it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The room.
    pub room_id: RoomId,
    /// Who the server takes this client for.
    pub you: Member,
    /// What to bring with the first `join` of the next connection, to be the
    /// same person again. Only for who came without a session of their own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<SessionToken>,
    /// Who is there, oneself too; the first page of them.
    pub members: Vec<Member>,
    /// How many are there in all.
    pub member_count: usize,
    /// The position of this connection: all up to here is in the log, all
    /// after it will come as frames.
    pub position: Position,
    /// True: `messages` is everything since the client's position. False: it
    /// cannot be told, or no position was given; read the history over HTTP.
    pub recovered: bool,
    /// What was said since the client's position, in order.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// Something said in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The room.
    pub room_id: RoomId,
    /// The id its sender gave it.
    pub id: MessageId,
    /// Its place in the room's order, +1 for each.
    pub offset: u64,
    /// Who said it.
    pub author: Member,
    /// The text.
    pub message: String,
    /// When the server took it, in milliseconds since 1970.
    pub sent_at: u64,
}

/// People came or went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// The room.
    pub room_id: RoomId,
    /// Who came, or has a new name.
    pub joined: Vec<Member>,
    /// Who went.
    pub left: Vec<UserId>,
    /// How many are there now.
    pub member_count: usize,
}

/// The room's log goes on under another epoch: what was seen up to the offset
/// is in it unchanged, so a client goes on and only notes the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    /// The room.
    pub room_id: RoomId,
    /// The new epoch, and up to where the log is known to be the same.
    pub position: Position,
}

/// Whether the room's log can be reached: while it cannot, nothing that is
/// said is taken, and nothing comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// The room.
    pub room_id: RoomId,
    /// As far as the node knows.
    pub available: bool,
}

/// Somebody else in the room is called as this person is, or looks so. Told to
/// whoever comes second; both may stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Namesake {
    /// The room.
    pub room_id: RoomId,
    /// Who was there before.
    pub member: Member,
    /// A name that nobody there has.
    pub free_name: Name,
}

/// Somebody is typing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// The room.
    pub room_id: RoomId,
    /// Who.
    pub member: Member,
}
