//! The seam between a room's page and whatever carries its messages.

use client::room::{RoomOptions, RoomProtocol};
use protocol::{MessageId, UserId};

use super::Transport;

/// Opens transports; in the context of pages in a browser, absent on the server.
#[derive(Clone, Copy)]
pub struct RoomConnector {
    /// Opens a transport that begins at the position of the page. Messages that an earlier visit of the same
    /// person left unsent are added by the connector itself.
    pub open: fn(&UserId, RoomOptions) -> Transport<RoomProtocol>,
    /// A random id for a message about to be sent.
    pub message_id: fn() -> MessageId,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
