//! What goes into a [`super::RoomClient`] and what comes out.

use serde::{Deserialize, Serialize};

use crate::connection::{Status, Timer};
use protocol::error::Refusal;
use protocol::id::{MessageId, RoomId};
use protocol::message::{ClientMessage, Joined, Message, Namesake, Presence, ServerMessage, Typing};
use protocol::position::Position;
use protocol::room::HistoryPage;

/// A message that no server has acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The id it is sent with, however often.
    pub id: MessageId,
    /// The text.
    pub text: String,
    /// When it was written, in milliseconds since 1970, for showing only.
    pub written_at: u64,
    /// Why a server refused it for good; `None` while it is still being sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refused: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Begin: the page is shown and wants to go live.
    Start,
    /// The socket is open.
    Opened,
    /// A frame came.
    Frame(ServerMessage),
    /// The socket is gone, or could not be opened. 1006 where no code came.
    Closed {
        /// The close code.
        code: u16,
    },
    /// A wake-up that was asked for.
    Woken(Timer),
    /// The person sends a message.
    Say(Unsent),
    /// The person wants a refused message sent once more.
    Retry(MessageId),
    /// The person gives a refused message up.
    Discard(MessageId),
    /// The person is typing.
    Typing,
    /// The page that [`Output::Load`] asked for.
    Loaded(HistoryPage),
    /// The page could not be had.
    NotLoaded,
    /// The browser says the network is back, or the person looks at the page
    /// again: a good moment to ask whether the connection lives.
    Online,
    /// The browser says the network is gone.
    Offline,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a socket; answer with [`Input::Opened`] or [`Input::Closed`].
    Connect,
    /// Drop the socket without waiting; no [`Input::Closed`] is expected.
    Drop,
    /// Send a frame.
    Send(ClientMessage),
    /// Wake me.
    Wake {
        /// For what.
        timer: Timer,
        /// After how many milliseconds.
        after_ms: u64,
    },
    /// Do not wake me for this.
    Cancel(Timer),
    /// Read the latest page over HTTP; answer with [`Input::Loaded`] or
    /// [`Input::NotLoaded`]. Takes the place of a read that is still under way.
    Load,
    /// Keep the unsent where a reload of the page finds them.
    Keep(Vec<Unsent>),
    /// Tell the page.
    Tell(Event),
}

/// What a page is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// How the connection is.
    Status(Status),
    /// The room was entered: who is there. `messages` in it is empty; they come as [`Event::Said`].
    Entered(Joined),
    /// New messages, in order, without a hole or a repeat.
    Said(Vec<Message>),
    /// What is shown no longer joins what comes: show this page instead.
    Reset(HistoryPage),
    /// A message is on its way, or goes out when the connection is back. With
    /// `refused` in it: an earlier visit left it so.
    Pending(Unsent),
    /// One's own message is in the log; it comes, or came, as [`Event::Said`].
    Settled(MessageId),
    /// One's own message was not taken for now; it goes out again by itself.
    Delayed(MessageId, Refusal),
    /// One's own message was refused for good.
    Refused(MessageId, Refusal),
    /// The person gave the message up, or it goes on under another id.
    Discarded(MessageId),
    /// People came or went.
    Presence(Presence),
    /// Somebody is typing.
    Typing(Typing),
    /// Somebody else in the room is called as this person is.
    Namesake(Namesake),
    /// Whether the room's log can be reached; until it is said, it can.
    Availability(bool),
    /// An error that answers no message, such as too many rooms.
    Trouble(Refusal),
}

/// Where a link begins: the room and what the page already shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomOptions {
    /// The room.
    pub room_id: RoomId,
    /// The position of the page that is shown; `None`: load one first.
    pub position: Option<Position>,
    /// What an earlier visit left unsent.
    pub unsent: Vec<Unsent>,
}
