//! Speaks with clients: from the upgrade to the close of one WebSocket.
//!
//! Knows frames, limits and connections. What a frame means is `chat`'s and
//! `presence`'s business, who hears it the hub's.

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

pub use connections::{Connections, Patience};
pub use handler::{Action, Frame, Handler, Purpose, Visitor};
pub(crate) use meter::{Meter, Verdict};

/// Where WebSockets come in.
pub type Door = MethodRouter<Arc<Node>>;

/// The door to the rooms.
pub fn door() -> Door {
    door_to::<client::Client>()
}

/// The same door with another meaning of the frames behind it.
pub fn door_to<M: Handler>() -> Door {
    get(upgrade::upgrade::<M>)
}
