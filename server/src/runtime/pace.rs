//! How often a busy thread looks for what is new.
//!
//! Where little happens each thing wakes the thread and is done at once. Where
//! much happens, but not enough to fill a core, a thread would be woken for
//! nearly every frame, and each time find its code and data gone from the
//! caches: waking would cost more than the work. So a thread may look so many
//! times a second, and a few times more in a row; who looks oftener waits first,
//! and then finds more to do together. A network card's interrupts are
//! moderated in the same way. Who is never idle never comes here.
//!
//! The waits end when the time of day is a multiple of the pace: nodes on one
//! machine then ask Redis in one moment, and it answers them in one go.

use std::cell::Cell;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Looks in a row that nobody waits before.
const AT_ONCE: f64 = 8.0;

thread_local! {
    static PACE: Cell<Option<Pace>> = const { Cell::new(None) };
}

/// To be called by a thread that has nothing left to do, before it looks for what is new.
pub(super) fn keep(every: Duration) {
    let now = Instant::now();
    let mut pace = PACE.get().unwrap_or(Pace { looks: AT_ONCE, counted: now });
    let is_too_soon = !pace.may_look(every, now);
    if is_too_soon {
        let time_of_day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wait = until_multiple(every, time_of_day);
        pace.counted = now + wait;
        sleep(wait);
    }
    PACE.set(Some(pace));
}

/// A bucket of looks, which fills by one in each pace.
#[derive(Clone, Copy)]
struct Pace {
    looks: f64,
    /// Up to when they are counted; the wait for a look does not earn another one.
    counted: Instant,
}

impl Pace {
    fn may_look(&mut self, every: Duration, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.counted).div_duration_f64(every);
        self.counted = now;
        self.looks = (self.looks + earned).min(AT_ONCE);
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

    fn looks_without_a_wait(gap: Duration, tries: u32) -> usize {
        let start = Instant::now();
        let mut pace = Pace { looks: AT_ONCE, counted: start };
        (0..tries).filter(|&nth| pace.may_look(EVERY, start + gap * nth)).count()
    }

    #[test]
    fn who_has_little_to_do_never_waits() {
        assert_eq!(looks_without_a_wait(EVERY, 1_000), 1_000);
    }

    #[test]
    fn a_few_in_a_row_are_done_at_once() {
        assert_eq!(looks_without_a_wait(Duration::ZERO, 8), 8);
    }

    #[test]
    fn who_is_woken_all_the_time_waits() {
        let at_once = looks_without_a_wait(EVERY / 10, 1_000);
        assert!(at_once < 20, "{at_once}");
    }

    #[test]
    fn a_wait_is_never_longer_than_the_pace() {
        let time_of_day = |micros| Duration::from_micros(micros);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_000)), EVERY);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_500)), Duration::from_micros(1_500));
        assert_eq!(until_multiple(EVERY, time_of_day(1_001_999)), Duration::from_micros(1));
    }
}
