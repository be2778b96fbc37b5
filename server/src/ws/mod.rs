//! Speaks with clients: from the upgrade to the close of one WebSocket.
//!
//! Knows frames, limits and connections. What a frame means is the business of its [`Handler`], and who
//! gets it the hub's.

mod connections;
mod decoder;
mod gateway;
mod handler;
mod in_flight;
mod meter;
mod reader;
mod session;
mod upgrade;

use std::sync::Arc;

use axum::routing::{MethodRouter, get};

pub use connections::{ConnectionTimeouts, Connections};
#[cfg(any(test, fuzzing))]
pub(crate) use decoder::fuzzing;
pub use gateway::Gateway;
pub use handler::{Action, Frame, Handler, Service, SocketKind, Visitor};
pub(crate) use meter::{Meter, Verdict};
pub use reader::MessageLimits;

/// The route of the WebSockets of one service.
pub(crate) fn route_for<S: Service>(gateway: Arc<Gateway>, service: Arc<S>) -> MethodRouter {
    get(upgrade::upgrade::<S>).with_state((gateway, service))
}
