//! The seam between a game's page and its transport, as [`crate::transport::room`] for rooms.

use client::game::{GameOptions, GameProtocol};

use super::Transport;

/// Opens transports; in the context of pages in a browser, absent on the server.
#[derive(Clone, Copy)]
pub struct GameConnector {
    /// Opens a transport that does nothing before it is told to enter. An answer that an earlier visit left
    /// is added by the connector itself.
    pub open: fn(GameOptions) -> Transport<GameProtocol>,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
