//! Why a store did not do what it was asked for.

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
    /// Damaged data: `what` says which, without its content. It is logged and counted here, once for each time
    /// that it was found.
    pub fn corrupt(what: impl Into<String>) -> Self {
        let what = what.into();
        error!("damaged data in the store: {what}");
        metrics::counter!(CORRUPT_DATA).increment(1);
        Self::Corrupt(what)
    }

    /// Whether a later try may succeed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}
