//! The seam between a room's page and whatever carries its messages.
//!
//! Two channels, not signals: a signal keeps the latest value, and every
//! message counts. `frontend` puts a WebSocket at the far end, server
//! rendering nothing; components cannot tell.

use client::room::{Event, RoomOptions, Unsent};
use futures::channel::mpsc;
use protocol::{MessageId, UserId};

/// A request of the page to the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The person sends a message.
    Say(Unsent),
    /// Send a refused message again.
    Retry(MessageId),
    /// Give a refused message up.
    Discard(MessageId),
    /// Tell the room that the person is typing.
    Typing,
}

/// Both channels between a page and its client.
pub struct RoomTransport {
    /// To the client. Dropping it ends the client.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What the client tells the page.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Opens transports; in the context of pages in a browser, absent on the server.
#[derive(Clone, Copy)]
pub struct RoomConnector {
    /// Opens a transport that begins at the position of the page. Messages that an earlier visit of the same
    /// person left unsent are added by the connector itself.
    pub open: fn(&UserId, RoomOptions) -> RoomTransport,
    /// A random id for a message about to be sent.
    pub message_id: fn() -> MessageId,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
