//! The seam between a game's page and its transport, as [`crate::transport::room`] for rooms.

use client::game::{Event, GameOptions, HostStep};
use futures::channel::mpsc;
use protocol::game::frame::SubmittedAnswer;

/// A request of the page to the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Enter with the cookies of the browser.
    Start,
    /// Enter under this nickname.
    Enter(String),
    /// The player answers the open question.
    Answer(SubmittedAnswer),
    /// Send a host's command.
    Step(HostStep),
}

/// Both channels between a page and its client.
pub struct GameTransport {
    /// To the client. Dropping it ends the client.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What the client tells the page.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Opens transports; in the context of pages in a browser, absent on the server.
#[derive(Clone, Copy)]
pub struct GameConnector {
    /// Opens a transport that does nothing before it is told to enter. An answer that an earlier visit left
    /// is added by the connector itself.
    pub open: fn(GameOptions) -> GameTransport,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
