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
pub struct Peers(Arc<Versions>);

#[derive(Debug, Default)]
struct Versions {
    least: AtomicU32,
    /// The least version of those that were seen last, which may not have been all; 0: none was seen.
    seen: AtomicU32,
}

impl Peers {
    /// Peers that all are of this version, for a program that is alone.
    pub fn current() -> Self {
        let peers = Self::default();
        peers.note(VERSION, VERSION);
        peers
    }

    /// Whether all nodes understand what was new in a version.
    pub fn all_understand(&self, version: u32) -> bool {
        self.0.least.load(Ordering::Relaxed) >= version
    }

    /// Whether a node is seen that does not understand what was new in a version. There may be one that is not seen yet,
    /// in the first seconds of this one.
    pub fn see_one_before(&self, version: u32) -> bool {
        (1..version).contains(&self.0.seen.load(Ordering::Relaxed))
    }

    /// Notes what the leases say; 0 where they do not tell.
    pub(crate) fn note(&self, least: u32, seen: u32) {
        self.0.least.store(least, Ordering::Relaxed);
        self.0.seen.store(seen, Ordering::Relaxed);
    }
}
