//! What the other nodes of the deployment understand, so that nodes of two versions can share one Redis while
//! those of the version before are replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The version of what nodes tell each other. Nodes that do not say theirs are of version 1.
///
/// - 2: a publication may carry the header of its event.
pub(crate) const VERSION: u32 = 2;

/// Whether all nodes that live are of this version or a later one, as far as this node knows: at the start it
/// knows of none. Presence finds it out with its lease; the broker asks.
#[derive(Clone, Debug, Default)]
pub struct Peers(Arc<AtomicBool>);

impl Peers {
    /// Peers that all are of this version, for a program that is alone.
    pub fn current() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Whether what was new in this version may be told to all nodes.
    pub fn are_current(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes what the leases say.
    pub(crate) fn note(&self, are_current: bool) {
        self.0.store(are_current, Ordering::Relaxed);
    }
}
