//! One clock for everything that is measured.

use std::time::{Duration, Instant};

/// Nanoseconds since it was made: what fits into a stamp and a histogram.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that shows nothing yet.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since the clock was made.
    pub fn now(&self) -> u64 {
        nanos(self.0.elapsed())
    }
}

/// A duration as nanoseconds; 500 years are enough.
pub fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
