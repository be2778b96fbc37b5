//! What a [`super::RoomClient`] is asked for and what it tells.

use serde::{Deserialize, Serialize};

use crate::connection::Status;
use protocol::error::Refusal;
use protocol::id::{MessageId, RoomId};
use protocol::message::{ClientMessage, Joined, Namesake, Presence, Typing, WantedChange};
use protocol::position::Position;
use protocol::room::HistoryPage;
use protocol::room_event::RoomEvent;

/// A message, an edit or a deletion that no server has acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The id that it is sent with, however often.
    pub id: MessageId,
    /// The text as it was typed; the server cleans it. Empty in a deletion.
    pub text: String,
    /// When it was written, in milliseconds since 1970, for display only.
    pub written_at: u64,
    /// Why a server refused it for good; `None` while it is still being sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refused: Option<String>,
    /// The offset of the message that it answers, if it is an answer.
    #[serde(skip)]
    pub reply_to: Option<u64>,
    /// The offset of the message that gets the text, if this is an edit.
    #[serde(skip)]
    pub edits: Option<u64>,
    /// The offset of the message that goes, if this is a deletion.
    #[serde(skip)]
    pub deletes: Option<u64>,
    /// When that message was sent, as it says itself: another log has another one at the offset.
    #[serde(skip)]
    pub target_sent_at: Option<u64>,
}

impl Unsent {
    /// A message that answers none.
    pub fn new(id: MessageId, text: String, written_at: u64) -> Self {
        Self { id, text, written_at, refused: None, reply_to: None, edits: None, deletes: None, target_sent_at: None }
    }

    /// The offset of the message that it changes; `None` where it is a message itself.
    pub fn target(&self) -> Option<u64> {
        self.deletes.or(self.edits)
    }

    /// The frame that asks a server for it.
    pub(super) fn frame(&self, room_id: RoomId) -> ClientMessage {
        let id = Some(self.id.clone());
        match *self {
            Self { deletes: Some(target), target_sent_at: sent_at, .. } => {
                ClientMessage::Delete(WantedChange { room_id, id, target, sent_at, message: None })
            }
            Self { edits: Some(target), target_sent_at: sent_at, .. } => {
                let message = Some(self.text.clone());
                ClientMessage::Edit(WantedChange { room_id, id, target, sent_at, message })
            }
            Self { reply_to, .. } => {
                ClientMessage::Message { room_id: Some(room_id), id, message: self.text.clone(), reply_to }
            }
        }
    }
}

/// What the page of a room asks for, on behalf of its person.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The person sends a message, or edits or deletes one.
    Say(Unsent),
    /// The person wants a refused message to be sent again.
    Retry(MessageId),
    /// The person gives a refused message up.
    Discard(MessageId),
    /// The person is typing a message.
    Typing,
}

/// What the driver has to do besides the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Load the latest page over HTTP; answer with an [`EffectResult`]. Replaces a request that is still under way.
    LoadHistory,
    /// Store the unsent messages where a reload of the page finds them.
    StoreUnsent(Vec<Unsent>),
}

/// What came of an [`Effect`].
#[derive(Clone, Debug, PartialEq)]
pub enum EffectResult {
    /// The page that [`Effect::LoadHistory`] requested.
    HistoryLoaded(HistoryPage),
    /// The page could not be loaded.
    HistoryFailed,
}

/// What the page of a room is told, in the order of the outputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// How far the connection is; told whenever it changes.
    Status(Status),
    /// The room was entered: who is there. The lists of events in it are empty; they come as [`Event::Logged`].
    Entered(Joined),
    /// New events of the log, in order, without a gap or a repeat.
    Logged(Vec<RoomEvent>),
    /// What is shown no longer joins what comes: show this page instead.
    Reset(HistoryPage),
    /// A message is under way, or will be when the connection is back. With `refused` in it: an earlier
    /// visit left it so.
    Pending(Unsent),
    /// This person's message is in the log; it comes, or came, as [`Event::Logged`].
    Acknowledged(MessageId),
    /// This person's message was refused for now; it is sent again by itself.
    Delayed(MessageId, Refusal),
    /// This person's message was refused for good.
    Refused(MessageId, Refusal),
    /// The person gave the message up, or it continues under another id.
    Discarded(MessageId),
    /// Members came, left or have a new name, as the server has told.
    Presence(Presence),
    /// Somebody in the room is typing.
    Typing(Typing),
    /// Somebody else in the room has the same name, or one that looks the same.
    Namesake(Namesake),
    /// Whether the room's log is available; until this comes, it is.
    Availability(bool),
    /// A refusal that answers no message, such as too many rooms.
    Error(Refusal),
}

/// How a client of a room begins: the room and what the page already shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomOptions {
    /// The id of the room that is entered, and entered again after each loss.
    pub room_id: RoomId,
    /// The position of the page that is shown; `None`: load one first.
    pub position: Option<Position>,
    /// Messages that an earlier visit left unsent.
    pub unsent: Vec<Unsent>,
}
