//! How much the deployment's database has on its disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use storage::postgres::{Postgres, column};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// All tables with their indexes, also what was deleted and is not used again yet.
const SIZE: &str = "
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
/// How long a measurement is used.
const MEASURED: Duration = Duration::from_secs(1);
/// How long the first one is waited for.
const FIRST_WITHIN: Duration = Duration::from_secs(1);

/// Measured beside what its callers do, because nobody may wait for a database that is away.
pub(super) struct DatabaseSize {
    database: Postgres,
    bytes: AtomicU64,
    /// The one who measures has it, until the next measurement is due.
    turn: Arc<Semaphore>,
}

impl DatabaseSize {
    pub(super) fn of(database: Postgres) -> Arc<Self> {
        Arc::new(Self { database, bytes: AtomicU64::new(0), turn: Arc::new(Semaphore::new(1)) })
    }

    /// The bytes of the last measurement. A database that is away cannot be filled, and has the size that it had.
    pub(super) async fn bytes(self: &Arc<Self>) -> u64 {
        if self.bytes.load(Ordering::Relaxed) == 0 {
            let _ = timeout(FIRST_WITHIN, self.measure()).await;
        }
        if let Ok(turn) = self.turn.clone().try_acquire_owned() {
            let size = self.clone();
            tokio::spawn(async move {
                size.measure().await;
                sleep(MEASURED).await;
                drop(turn);
            });
        }
        self.bytes.load(Ordering::Relaxed)
    }

    async fn measure(&self) {
        let Ok(Some(row)) = self.database.query_opt(SIZE, &[]).await else { return };
        if let Ok(bytes) = column::<i64>(&row, 0) {
            self.bytes.store(bytes.unsigned_abs(), Ordering::Relaxed);
        }
    }
}
