//! The ledger of all nodes, in Redis.
//!
//! A bucket is one key that expires when it is full. Sixteen hash tags spread them over the masters of a
//! cluster, or over independent servers; each tag is asked once for all that is reported.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use redis::Script;
use storage::StorageError;
use storage::redis::Router;
use storage::redis::scripts;

use super::ledger::{Ledger, Spent};

const TAGS: u128 = 16;
/// The most keys of one call of the script: it must not block Redis for long.
const KEYS_AT_ONCE: usize = 256;

/// The ledger of a deployment with Redis.
pub struct RedisLedger {
    router: Router,
    script: Script,
}

impl RedisLedger {
    /// A ledger over the broker's connections for commands.
    pub fn new(router: Router) -> Self {
        Self { router, script: Script::new(scripts::throttle::SETTLE) }
    }

    async fn settle_tag(&self, tag: u128, spent: &[&Spent]) -> Result<Vec<u64>, StorageError> {
        let name = self.router.keyspace().name(format_args!("{{throttle:{tag}}}"));
        let shard = self.router.at(self.router.site_of_name(&name), &name)?;
        let mut full_in = Vec::with_capacity(spent.len());
        for some in spent.chunks(KEYS_AT_ONCE) {
            let mut call = self.script.prepare_invoke();
            for Spent { bucket: (key, which), refills_in } in some {
                call.key(format!("{name}:{key:032x}:{which}"));
                call.arg(u64::try_from(refills_in.as_micros()).unwrap_or(u64::MAX));
            }
            full_in.extend(shard.invoke::<Vec<u64>>(&call).await?);
        }
        Ok(full_in)
    }
}

#[async_trait]
impl Ledger for RedisLedger {
    async fn settle(&self, spent: &[Spent]) -> Result<Vec<Duration>, StorageError> {
        let by_tag = (0..TAGS).map(|tag| {
            let at: Vec<usize> = (0..spent.len()).filter(|at| spent[*at].bucket.0 % TAGS == tag).collect();
            let some: Vec<_> = at.iter().map(|at| &spent[*at]).collect();
            async move {
                if at.is_empty() {
                    return Ok((at, Vec::new()));
                }
                self.settle_tag(tag, &some).await.map(|full_in| (at, full_in))
            }
        });
        // For buckets on a shard that is away each node counts alone.
        let mut all = vec![Duration::ZERO; spent.len()];
        let mut trouble = None;
        for settled in join_all(by_tag).await {
            match settled {
                Ok((at, full_in)) => {
                    at.into_iter().zip(full_in).for_each(|(at, micros)| all[at] = Duration::from_micros(micros));
                }
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            Some(error) if all.iter().all(Duration::is_zero) => Err(error),
            _ => Ok(all),
        }
    }
}
