//! The seam between a room's page and whatever carries its messages.
//!
//! Two channels, not signals: a signal keeps the latest value, and every
//! message counts. `frontend` puts a WebSocket at the far end, server
//! rendering nothing; components cannot tell.

use client::room::{Event, RoomOptions, Unsent};
use futures::channel::mpsc;
use protocol::{MessageId, UserId};

/// What a page asks of its link.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The person sends a message.
    Say(Unsent),
    /// Send a refused message once more.
    Retry(MessageId),
    /// Give a refused message up.
    Discard(MessageId),
    /// Say that the person is typing.
    Typing,
}

/// Both ends of what a page and its link say to each other.
pub struct RoomTransport {
    /// To the server. Dropping it ends the link.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What the client tells the page.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Opens a link; put into the context by whoever has sockets, absent on the server.
#[derive(Clone, Copy)]
pub struct RoomConnector {
    /// Opens a link that begins where the page stands. What an earlier visit
    /// of the same person left unsent is added by the connector itself.
    pub open: fn(&UserId, RoomOptions) -> RoomTransport,
    /// A random id for a message about to be sent.
    pub message_id: fn() -> MessageId,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
