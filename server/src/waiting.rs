//! Tells work on another thread that nobody waits for it any more. Knows nothing of the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Somebody who waits for an answer. Dropped, as the future of a caller who has
/// gone is, it says so to the work.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Set when nobody waits any more.
    pub(crate) abandoned: Arc<AtomicBool>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }
}
