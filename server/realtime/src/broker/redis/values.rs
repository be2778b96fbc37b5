//! What scripts of a log are given, and what they return.

use std::time::Duration;

use protocol::{Epoch, Position};
use storage::StorageError;

/// The seconds that a log stays, as text; empty for ever.
pub(super) fn retain_seconds(retain: Option<Duration>) -> String {
    retain.map(|retain| retain.as_secs().to_string()).unwrap_or_default()
}

/// Parses the position that a script returned.
pub(super) fn position(epoch: &str, offset: u64) -> Result<Position, StorageError> {
    let epoch = Epoch::parse(epoch).map_err(|error| StorageError::corrupt(format!("the epoch of a log: {error}")))?;
    Ok(Position { epoch, offset })
}
