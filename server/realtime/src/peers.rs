//! What the other nodes of the deployment understand, so that nodes of two versions can share one Redis while
//! those of the version before are replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The version of what this node understands of others. Nodes that do not say theirs are of version 1.
pub(crate) const VERSION: u32 = REWRITES;
/// The first version in which a publication may carry the header of its event.
pub const HEADERS: u32 = 2;
/// The first version that reads entries of a log as what they were replaced with.
pub const REWRITES: u32 = 3;

/// The least version of all nodes that live, as far as this node knows: until it knows, it takes them to be of
/// version 0. Presence finds it out with its lease; the broker asks.
#[derive(Clone, Debug, Default)]
pub struct Peers(Arc<AtomicU32>);

impl Peers {
    /// Peers that all are of this version, for a program that is alone.
    pub fn current() -> Self {
        Self(Arc::new(AtomicU32::new(VERSION)))
    }

    /// Whether all nodes understand what was new in a version.
    pub fn all_understand(&self, version: u32) -> bool {
        self.0.load(Ordering::Relaxed) >= version
    }

    /// Notes what the leases say; 0 where they do not tell.
    pub(crate) fn note(&self, least: u32) {
        self.0.store(least, Ordering::Relaxed);
    }
}
