//! Positions in a log.

use serde::{Deserialize, Serialize};

use crate::id::Epoch;

/// A position in a log: everything up to and with `offset` has been seen.
///
/// Two positions can be compared only when their epochs are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The epoch of the log: offsets of another one cannot be compared with this.
    pub epoch: Epoch,
    /// 0 before the first publication, then +1 for each.
    pub offset: u64,
}
