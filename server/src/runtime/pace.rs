//! How often a busy thread looks for what is new.
//!
//! While there is room, each thing wakes the thread and is done at once: latency
//! wins. A thread that is woken for nearly every frame finds its code and data
//! gone from the caches each time, and waking costs more than the work; where
//! that fills most of a core, a thread may look so many times a second, and a few
//! times more in a row. Who looks oftener waits first, and then finds more to do
//! together, as a network card's interrupts are moderated. Who is never idle
//! never comes here.
//!
//! The waits end when the time of day is a multiple of the pace: nodes on one
//! machine then ask Redis in one moment, and it answers them in one go.

use std::cell::Cell;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Looks in a row that nobody waits before.
const AT_ONCE: f64 = 8.0;
/// A thread that works for a smaller part of its time does not wait.
const BUSY: f64 = 0.6;
/// How far back that is looked at: what was so long ago counts a third.
const LOOKING_BACK: Duration = Duration::from_millis(100);

thread_local! {
    static PACE: Cell<Option<Pace>> = const { Cell::new(None) };
}

/// To be called by a thread that has nothing left to do, before it looks for what is new.
pub(super) fn keep(every: Duration) {
    let now = Instant::now();
    let mut pace = PACE.get().unwrap_or_else(|| Pace::new(now));
    pace.rests(now);
    if !pace.may_look(every, now) {
        let time_of_day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wait = until_multiple(every, time_of_day);
        pace.counted = now + wait;
        sleep(wait);
    }
    PACE.set(Some(pace));
}

/// To be called by a thread that has found something to do.
pub(super) fn work() {
    let now = Instant::now();
    PACE.set(PACE.get().map(|pace| Pace { woken: now, ..pace }));
}

/// How busy a thread is, and a bucket of looks, which fills by one in each pace.
#[derive(Clone, Copy)]
struct Pace {
    looks: f64,
    /// Up to when they are counted; the wait for a look does not earn another one.
    counted: Instant,
    /// The part of its time that the thread worked lately, 0 to 1.
    busy: f64,
    /// When it began the work that it does, or did last.
    woken: Instant,
    /// When that had an end.
    rested: Instant,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self { looks: AT_ONCE, counted: now, busy: 0.0, woken: now, rested: now }
    }

    /// The work has an end.
    fn rests(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.rested);
        if since.is_zero() {
            return;
        }
        let busy = now.saturating_duration_since(self.woken).div_duration_f64(since).min(1.0);
        let weight = (-since.div_duration_f64(LOOKING_BACK)).exp();
        self.busy = self.busy * weight + busy * (1.0 - weight);
        self.rested = now;
    }

    fn may_look(&mut self, every: Duration, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.counted).div_duration_f64(every);
        self.counted = now;
        self.looks = (self.looks + earned).min(AT_ONCE);
        if self.busy < BUSY {
            return true;
        }
        let may = self.looks >= 1.0;
        self.looks = if may { self.looks - 1.0 } else { 0.0 };
        may
    }
}

fn until_multiple(every: Duration, time_of_day: Duration) -> Duration {
    let into = time_of_day.as_nanos() % every.as_nanos();
    every.saturating_sub(Duration::from_nanos(u64::try_from(into).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(2);

    /// A thread that is woken after each `gap` and then works for a part of the time since it was woken before.
    fn looks_without_a_wait(gap: Duration, busy: f64, tries: u32) -> usize {
        let mut now = Instant::now();
        let mut pace = Pace { busy, ..Pace::new(now) };
        let mut look = || {
            now += gap;
            pace.woken = now - gap.mul_f64(busy);
            pace.rests(now);
            pace.may_look(EVERY, now)
        };
        (0..tries).filter(|_| look()).count()
    }

    #[test]
    fn who_is_woken_seldom_never_waits() {
        assert_eq!(looks_without_a_wait(EVERY, 0.9, 1_000), 1_000);
    }

    #[test]
    fn a_few_in_a_row_are_done_at_once() {
        assert_eq!(looks_without_a_wait(Duration::ZERO, 1.0, 8), 8);
    }

    #[test]
    fn who_is_woken_all_the_time_waits_when_that_takes_most_of_it() {
        let at_once = looks_without_a_wait(EVERY / 10, 0.7, 1_000);
        assert!(at_once < 120, "{at_once}");
        assert_eq!(looks_without_a_wait(EVERY / 10, 0.5, 1_000), 1_000);
    }

    #[test]
    fn a_tenth_of_a_second_of_work_makes_a_thread_busy() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.rests(start + LOOKING_BACK);
        assert!(pace.busy > BUSY, "{}", pace.busy);
        pace.woken = start + 3 * LOOKING_BACK;
        pace.rests(start + 3 * LOOKING_BACK);
        assert!(pace.busy < 0.2, "{}", pace.busy);
    }

    #[test]
    fn a_wait_is_never_longer_than_the_pace() {
        let time_of_day = |micros| Duration::from_micros(micros);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_000)), EVERY);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_500)), Duration::from_micros(1_500));
        assert_eq!(until_multiple(EVERY, time_of_day(1_001_999)), Duration::from_micros(1));
    }
}
