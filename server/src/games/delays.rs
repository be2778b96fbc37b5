//! How long each answer to a guessed PIN is delayed.
//!
//! Wrong tries of a network are delayed and never blocked: a class goes on while one of it guesses. A right
//! PIN is delayed like a wrong one, or the delay would tell which it is; a client that hangs up early has
//! learned nothing. Knows no games and keeps no counts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::AddressPrefix;

/// Wrong tries of one network in a minute without a delay.
pub(super) const FREE: u64 = 60;
/// The first delay. It doubles after each [`FREE`] more.
const FIRST: Duration = Duration::from_secs(1);
/// The longest delay: less than the time until a silent connection is closed.
const LONGEST: Duration = Duration::from_secs(8);
/// How many requests of one network are delayed at a time, on this node.
const AT_ONCE: usize = 32;
/// How many requests are delayed at a time, on this node.
const AT_ONCE_IN_ALL: usize = 2_000;

/// The delay of the `nth` try of a minute.
pub(super) fn delay(nth: u64) -> Duration {
    let Some(doublings) = (nth.saturating_sub(1) / FREE).checked_sub(1) else { return Duration::ZERO };
    let factor = 1_u32.checked_shl(u32::try_from(doublings).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
    FIRST.saturating_mul(factor).min(LONGEST)
}

/// The requests that are delayed now.
#[derive(Default)]
pub(super) struct Delays {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    in_all: usize,
    by_prefix: HashMap<AddressPrefix, usize>,
}

/// One delayed request; dropping it makes room.
pub(super) struct Delayed<'a> {
    delays: &'a Delays,
    prefix: AddressPrefix,
}

impl Delays {
    /// Adds a request; `None` when too many of its network wait already.
    pub(super) fn enter(&self, prefix: AddressPrefix) -> Option<Delayed<'_>> {
        let mut waiting = self.lock();
        if waiting.in_all >= AT_ONCE_IN_ALL {
            return None;
        }
        let of_prefix = waiting.by_prefix.entry(prefix).or_default();
        if *of_prefix >= AT_ONCE {
            return None;
        }
        *of_prefix += 1;
        waiting.in_all += 1;
        Some(Delayed { delays: self, prefix })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Delayed<'_> {
    fn drop(&mut self) {
        let mut waiting = self.delays.lock();
        waiting.in_all = waiting.in_all.saturating_sub(1);
        if let Entry::Occupied(mut of_prefix) = waiting.by_prefix.entry(self.prefix) {
            *of_prefix.get_mut() -= 1;
            if *of_prefix.get() == 0 {
                of_prefix.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tries_are_free_and_each_minute_has_room_for_few_more() {
        let seconds = |nth| delay(nth).as_secs();
        assert_eq!([1, 60, 61, 120, 121, 180, 181, 240, 241, 10_000].map(seconds), [0, 0, 1, 1, 2, 2, 4, 4, 8, 8]);
        assert_eq!(seconds(u64::MAX), 8);
        // Whoever keeps all places of a network busy for a minute.
        let (mut now, mut tries) = (0.0, 0);
        while now < 60.0 {
            tries += 1;
            now += delay(tries).as_secs_f64() / AT_ONCE as f64;
        }
        assert!((400..460).contains(&tries), "{tries}: docs say about 430");
    }

    #[test]
    fn a_network_waits_in_so_many_places_and_no_more() {
        let (delays, school) = (Delays::default(), AddressPrefix::of([192, 0, 2, 1].into()));
        let mut waiting: Vec<_> = (0..AT_ONCE).map(|_| delays.enter(school).unwrap()).collect();
        assert!(delays.enter(school).is_none());
        let other = delays.enter(AddressPrefix::of([192, 0, 2, 2].into()));
        assert!(other.is_some(), "another network is not concerned");
        waiting.pop();
        assert!(delays.enter(school).is_some());
        drop((waiting, other));
        let left = delays.lock();
        assert!(left.in_all == 0 && left.by_prefix.is_empty(), "nothing is kept");
    }
}
