//! The buckets of the sessions and networks that were active lately, a bounded number of them.
//!
//! A cache that drops what was not used lately would not do: an account with an empty bucket must not come back
//! with a full one, nor an account that a connection holds get a second one. So those two stay while there is
//! room, and when there is none, only accounts that nobody holds are dropped.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::bucket::{Bucket, Rate};
use super::cost::Purpose;
use super::ledger::{Report, Reports};

/// The map is split into so many parts, each with a lock of its own.
const SHARDS: usize = 16;
/// How many accounts are checked for each new one: more than one, so that unused ones are dropped in time.
const LOOKS: usize = 2;
/// The same where there is no room left.
const LOOKS_WHEN_FULL: usize = 16;

/// The `N` buckets of a session or a network.
#[derive(Debug)]
pub(super) struct Account<const N: usize> {
    pub(super) key: u128,
    /// When this node first saw it, in nanoseconds of [`now_ns`](super::now_ns).
    pub(super) since_ns: u64,
    /// How many times the limit of one person or one address it has.
    pub(super) times: u32,
    /// The account of the wider network of an address, which is charged as well.
    pub(super) wider: Option<Arc<Self>>,
    /// Limits how many of its requests run at a time.
    pub(super) permits: Option<Arc<Semaphore>>,
    pub(super) buckets: [Bucket; N],
}

/// Accounts by their keys. An account that nobody holds and whose buckets are full can be dropped.
pub(super) struct Accounts<const N: usize> {
    /// The rate of each bucket; `None`: it is not counted.
    rates: [Option<Rate>; N],
    /// Collects what other nodes have to know; `None`: there are none.
    reports: Option<Arc<Reports>>,
    shards: [Mutex<Shard<N>>; SHARDS],
    /// How many accounts one part remembers that nobody holds.
    at_most: usize,
}

struct Shard<const N: usize> {
    known: HashMap<u128, Arc<Account<N>>>,
    /// All keys, in the order in which they are checked.
    round: VecDeque<u128>,
}

impl<const N: usize> Account<N> {
    pub(super) fn new(key: u128, now_ns: u64, times: u32, wider: Option<Arc<Self>>) -> Self {
        Self { key, since_ns: now_ns, times, wider, permits: None, buckets: std::array::from_fn(|_| Bucket::default()) }
    }

    /// Allows each account so many requests at a time.
    pub(super) fn with_permits(self, permits: usize) -> Self {
        Self { permits: Some(Arc::new(Semaphore::new(permits))), ..self }
    }
}

impl<const N: usize> Accounts<N> {
    pub(super) fn new(rates: [Option<Rate>; N], reports: Option<Arc<Reports>>, at_most: usize) -> Self {
        let shard = |_| Mutex::new(Shard { known: HashMap::new(), round: VecDeque::new() });
        Self { rates, reports, shards: std::array::from_fn(shard), at_most: at_most / SHARDS }
    }

    /// Whether a purpose has a rate; the operator may have switched it off.
    pub(super) fn counts(&self, purpose: Purpose) -> bool {
        self.rates.get(purpose as usize).is_some_and(Option::is_some)
    }

    /// The account of a key; a new one is made by `make`.
    pub(super) fn get(&self, key: u128, make: impl FnOnce() -> Account<N>, now_ns: u64) -> Arc<Account<N>> {
        let mut shard = self.shard(key);
        if let Some(known) = shard.known.get(&key) {
            return known.clone();
        }
        shard.tidy(now_ns, self.at_most);
        let made = Arc::new(make());
        shard.known.insert(key, made.clone());
        shard.round.push_back(key);
        made
    }

    /// Takes tokens from an account and all wider ones, or from none.
    ///
    /// # Errors The time until there are enough, in nanoseconds.
    pub(super) fn take(
        &self,
        account: &Arc<Account<N>>,
        purpose: Purpose,
        tokens: u32,
        now_ns: u64,
    ) -> Result<(), u64> {
        for (at, (_, bucket, rate)) in self.buckets(account, purpose).enumerate() {
            if let Err(wait) = bucket.take(rate, now_ns, tokens) {
                self.buckets(account, purpose).take(at).for_each(|(_, bucket, rate)| bucket.give_back(rate, tokens));
                return Err(wait);
            }
        }
        Ok(())
    }

