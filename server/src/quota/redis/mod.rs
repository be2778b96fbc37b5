//! The quota counters of all nodes, in the first Redis, where they expire by themselves; and how full Redis
//! and the database are.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use redis::Script;
use storage::StorageError;
use storage::clock::now_ms;
use storage::postgres::Postgres;
use storage::redis::Router;
use storage::redis::scripts;

use super::{Addition, Counters, Stored};

mod size;

use size::DatabaseSize;

/// The counters of a deployment, in Redis.
pub struct RedisCounters {
    router: Router,
    /// The beginning of the counters' names. All are in one slot, because one script changes several.
    counters: String,
    add: Script,
    database: Option<Arc<DatabaseSize>>,
}

impl RedisCounters {
    /// Counters over the broker's connections for commands; the size of `database` counts as stored.
    pub fn new(router: Router, database: Option<Postgres>) -> Self {
        let counters = router.keyspace().name("{quota}:");
        Self { router, counters, add: Script::new(scripts::quotas::ADD), database: database.map(DatabaseSize::of) }
    }
}

#[async_trait]
impl Counters for RedisCounters {
    async fn add(&self, additions: Vec<Addition>) -> Result<Option<usize>, StorageError> {
        let mut add = self.add.prepare_invoke();
        for Addition { name, .. } in &additions {
            add.key(format!("{}{name}", self.counters));
        }
        for Addition { amount, limit, until_ms, .. } in &additions {
            let lives_s = until_ms.saturating_sub(now_ms()) / 1000 + 1;
            add.arg(*amount).arg(*limit).arg(lives_s);
        }
        let full: usize = self.router.at(0, &self.counters)?.invoke(&add).await?;
        Ok(full.checked_sub(1))
    }

    async fn stored(&self) -> Result<Stored, StorageError> {
        let mut info = redis::cmd("INFO");
        info.arg("memory");
        let shards = self.router.all();
        let answers = join_all(shards.iter().map(|shard| shard.run::<String>(&info))).await;
        let mut stored = Stored::default();
        if let Some(database) = &self.database {
            stored.bytes = database.bytes().await;
        }
        // A shard that is away cannot be filled.
        for answer in answers.iter().flatten() {
            let used = number(answer, "used_memory:");
            stored.bytes = stored.bytes.saturating_add(number(answer, "used_memory_dataset:"));
            if let Some(percent) = used.saturating_mul(100).checked_div(number(answer, "maxmemory:")) {
                stored.percent_of_store = stored.percent_of_store.max(percent);
            }
        }
        match answers.into_iter().all(|answer| answer.is_err()) {
            true => Err(StorageError::Unavailable("no Redis says how full it is".into())),
            false => Ok(stored),
        }
    }
}

fn number(info: &str, name: &str) -> u64 {
    info.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0)
}
