//! This node's clock, for times that people read and for expiry. Order is told by offsets and
//! versions, never by this.

use std::time::{SystemTime, UNIX_EPOCH};

/// The system clock, in milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
