//! What all WebSockets of a node share, whatever they are for.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Connections, MessageLimits};
use crate::limits::TrustedProxies;
use crate::session::Sessions;
use crate::throttle::Throttle;

/// The settings and parts that an upgrade and a session need.
pub struct Gateway {
    /// Other sites whose pages may connect.
    pub allowed_origins: Vec<String>,
    /// The proxies whose headers are believed.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Whether a client without a session is refused.
    pub require_session: bool,
    /// The limits of a message from a client.
    pub message_limits: MessageLimits,
    /// The most bytes that wait for a client before it is closed.
    pub outbox_bytes: usize,
    /// Verifies the session of whoever connects, from the cookie of the upgrade.
    pub sessions: Sessions,
    /// Charges upgrades, pings and crumbs of frames to the address that they come from.
    pub throttle: Arc<Throttle>,
    /// Pings silent connections, and closes those that do not answer.
    pub connections: Arc<Connections>,
    /// One permit for each client that is entering or leaving a room.
    pub join_permits: Arc<Semaphore>,
    /// Tracks the task of each WebSocket, to wait for their end.
    pub sockets: TaskTracker,
    /// Cancelled when the node shuts down.
    pub leaving: CancellationToken,
}
