//! Limits how often people are sent something: no more often than they can read it.

use std::time::Duration;

use storage::StorageError;
use tokio::time::Instant;

/// The wait between tries while the game cannot be read.
pub(super) const RETRY: Duration = Duration::from_millis(500);
/// How often a damaged game is read again: an operator may repair it while its class waits, and then the game
/// goes on by itself.
const DAMAGED_AGAIN: Duration = Duration::from_secs(60);

/// The wait until something that failed is tried again.
pub(super) fn retry_after(error: &StorageError) -> Duration {
    if error.is_temporary() { RETRY } else { DAMAGED_AGAIN }
}

/// Something that is done at most once in an interval.
pub(super) struct Throttled {
    pub(super) is_due: bool,
    not_before: Instant,
}

impl Throttled {
    pub(super) fn new() -> Self {
        Self { is_due: false, not_before: Instant::now() }
    }

    /// True when it is due now; then the next time is at least `pause` later.
    pub(super) fn begin(&mut self, pause: Duration) -> bool {
        let now = Instant::now();
        if !self.is_due || now < self.not_before {
            return false;
        }
        *self = Self { is_due: false, not_before: now + pause };
        true
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.is_due.then_some(self.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(250);

    #[tokio::test(start_paused = true)]
    async fn what_is_due_all_the_time_is_done_once_in_each_pause() {
        let mut throttled = Throttled::new();
        assert!(!throttled.begin(PAUSE), "nothing is due");
        let mut done = 0;
        for _ in 0..100 {
            throttled.is_due = true;
            done += u32::from(throttled.begin(PAUSE));
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        assert_eq!(done, 4, "in a second");
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_too_early_is_done_when_the_pause_is_over() {
        let mut throttled = Throttled::new();
        throttled.is_due = true;
        assert!(throttled.begin(PAUSE));
        assert_eq!(throttled.next(), None);
        throttled.is_due = true;
        assert!(!throttled.begin(PAUSE));
        assert_eq!(throttled.next(), Some(Instant::now() + PAUSE));
        tokio::time::advance(PAUSE).await;
        assert!(throttled.begin(PAUSE));
    }
}
