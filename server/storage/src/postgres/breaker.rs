//! Whether the database is believed to answer, so that not everybody waits for one that does not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::gauge;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

/// The metric that says whether the database answers: 1 or 0.
pub const UP: &str = "hubbub_database_up";
/// For how long after a failure nobody tries.
const PAUSE: Duration = Duration::from_millis(500);
/// For how long the one who tries after that is alone.
const ALONE: Duration = Duration::from_secs(5);

/// As [`Breaker::retry_at`]: everybody may try.
const ANSWERS: u64 = 0;
/// The same: the database is not migrated yet.
const CLOSED: u64 = u64::MAX;

/// One for each database and node.
pub(super) struct Breaker {
    began_at: Instant,
    /// [`ANSWERS`], [`CLOSED`], or the milliseconds since the beginning after which one caller may try.
    retry_at: AtomicU64,
    /// What goes on until the database can be used.
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Default for Breaker {
    fn default() -> Self {
        gauge!(UP).set(0.0);
        Self { began_at: Instant::now(), retry_at: AtomicU64::new(CLOSED), task: Mutex::default() }
    }
}

impl Breaker {
    /// The database can be used from now on.
    pub(super) fn open(&self) {
        self.retry_at.store(ANSWERS, Ordering::Relaxed);
        gauge!(UP).set(1.0);
    }

    /// Whether the caller may try now.
    pub(super) fn admits(&self) -> bool {
        let retry_at = self.retry_at.load(Ordering::Relaxed);
        if retry_at == ANSWERS {
            return true;
        }
        let now = self.now();
        // Of those who come after the pause one tries, and the others are told at once.
        retry_at <= now
            && self
                .retry_at
                .compare_exchange(retry_at, now + millis(ALONE), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// A statement or a connection failed because of the server.
    pub(super) fn failed(&self) {
        let before = self.retry_at.swap(self.now() + millis(PAUSE), Ordering::Relaxed);
        if before == ANSWERS {
            warn!("the database does not answer");
            gauge!(UP).set(0.0);
        }
    }

    /// The server answered a statement, so everybody may try.
    pub(super) fn answered(&self) {
        if self.retry_at.load(Ordering::Relaxed) != ANSWERS && self.retry_at.swap(ANSWERS, Ordering::Relaxed) != ANSWERS
        {
            info!("the database answers again");
            gauge!(UP).set(1.0);
        }
    }

    /// Holds a task for as long as the database is in use.
    pub(super) fn hold(&self, task: AbortOnDropHandle<()>) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// At least 1, which [`ANSWERS`] is not.
    fn now(&self) -> u64 {
        millis(self.began_at.elapsed()) + 1
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn while_the_database_is_away_one_at_a_time_tries() {
        let breaker = Breaker::default();
        assert!(!breaker.admits(), "not before it is migrated");
        breaker.open();
        assert!(breaker.admits() && breaker.admits());
        breaker.failed();
        assert!(!breaker.admits());
        advance(PAUSE + Duration::from_millis(1)).await;
        assert!(breaker.admits() && !breaker.admits(), "one of them");
        advance(ALONE + Duration::from_millis(1)).await;
        assert!(breaker.admits(), "the one who tried never said what came of it");
        breaker.answered();
        assert!(breaker.admits() && breaker.admits());
    }
}
