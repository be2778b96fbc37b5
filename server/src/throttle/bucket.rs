//! A token bucket of a few bytes, without a lock (GCRA: the generic cell rate algorithm).
//!
//! Knows numbers alone, neither a clock nor whose bucket it is.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

const MINUTE_NS: u64 = 60_000_000_000;
/// The largest debt, in whole buckets, however much a piece of work had cost.
const MOST_DEBT: u64 = 4;

/// How much a bucket holds, and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    burst: u32,
    per_minute: u32,
}

/// The tokens of one account.
///
/// The only state is the time at which the bucket will be full again: each token that is taken delays it by
/// the time that one token takes to come back.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    full_at_ns: AtomicU64,
    /// Tokens that were taken here and not yet reported to the other nodes.
    unreported: AtomicU32,
}

impl Rate {
    pub(super) const fn new(burst: u32, per_minute: u32) -> Self {
        let (burst, per_minute) = (if burst == 0 { 1 } else { burst }, if per_minute == 0 { 1 } else { per_minute });
        Self { burst, per_minute }
    }

    pub(super) const fn burst(self) -> u32 {
        self.burst
    }

    pub(super) fn times(self, times: u32) -> Self {
        self.stretched(times, times)
    }

    /// A rate with `at_once` times the burst, and `as_fast` times the speed.
    pub(super) fn stretched(self, at_once: u32, as_fast: u32) -> Self {
        Self::new(self.burst.saturating_mul(at_once), self.per_minute.saturating_mul(as_fast))
    }

    /// How long one token takes to come back, in nanoseconds.
    fn interval_ns(self) -> u64 {
        (MINUTE_NS / u64::from(self.per_minute)).max(1)
    }

    /// How long so many tokens take to come back, in nanoseconds.
    pub(super) fn ns_of(self, tokens: u32) -> u64 {
        self.interval_ns().saturating_mul(tokens.into())
    }

    fn capacity_ns(self) -> u64 {
        self.ns_of(self.burst)
    }

    /// How many tokens a node may give out before it reports them.
    fn report_threshold(self) -> u32 {
        (self.burst / 4).max(1)
    }
}

