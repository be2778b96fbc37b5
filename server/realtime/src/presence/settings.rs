//! How a node's presence keeps time, and whom it tells.

use std::time::Duration;

use protocol::limits::PRESENCE_INTERVAL;

use crate::channel::Channel;

/// The intervals and time limits of a node's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long somebody whose last connection was lost still counts as present.
    pub grace: Duration,
    /// How often the lease is renewed; well under its length.
    pub renew_every: Duration,
    /// How often a channel is compared with the store, however quiet it is.
    pub check_every: Duration,
    /// How often the changes of a large room are announced, at most.
    pub announce_every: Duration,
    /// How long a person who enters waits for the store, at most.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(5),
            renew_every: Duration::from_secs(2),
            check_every: Duration::from_secs(40),
            announce_every: PRESENCE_INTERVAL,
            patience: Duration::from_secs(2),
        }
    }
}

/// Sends a frame to every connection of a channel on this node.
///
/// It is called under the channel's lock, so that frames go out in the order of the changes: it must not
/// wait, and not call [`Presence`](super::Presence).
pub type PresencePublisher = Box<dyn Fn(&Channel, protocol::Presence) + Send + Sync>;
