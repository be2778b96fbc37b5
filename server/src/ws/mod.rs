//! Speaks with clients: from the upgrade to the close of one WebSocket.
//!
//! Knows frames, limits and connections. What a frame means is the business of `chat` and `presence`, and who
//! gets it the hub's.

mod client;
mod connections;
mod decoder;
mod handler;
mod in_flight;
mod meter;
mod reader;
mod session;
mod subscriptions;
mod upgrade;

use std::sync::Arc;

use axum::routing::{MethodRouter, get};

use crate::node::Node;

pub use connections::{ConnectionTimeouts, Connections};
#[cfg(any(test, fuzzing))]
pub(crate) use decoder::fuzzing;
pub use handler::{Action, Frame, Handler, Purpose, Visitor};
pub(crate) use meter::{Meter, Verdict};

/// The route of a WebSocket endpoint.
pub type WebSocketRoute = MethodRouter<Arc<Node>>;

/// The route of the chat's WebSockets, `/ws`.
pub fn chat_route() -> WebSocketRoute {
    route_for::<client::Client>()
}

/// A route of WebSockets whose frames another handler handles.
pub fn route_for<M: Handler>() -> WebSocketRoute {
    get(upgrade::upgrade::<M>)
}
