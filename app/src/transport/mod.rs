//! The border between a page and its transport. `frontend` opens sockets behind it; on the server,
//! nothing is behind it.
//!
//! Two channels, not signals: a signal keeps the latest value, and every message counts.

use client::Protocol;
use futures::channel::mpsc;

pub mod game;
pub mod room;

/// Both channels between a page and its client.
pub struct Transport<P: Protocol> {
    /// To the client. Dropping it ends the client.
    pub commands: mpsc::UnboundedSender<P::Command>,
    /// What the client tells the page.
    pub events: mpsc::UnboundedReceiver<P::Event>,
}
