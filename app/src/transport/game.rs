//! The seam between a game's page and whatever carries what it says:
//! [`crate::transport::room`] for games.

use client::game::{Event, GameOptions, HostStep};
use futures::channel::mpsc;
use protocol::game::frame::GivenAnswer;

/// What a page asks of its link.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Go in, as who the cookies say.
    Start,
    /// Go in under this nickname.
    Enter(String),
    /// The player answers the open question.
    Answer(GivenAnswer),
    /// Do what a host does.
    Step(HostStep),
}

/// Both ends of what a page and its link say to each other.
pub struct GameTransport {
    /// To the server. Dropping it ends the link.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What the client tells the page.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Opens a link; put into the context by whoever has sockets, absent on the server.
#[derive(Clone, Copy)]
pub struct GameConnector {
    /// Opens a link that does nothing before it is told to go in. An answer
    /// that an earlier visit left is added by the connector itself.
    pub open: fn(GameOptions) -> GameTransport,
    /// The page's clock, in milliseconds since 1970.
    pub now_ms: fn() -> u64,
    /// Whether a socket of this page was ever open.
    pub was_open: fn() -> bool,
}
