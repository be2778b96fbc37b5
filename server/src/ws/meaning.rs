//! What frames mean: the one thing about a connection that is not WebSocket's.

use std::sync::Arc;

use protocol::{CloseCode, Member};

use crate::hub::Outbox;
use crate::node::Node;
use crate::presence::Departure;

/// What a client sent, whole and checked: text is UTF-8.
#[derive(Clone, Copy, Debug)]
pub enum Frame<'a> {
    /// Words.
    Text(&'a str),
    /// Anything.
    Binary(&'a [u8]),
}

/// What the frames of one connection do. Everything else about a connection is
/// the same for all: the door, the codec, the outbox, the limits, the close.
pub trait Meaning: Sized + Send + 'static {
    /// Somebody came in.
    fn begin(node: Arc<Node>, member: Member, outbox: Arc<Outbox>) -> Self;

    /// Does what a frame asks. A code means that the connection must close.
    fn frame(&mut self, frame: Frame<'_>) -> impl Future<Output = Option<CloseCode>> + Send;

    /// The connection is over.
    fn end(&mut self, departure: Departure);
}
