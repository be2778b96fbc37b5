//! Why a store did not do what it was asked for.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use tracing::error;

/// The metric that counts [`StorageError::Corrupt`].
pub const CORRUPT_DATA: &str = "hubbub_corrupt_data_total";

/// Why an operation of a store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The store cannot be reached; a later try may succeed. A change may or may not have happened: repeat it
    /// only where that does no harm.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The store has no room left.
    #[error("the store is full: {0}")]
    Full(String),
    /// The operation was refused because of what is stored, and did nothing: an idempotency key was used for other
    /// content, or what was to be changed is not at the expected version.
    #[error("something else is stored than was expected")]
    Conflict,
    /// What is stored cannot be read. No later try succeeds: an operator has to look.
    #[error("damaged data in the store: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// Damaged data: `what` says which, without its content. It is counted here, once for each time that it was
    /// found. It is logged here, too, but the same sentence once a minute at most: some lists are read twice a second.
    pub fn corrupt(what: impl Into<String>) -> Self {
        let what = what.into();
        metrics::counter!(CORRUPT_DATA).increment(1);
        if is_due(&what, Instant::now()) {
            error!("damaged data in the store: {what}");
        }
        Self::Corrupt(what)
    }

    /// Whether a later try may succeed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}

/// The elements of a list that can be read: a damaged one is left out, because it must not make all the others
/// unreachable. [`StorageError::corrupt`] counted and logged it when it made the error.
///
/// It is for lists of independent things, as people in a room. Where a missing element would change what the others
/// mean, as an answer among those that are counted, collect into a [`Result`] instead.
pub fn readable<T, C: FromIterator<T>>(elements: impl IntoIterator<Item = Result<T, StorageError>>) -> C {
    elements.into_iter().flatten().collect()
}

/// How long the same sentence about damaged data is not logged again.
const LOGGED_AGAIN: Duration = Duration::from_secs(60);
/// How many such sentences are remembered. If there are more, some are logged more often.
const REMEMBERED: usize = 1_000;

/// Whether this sentence should be logged; whoever asks does it.
fn is_due(what: &str, now: Instant) -> bool {
    static LOGGED: LazyLock<Cache<String, Instant>> = LazyLock::new(|| Cache::new(REMEMBERED));
    if LOGGED.get(what).is_some_and(|at| now.saturating_duration_since(at) < LOGGED_AGAIN) {
        return false;
    }
    LOGGED.insert(what.to_owned(), now);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_that_is_found_again_and_again_is_logged_once_a_minute() {
        let now = Instant::now();
        assert!(is_due("a test's quiz", now) && is_due("a test's seat", now));
        assert!(!is_due("a test's quiz", now + LOGGED_AGAIN - Duration::from_secs(1)));
        assert!(is_due("a test's quiz", now + LOGGED_AGAIN));
    }

    #[test]
    fn a_damaged_element_hides_none_of_the_others() {
        let elements = [Ok(1), Err(StorageError::Corrupt("the second".into())), Ok(3)];
        assert_eq!(readable::<_, Vec<_>>(elements), [1, 3]);
    }
}
