//! Speaks with clients: from the upgrade to the close of one WebSocket.
//!
//! Knows frames, limits and connections. What a frame means is `chat`'s and
//! `presence`'s business, who hears it the hub's.

mod addresses;
mod client;
mod connections;
mod decoder;
mod ears;
mod saying;
mod seats;
mod session;
mod throttle;
mod upgrade;

pub use addresses::{Addresses, Place};
pub use connections::{Connections, Patience};
pub use upgrade::{client_address, upgrade};
