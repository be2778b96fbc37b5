//! What frames mean: the one thing about a connection that is not WebSocket's.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use futures::future::BoxFuture;
use protocol::{CloseCode, Member};

use crate::node::Node;
use crate::outbox::Outbox;
use crate::presence::Departure;

/// What a client sent, whole and checked: text is UTF-8.
#[derive(Clone, Copy, Debug)]
pub enum Frame<'a> {
    /// Words.
    Text(&'a str),
    /// Anything.
    Binary(&'a [u8]),
}

impl Frame<'_> {
    /// Bytes of it.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a frame asks for.
pub enum Action<Deferred> {
    /// It is done.
    Done,
    /// Something is being said. The next frames need not wait for it: what is
    /// begun in order is in the log in order.
    InFlight(BoxFuture<'static, ()>),
    /// To be done by [`Handler::on_deferred`], after all that came before.
    Deferred(Deferred),
    /// The connection must close.
    Close(CloseCode),
}

/// Who came in.
pub struct Visitor {
    /// Who they are.
    pub member: Arc<Member>,
    /// Whether the request said so. If not, they are a guest made for it.
    pub has_session: bool,
}

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Chat: a connection of `/ws`, in any number of rooms.
    Rooms,
    /// A quiz: a connection of `/games`, as player or host.
    Games,
}

/// What the frames of one connection do. Everything else about a connection is
/// the same for all: the door, the codec, the outbox, the limits, the close.
pub trait Handler: Sized + Send + 'static {
    /// What cannot be done at once.
    type Deferred: Send;

    /// What is kept of the request that somebody came with. A connection has
    /// it until it [begins](Handler::begin).
    type Credentials: Send + 'static;

    /// What these connections are for.
    const PURPOSE: Purpose;

    /// Looks at that request.
    fn credentials(node: &Node, headers: &HeaderMap, address: IpAddr) -> Self::Credentials;

    /// Somebody came in.
    fn begin(node: Arc<Node>, visitor: Visitor, outbox: Arc<Outbox>, credentials: Self::Credentials) -> Self;

    /// Whose connection it is: another person once they have proved who they are.
    fn member(&self) -> &Arc<Member>;

    /// Takes a frame.
    fn on_frame(&mut self, frame: Frame<'_>) -> Action<Self::Deferred>;

    /// Waits for what has to be waited for before that. Nobody else waits for it.
    fn prepare(&mut self, _later: &mut Self::Deferred) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Does what changes where the client is.
    fn on_deferred(&mut self, deferred: Self::Deferred) -> impl Future<Output = ()> + Send;

    /// The connection is over.
    fn on_close(&mut self, departure: Departure);
}
