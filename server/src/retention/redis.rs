//! Whose turn it is to sweep a deployment, by a key in Redis.

use std::time::Duration;

use storage::StorageError;
use storage::redis::Router;

/// Gives one node of a deployment a turn in each period.
pub(super) struct Turns {
    router: Router,
    /// A key that exists during a period in which a node has swept.
    key: String,
}

impl Turns {
    pub(super) fn new(router: Router) -> Self {
        Self { key: router.keyspace().name("{authors}:swept"), router }
    }

    /// Takes the turn of a period that is `every` long; false: another node has it.
    pub(super) async fn take(&self, every: Duration) -> Result<bool, StorageError> {
        // A little less, so that the node's next try after the period finds it over.
        let period_ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX) / 10 * 9;
        let mut set = ::redis::cmd("SET");
        set.arg(&self.key).arg(1).arg("NX").arg("PX").arg(period_ms);
        Ok(self.router.at(0, &self.key)?.run::<Option<String>>(&set).await?.is_some())
    }
}
