//! The errors that the calls of pages are answered with.

use std::time::Duration;

use app::api::ApiError;
use protocol::{ErrorCode, Refusal};
use storage::StorageError;
use tracing::warn;

use crate::metrics::count_refusal;
use crate::quizzes::DAMAGED;

/// The error for a refusal, which is counted.
pub(super) fn refused(refusal: Refusal) -> ApiError {
    count_refusal(&refusal);
    match refusal.code {
        ErrorCode::Unavailable => ApiError::Unavailable,
        // The sentence says what is full, or what there was too much of.
        _ => ApiError::Refused(refusal),
    }
}

/// The error for too many requests.
pub(super) fn too_fast(wait: Duration) -> ApiError {
    ApiError::RateLimited { retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1) }
}

/// The error when the log, presence or the list of rooms cannot be reached.
pub(super) fn unavailable(error: StorageError) -> ApiError {
    warn!("a page could not be answered: {error}");
    match error {
        StorageError::Corrupt(_) => ApiError::Invalid(DAMAGED.into()),
        _ => ApiError::Unavailable,
    }
}
