//! Tells work on another thread that its caller has gone. Knows nothing of the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A caller that waits. Dropping it, as with the future of a caller who has gone, cancels the work.
#[derive(Default)]
pub struct CancelOnDrop {
    /// Set when the caller has gone.
    pub abandoned: Arc<AtomicBool>,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }
}
