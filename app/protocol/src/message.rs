//! The frames, one enum for each direction.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::id::{MessageId, Name, RoomId, SessionToken, UserId};
use crate::position::Position;

/// A frame from a client of `/ws`. Decode it with [`crate::wire::decode_client`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientMessage {
    /// Enters a room; with a position, asks for the messages since.
    Join {
        /// The id of the room; it need not exist before.
        room_id: RoomId,
        /// The last position seen, if any.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        since: Option<Position>,
        /// The token from an earlier `joined`, for clients without cookies: makes them the same person again.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        session: Option<SessionToken>,
    },
    /// Posts a message. The sender's own id makes a resend harmless.
    Message {
        /// Absent: the room that was joined last.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        room_id: Option<RoomId>,
        /// The id by which a resend is recognised. Absent: the server makes one, and a resend is a new message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        id: Option<MessageId>,
        /// The text as typed. The server cleans it, and refuses what is then empty or too long.
        message: String,
        /// The offset of the message that this one answers, if it answers one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reply_to: Option<u64>,
    },
    /// Gives a message of one's own another text. No page does so yet, and browsers do without the code.
    #[cfg_attr(target_family = "wasm", serde(skip_serializing))]
    Edit(WantedChange),
    /// Takes the text of a message away, for everybody and for good.
    #[cfg_attr(target_family = "wasm", serde(skip_serializing))]
    Delete(WantedChange),
    /// Leaves the room on this connection.
    Leave {
        /// The id of the room; in others the connection stays.
        room_id: RoomId,
    },
    /// The person is typing; shown to others for a few seconds.
    Typing {
        /// The id of a room that this connection has joined.
        room_id: RoomId,
    },
    /// Asks for a `pong`, for clients that cannot see WebSocket pings.
    Ping,
}

/// A change of a message that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WantedChange {
    /// The id of a room that this connection has joined.
    pub room_id: RoomId,
    /// The id by which a resend is recognised, as that of a message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<MessageId>,
    /// The offset of the message.
    pub target: u64,
    /// When the message was sent, as it says itself: a log that began anew may have another one at that offset.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent_at: Option<u64>,
    /// The new text of an edited message as typed, under the rules for that of a message; nothing in a deletion.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
}

impl ClientMessage {
    /// The id by which the answer names it, if it has one.
    pub fn id(&self) -> Option<&MessageId> {
        match self {
            Self::Message { id, .. } => id.as_ref(),
            Self::Edit(change) | Self::Delete(change) => change.id.as_ref(),
            Self::Join { .. } | Self::Leave { .. } | Self::Typing { .. } | Self::Ping => None,
        }
    }
}

/// A frame from a server. Decode it with [`crate::wire::decode_server`]: the derived decoder of a tagged enum
/// would cost every page some 20 KiB.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum ServerMessage {
    /// The state of the room that a `join` named, and what was missed since its position.
    Joined(Joined),
    /// A message in a room, also to its sender.
    Message(Message),
    /// A message has another text.
    Edited(Change),
    /// The text of a message is gone.
    Deleted(Change),
    /// Members came, left or have a new name; one frame may tell several changes.
    Presence(Presence),
    /// Somebody in the room is typing.
    Typing(Typing),
    /// Somebody else in the room has the same name, or one that looks the same.
    Namesake(Namesake),
    /// The room's log goes on under another epoch.
    Position(NewEpoch),
    /// The room's log is unavailable for now, or available again.
    Availability(Availability),
    /// Something that the client sent was refused.
    Error(Refusal),
    /// Answers `ping`, and so proves that the connection works both ways.
    Pong,
}

/// A person in a room, however many tabs and devices they use.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Member {
    /// The user id, the same in all tabs.
    pub id: UserId,
    /// The name, which need not be unique.
    pub name: Name,
}

/// The state of a room at the moment of entering it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The id of the room in canonical form, which may differ from what was typed.
    pub room_id: RoomId,
    /// The person of this connection, under the name that others see.
    pub you: Member,
    /// The token for the first `join` of the next connection, to be the same person again. Only for clients
    /// that came without a session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<SessionToken>,
    /// The first page of the members, this person among them.
    pub members: Vec<Member>,
    /// How many members the room has, of which `members` may be a part.
    pub member_count: usize,
    /// The position of this connection: all up to here is in the log, all
    /// after it will come as frames.
    pub position: Position,
    /// True: `messages`, `edited` and `deleted` are everything since the client's position. False: that is not known, or no position
    /// was given; read the history over HTTP.
    pub recovered: bool,
    /// The edits of messages since the client's position, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub edited: Vec<Change>,
    /// The deletions of messages since the client's position, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub deleted: Vec<Change>,
    /// The messages since the client's position, in order.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// A message as the log of its room has it now. [`Message::apply`] tells what an event makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The id of the room whose log has it.
    pub room_id: RoomId,
    /// The id that its sender chose.
    pub id: MessageId,
    /// Its number in the room's log, +1 for each entry.
    pub offset: u64,
    /// The sender, with the name at that time.
    pub author: Member,
    /// The text of the message, cleaned; empty where it was deleted.
    pub message: String,
    /// When the server stored it, in milliseconds since 1970.
    pub sent_at: u64,
    /// The offset of the message that it answers. Whoever sent it chose it: there may be no such message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<u64>,
    /// When it was edited last, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited_at: Option<u64>,
    /// Who deleted it, if anybody did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_by: Option<Member>,
    /// When it was deleted, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_at: Option<u64>,
    /// The offsets of its edits, in order; at most [`crate::limits::EDITS`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub edits: Vec<u64>,
}

/// An event about an earlier message. What became of the message, the type of the frame tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The id of the room whose log has it.
    pub room_id: RoomId,
    /// The id that whoever made it chose.
    pub id: MessageId,
    /// Its own number in the room's log, +1 for each entry.
    pub offset: u64,
    /// The offset of the message that it is about.
    pub target: u64,
    /// Who made it, with the name at that time.
    pub author: Member,
    /// When the server stored it, in milliseconds since 1970.
    pub changed_at: u64,
    /// The new text of an edited message, cleaned; nothing in a deletion.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
}

/// A change of a room's members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// The id of the room whose members changed.
    pub room_id: RoomId,
    /// The members who came, or have a new name.
    pub joined: Vec<Member>,
    /// The ids of members who left.
    pub left: Vec<UserId>,
    /// How many members the room has after the change.
    pub member_count: usize,
}

/// A log's new epoch: what was seen up to the offset is in it unchanged, so a client goes on and
/// only notes the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewEpoch {
    /// The id of the room whose log has another epoch.
    pub room_id: RoomId,
    /// The new epoch, and the offset up to which the log is unchanged.
    pub position: Position,
}

/// Whether the room's log is available: while it is not, no message is accepted, and none comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// The id of a room that this connection has joined.
    pub room_id: RoomId,
    /// As far as the node knows.
    pub available: bool,
}

/// Somebody else in the room has the same name, or one that looks the same. Sent to the later one of the
/// two; both may stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Namesake {
    /// The id of the room that both are in.
    pub room_id: RoomId,
    /// The member who was there before.
    pub member: Member,
    /// A name that nobody there has.
    pub free_name: Name,
}

/// Notice that somebody is typing; not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// The id of the room that the text is for.
    pub room_id: RoomId,
    /// The member who types, under the name that they have in this room.
    pub member: Member,
}
