//! What nodes tell each other about tokens that were taken.
//!
//! Nobody waits for it. A node gives out tokens by what it knows itself, reports every few to the ledger, and
//! learns what all nodes together gave out. So with N nodes somebody gets what one node would give, and once
//! more a burst for each further node within the moment until they have settled.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use storage::StorageError;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::accounts::Account;
use super::bucket::{Bucket, Rate};
use super::now_ns;

/// How long reports are collected before they are sent.
const SETTLE_EVERY: Duration = Duration::from_millis(100);
/// The pause after the ledger could not be reached.
const RETRY: Duration = Duration::from_secs(1);
/// How many buckets may wait to be reported; of others nothing is reported.
const WAITING: usize = 10_000;

/// Tokens that were taken from one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The account's key, and the number of the bucket.
    pub bucket: (u128, u8),
    /// How long these tokens take to come back.
    pub refills_in: Duration,
}

/// Adds up what all nodes give out.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Adds what was taken, and returns for each bucket, in the same order, how long it takes until it is
    /// full again, by the reports of all nodes.
    async fn settle(&self, spent: &[Spent]) -> Result<Vec<Duration>, StorageError>;
}

/// One bucket that has to be reported.
pub(super) struct Report {
    pub(super) holder: Arc<dyn BucketOwner>,
    pub(super) which: u8,
    pub(super) rate: Rate,
}

/// An account with any number of buckets.
pub(super) trait BucketOwner: Send + Sync {
    fn key(&self) -> u128;
    fn bucket(&self, which: u8) -> Option<&Bucket>;
}

impl<const N: usize> BucketOwner for Account<N> {
    fn key(&self) -> u128 {
        self.key
    }

    fn bucket(&self, which: u8) -> Option<&Bucket> {
        self.buckets.get(usize::from(which))
    }
}

/// The buckets that wait to be reported.
#[derive(Default)]
pub(super) struct Reports {
    waiting: Mutex<Vec<Report>>,
    some: Notify,
}

impl Reports {
    pub(super) fn push(&self, report: Report) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.push(report);
            drop(waiting);
            self.some.notify_one();
        } else if let Some(bucket) = report.holder.bucket(report.which) {
            bucket.take_unreported();
        }
    }

    fn take(&self) -> Vec<Report> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reports to the ledger until `stop`. While that cannot be reached, each node limits by its own counts.
pub(super) async fn settle(reports: Arc<Reports>, ledger: Arc<dyn Ledger>, stop: CancellationToken) {
    let mut is_away = false;
    let work = async {
        loop {
            reports.some.notified().await;
            sleep(if is_away { RETRY } else { SETTLE_EVERY }).await;
            let reported = report(&reports.take(), &*ledger).await;
            match (&reported, is_away) {
                (Err(error), false) => warn!("each node counts for itself what people do: {error}"),
                (Ok(()), true) => info!("all nodes count together again what people do"),
                _ => {}
            }
            is_away = reported.is_err();
        }
    };
    tokio::select! {
        () = work => {}
        () = stop.cancelled() => {}
    }
}

async fn report(reports: &[Report], ledger: &dyn Ledger) -> Result<(), StorageError> {
    let buckets: Vec<_> = reports.iter().filter_map(|one| Some((one, one.holder.bucket(one.which)?))).collect();
    let spent: Vec<_> = buckets
        .iter()
        .map(|(report, bucket)| Spent {
            bucket: (report.holder.key(), report.which),
            refills_in: Duration::from_nanos(report.rate.ns_of(bucket.take_unreported())),
        })
        .collect();
    let full_in = ledger.settle(&spent).await?;
    let now_ns = now_ns();
    for ((report, bucket), full_in) in buckets.iter().zip(full_in) {
        let full_in = u64::try_from(full_in.as_nanos()).unwrap_or(u64::MAX);
        bucket.learn(report.rate, now_ns.saturating_add(full_in));
    }
    Ok(())
}
