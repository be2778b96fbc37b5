//! Speaks with clients: from the upgrade to the close of one WebSocket.
//!
//! Knows frames, limits and connections. What a frame means is `chat`'s and
//! `presence`'s business, who hears it the hub's.

mod client;
mod connections;
mod decoder;
mod ears;
mod meaning;
mod meter;
mod saying;
mod seats;
mod session;
mod upgrade;

use std::sync::Arc;

use axum::routing::{MethodRouter, get};

use crate::node::Node;

pub use connections::{Connections, Patience};
pub use meaning::{Frame, Meaning, Purpose, Visitor, Work};
pub(crate) use meter::{Meter, Verdict};

/// Where WebSockets come in.
pub type Door = MethodRouter<Arc<Node>>;

/// The door to the rooms.
pub fn door() -> Door {
    door_to::<client::Client>()
}

/// The same door with another meaning of the frames behind it.
pub fn door_to<M: Meaning>() -> Door {
    get(upgrade::upgrade::<M>)
}
