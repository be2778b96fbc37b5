//! What the frames of a connection mean: the only part of it that is not WebSocket's.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use futures::future::BoxFuture;
use protocol::{CloseCode, Member};
use realtime::outbox::Outbox;
use realtime::presence::Departure;

/// A complete message of a client.
#[derive(Clone, Copy, Debug)]
pub enum Frame<'a> {
    /// A text message; its UTF-8 is checked.
    Text(&'a str),
    /// A binary message of any bytes.
    Binary(&'a [u8]),
}

impl Frame<'_> {
    /// The length of the payload, in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether the payload has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What remains to be done after a frame.
pub enum Action<Deferred> {
    /// Nothing remains to be done.
    Done,
    /// A message goes to the log. The next frames need not wait: what is begun in order gets into
    /// the log in order.
    InFlight(BoxFuture<'static, ()>),
    /// [`Handler::on_deferred`] does it, after all frames before it.
    Deferred(Deferred),
    /// The connection closes with this code.
    Close(CloseCode),
}

/// The person who opened a connection.
pub struct Visitor {
    /// The person's id and name.
    pub member: Arc<Member>,
    /// Whether the request carried a valid session; if not, the member is a guest made for it.
    pub has_session: bool,
}

/// What a connection is for; decides close reasons and who is told of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    /// Chat: a connection to `/ws`, in any number of rooms.
    Rooms,
    /// A quiz: a connection to `/games`, as player or host.
    Games,
}

/// Begins the connections of one route.
pub trait Service: Send + Sync + 'static {
    /// What handles the frames of its connections.
    type Handler: Handler;

    /// What is remembered of the upgrade request until the connection [begins](Service::begin).
    type Credentials: Send + 'static;

    /// Takes the credentials from the upgrade request.
    fn credentials(&self, headers: &HeaderMap, address: IpAddr) -> Self::Credentials;

    /// Begins a connection, before its first frame is read.
    fn begin(self: Arc<Self>, visitor: Visitor, outbox: Arc<Outbox>, credentials: Self::Credentials) -> Self::Handler;
}

/// What the frames of one connection do. Everything else is the same for all connections: upgrade,
/// codec, outbox, limits, close.
pub trait Handler: Sized + Send + 'static {
    /// Work that cannot be done at once, see [`Action::Deferred`].
    type Deferred: Send;

    /// The kind of all connections with this handler.
    const KIND: SocketKind;

    /// Whose connection it is; another member after the client has sent a token.
    fn member(&self) -> &Arc<Member>;

    /// Handles a complete frame without waiting. What has to wait is the [`Action`] that is returned.
    fn on_frame(&mut self, frame: Frame<'_>) -> Action<Self::Deferred>;

    /// Waits for what the deferred work has to wait for, before a join permit is taken.
    fn prepare(&mut self, _later: &mut Self::Deferred) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Does the deferred work, such as joining a room.
    fn on_deferred(&mut self, deferred: Self::Deferred) -> impl Future<Output = ()> + Send;

    /// Ends the connection: leaves everything that it was in.
    fn on_close(&mut self, departure: Departure);
}
