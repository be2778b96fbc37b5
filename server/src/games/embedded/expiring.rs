//! Entries with a time until which they hold: codes, and counts of wrong tries.
//!
//! This is no cache that makes room by dropping something. Whoever has many networks could displace the counts
//! of their own tries by it, and begin anew; and a code has to be good for as long as its host was told. So an
//! entry goes only when it has expired. Their number is bounded by how many networks try something within
//! a minute, and by how many codes hosts ask for.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use tokio::time::Instant;

/// With fewer entries, expired ones are not looked for.
const FEW: usize = 10_000;

/// A map whose entries expire.
pub(super) struct Expiring<K, V> {
    entries: HashMap<K, (V, Instant)>,
    /// At how many entries the expired ones are dropped next.
    sweep_at: usize,
}

impl<K, V> Default for Expiring<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), sweep_at: FEW }
    }
}

impl<K: Eq + Hash, V> Expiring<K, V> {
    /// The entry of a key, if it still holds.
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let now = Instant::now();
        self.entries.get(key).filter(|(_, until)| *until > now).map(|(value, _)| value)
    }

    /// Makes an entry that holds until a moment, in place of an earlier one.
    pub(super) fn insert(&mut self, key: K, value: V, until: Instant) {
        self.sweep();
        self.entries.insert(key, (value, until));
    }

    /// Takes an entry out, with the moment until which it would have held.
    pub(super) fn remove(&mut self, key: &K) -> Option<(V, Instant)> {
        self.entries.remove(key).filter(|(_, until)| *until > Instant::now())
    }

    /// Drops the expired entries, when there are twice as many as were left the last time: so each costs
    /// the same, however many there are.
    fn sweep(&mut self) {
        if self.entries.len() >= self.sweep_at {
            let now = Instant::now();
            self.entries.retain(|_, (_, until)| *until > now);
            self.sweep_at = FEW.max(2 * self.entries.len());
        }
    }
}

impl<K: Eq + Hash> Expiring<K, u64> {
    /// Counts one more under a key, and returns the count; a new one holds until a moment.
    pub(super) fn count(&mut self, key: K, until: Instant) -> u64 {
        self.sweep();
        let now = Instant::now();
        let entry = self.entries.entry(key).or_insert((0, until));
        if entry.1 <= now {
            *entry = (0, until);
        }
        entry.0 += 1;
        entry.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_other_networks_resets_no_count_before_its_minute_is_over() {
        let mut tries = Expiring::default();
        let until = || Instant::now() + MINUTE;
        for nth in 1..=61 {
            assert_eq!(tries.count("school".to_owned(), until()), nth);
        }
        for other in 0..5 * FEW {
            tries.count(format!("network {other}"), until());
        }
        assert_eq!(tries.count("school".to_owned(), until()), 62);
        tokio::time::advance(MINUTE).await;
        assert_eq!(tries.get("school"), None);
        assert_eq!(tries.count("school".to_owned(), until()), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_expired_is_dropped_in_time() {
        let mut codes = Expiring::default();
        for minute in 0..10 {
            for code in 0..FEW {
                codes.insert((minute, code), (), Instant::now() + MINUTE);
            }
            tokio::time::advance(MINUTE).await;
        }
        assert!(codes.entries.len() <= 2 * FEW, "{}", codes.entries.len());
        assert_eq!(codes.remove(&(9, 0)), None, "expired, though it is still in memory");
    }
}
