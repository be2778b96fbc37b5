//! The settings of presence on Redis, and what its scripts begin with.

use std::time::Duration;

use crate::peers::Peers;

/// The head of scripts that must work when Redis has no memory left: a leave frees some, a lease must be renewed.
pub(super) const ALLOW_OOM: &str = "#!lua flags=allow-oom\n";

/// The settings of presence on Redis.
#[derive(Clone, Debug)]
pub struct PresenceOptions {
    /// The node's name, for people who look into Redis; it need not be unique.
    pub node: String,
    /// How long a node counts as alive after it renewed its lease.
    pub lease: Duration,
    /// `nodes`; tests use others to keep their nodes apart.
    pub namespace: String,
    /// Is told what the nodes with a lease understand.
    pub peers: Peers,
}

impl PresenceOptions {
    /// The default times for a node of this name.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), lease: Duration::from_secs(8), namespace: "nodes".into(), peers: Peers::default() }
    }
}