    /// Gives tokens back that were just taken.
    pub(super) fn give_back(&self, account: &Arc<Account<N>>, purpose: Purpose, tokens: u32) {
        self.buckets(account, purpose).for_each(|(_, bucket, rate)| bucket.give_back(rate, tokens));
    }

    /// Takes tokens even if there are not enough.
    pub(super) fn charge(&self, account: &Arc<Account<N>>, purpose: Purpose, tokens: u32, now_ns: u64) {
        self.buckets(account, purpose).for_each(|(_, bucket, rate)| bucket.charge(rate, now_ns, tokens));
        self.note(account, purpose, tokens);
    }

    /// Notes for the other nodes how many tokens were taken.
    pub(super) fn note(&self, account: &Arc<Account<N>>, purpose: Purpose, tokens: u32) {
        let Some(reports) = &self.reports else { return };
        for (account, bucket, rate) in self.buckets(account, purpose) {
            if tokens > 0 && bucket.note(rate, tokens) {
                reports.push(Report { holder: account.clone(), which: purpose as u8, rate });
            }
        }
    }

    /// The buckets of a purpose: the account's own, and those of the wider networks.
    fn buckets<'a>(
        &'a self,
        account: &'a Arc<Account<N>>,
        purpose: Purpose,
    ) -> impl Iterator<Item = (&'a Arc<Account<N>>, &'a Bucket, Rate)> {
        let rate = self.rates.get(purpose as usize).copied().flatten();
        let accounts = std::iter::successors(rate.map(|_| account), |account| account.wider.as_ref());
        accounts.filter_map(move |account| {
            Some((account, account.buckets.get(purpose as usize)?, rate?.times(account.times)))
        })
    }

    fn shard(&self, key: u128) -> MutexGuard<'_, Shard<N>> {
        #[expect(clippy::cast_possible_truncation, reason = "any part of it tells shards apart")]
        let shard = &self.shards[(key >> 64) as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<const N: usize> Shard<N> {
    /// Checks a few accounts, never all of them, and drops those that can go.
    fn tidy(&mut self, now_ns: u64, at_most: usize) {
        let is_crowded = self.known.len() >= at_most;
        for _ in 0..if is_crowded { LOOKS_WHEN_FULL } else { LOOKS } {
            let Some(key) = self.round.pop_front() else { return };
            let (is_held, is_full) = match self.known.get(&key) {
                Some(account) => {
                    let is_full = account.buckets.iter().all(|bucket| bucket.is_full(now_ns));
                    (Arc::strong_count(account) > 1, is_full)
                }
                None => continue,
            };
            // An account that is dropped early comes back as a newcomer, with a smaller allowance.
            if !is_held && (is_full || (is_crowded && self.known.len() >= at_most)) {
                self.known.remove(&key);
            } else {
                self.round.push_back(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::new(1, 60);
    const SECOND_NS: u64 = 1_000_000_000;

    fn known(accounts: &Accounts<1>) -> usize {
        accounts.shards.iter().map(|shard| shard.lock().unwrap().known.len()).sum()
    }

    /// Keys of one shard.
    fn open(accounts: &Accounts<1>, key: u128, now_ns: u64) -> Arc<Account<1>> {
        accounts.get(key, || Account::new(key, now_ns, 1, None), now_ns)
    }

    #[test]
    fn what_nobody_uses_goes_and_who_is_there_or_has_used_something_up_stays() {
        let accounts = Accounts::<1>::new([Some(RATE)], None, 16_000);
        let held = open(&accounts, 0, 0);
        open(&accounts, 1, 0).buckets[0].take(RATE, 0, 1).unwrap();
        for key in 2..1_000 {
            open(&accounts, key, 0);
        }
        assert!(known(&accounts) < 10, "{}", known(&accounts));
        assert!(Arc::ptr_eq(&held, &open(&accounts, 0, 0)));
        assert!(open(&accounts, 1, 0).buckets[0].take(RATE, 0, 1).is_err());
        for key in 2..20 {
            open(&accounts, key, 2 * SECOND_NS);
        }
        assert!(open(&accounts, 1, 2 * SECOND_NS).buckets[0].take(RATE, 0, 1).is_ok(), "forgotten by then");
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let accounts = Accounts::<1>::new([Some(RATE)], None, 160);
        for key in 0..10_000 {
            open(&accounts, key, 0).buckets[0].charge(RATE, 0, 3);
        }
        assert!(known(&accounts) <= 10, "{} in one shard", known(&accounts));
    }
}