impl Bucket {
    /// Takes tokens if there are enough; more than a whole bucket is taken as one.
    ///
    /// # Errors The time until there are enough, in nanoseconds.
    pub(super) fn take(&self, rate: Rate, now_ns: u64, tokens: u32) -> Result<(), u64> {
        let cost = rate.ns_of(tokens.min(rate.burst));
        let after = |full_at: u64| full_at.max(now_ns).saturating_add(cost);
        let wait = |full_at: u64| (after(full_at) - now_ns).saturating_sub(rate.capacity_ns());
        let fits = |full_at| (wait(full_at) == 0).then(|| after(full_at));
        self.full_at_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).map(drop).map_err(wait)
    }

    /// Takes tokens for what was done already, even if there are not enough.
    pub(super) fn charge(&self, rate: Rate, now_ns: u64, tokens: u32) {
        let most = now_ns.saturating_add(rate.capacity_ns().saturating_mul(MOST_DEBT));
        let charged = |full_at: u64| {
            let after = full_at.max(now_ns).saturating_add(rate.ns_of(tokens));
            Some(after.min(most).max(full_at))
        };
        let _ = self.full_at_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, charged);
    }

    /// Gives tokens back that were just taken and not used.
    pub(super) fn give_back(&self, rate: Rate, tokens: u32) {
        let cost = rate.ns_of(tokens.min(rate.burst));
        let before = |full_at: u64| Some(full_at.saturating_sub(cost));
        let _ = self.full_at_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, before);
    }

    /// How many tokens are missing in it.
    pub(super) fn used(&self, rate: Rate, now_ns: u64) -> u32 {
        let missing_ns = self.full_at_ns.load(Ordering::Relaxed).saturating_sub(now_ns);
        u32::try_from(missing_ns / rate.interval_ns()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_full(&self, now_ns: u64) -> bool {
        self.full_at_ns.load(Ordering::Relaxed) <= now_ns
    }

    /// Counts tokens that have to be reported; true when it is time to report them.
    pub(super) fn note(&self, rate: Rate, tokens: u32) -> bool {
        let before = self.unreported.fetch_add(tokens, Ordering::Relaxed);
        before < rate.report_threshold() && before.saturating_add(tokens) >= rate.report_threshold()
    }

    /// Takes the number of tokens to be reported now.
    pub(super) fn take_unreported(&self) -> u32 {
        self.unreported.swap(0, Ordering::Relaxed)
    }

    /// Learns from the ledger that the bucket is not full before `full_at_ns`.
    pub(super) fn learn(&self, rate: Rate, full_at_ns: u64) {
        let unreported = rate.ns_of(self.unreported.load(Ordering::Relaxed));
        self.full_at_ns.fetch_max(full_at_ns.saturating_add(unreported), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND_NS: u64 = 1_000_000_000;

    #[test]
    fn a_burst_passes_and_then_it_says_how_long_to_wait() {
        let (bucket, rate) = (Bucket::default(), Rate::new(3, 60));
        assert!((0..3).all(|_| bucket.take(rate, 5, 1).is_ok()));
        assert_eq!(bucket.take(rate, 5, 1), Err(SECOND_NS));
        assert_eq!(bucket.take(rate, 5 + SECOND_NS, 1), Ok(()), "after the wait it was told");
        assert!(!bucket.is_full(5 + 3 * SECOND_NS) && bucket.is_full(5 + 4 * SECOND_NS));
    }

    #[test]
    fn what_costs_more_than_a_bucket_takes_a_whole_one() {
        let (bucket, rate) = (Bucket::default(), Rate::new(3, 60));
        assert_eq!(bucket.take(rate, 0, 10), Ok(()));
        assert_eq!(bucket.take(rate, 0, 1), Err(SECOND_NS));
    }

    #[test]
    fn what_is_done_already_is_paid_later() {
        let (bucket, rate) = (Bucket::default(), Rate::new(3, 60));
        bucket.charge(rate, 0, 5);
        assert_eq!(bucket.take(rate, 0, 1), Err(3 * SECOND_NS));
        bucket.charge(rate, 0, u32::MAX);
        assert_eq!(bucket.take(rate, 0, 1), Err(10 * SECOND_NS), "nobody is sent away for ever");
    }

    #[test]
    fn the_others_are_told_once_for_every_few() {
        let (bucket, rate) = (Bucket::default(), Rate::new(20, 120));
        let told: Vec<_> = (1..=12).filter(|_| bucket.note(rate, 1)).collect();
        assert_eq!(told.len(), 1, "until they are");
        assert_eq!(bucket.take_unreported(), 12);
        assert!(bucket.note(rate, 7));
    }

    proptest! {
        #[test]
        fn in_no_span_more_passes_than_a_burst_and_what_came_back_in_it(
            burst in 1u32..50, per_minute in 1u32..6_000,
            asked in prop::collection::vec((0u64..3 * SECOND_NS, 1u32..8), 1..200),
        ) {
            let (bucket, rate) = (Bucket::default(), Rate::new(burst, per_minute));
            let (mut now, mut passed) = (0, Vec::new());
            for (pause, tokens) in asked {
                now += pause;
                let tokens = tokens.min(burst);
                match bucket.take(rate, now, tokens) {
                    Ok(()) => passed.push((now, tokens)),
                    Err(wait) => prop_assert!(wait > 0 && bucket.take(rate, now + wait - 1, tokens).is_err()),
                }
            }
            for (at, (from, _)) in passed.iter().enumerate() {
                let mut sum = 0;
                for (until, tokens) in &passed[at..] {
                    sum += u64::from(*tokens);
                    prop_assert!(sum * rate.interval_ns() <= rate.capacity_ns() + (until - from));
                }
            }
        }
    }
}
