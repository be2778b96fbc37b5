//! How often a busy thread polls for new work.
//!
//! While a thread has capacity, every event wakes it and is handled at once: latency wins. A thread that is
//! woken for nearly every frame finds its code and data gone from the caches each time, and waking costs more
//! than the work; where that takes most of its time, a thread may poll only so many times a second, and a few times
//! more in a row. A thread that polls more often waits first, and then finds more to do together, as in the
//! interrupt moderation of a network card. A thread that is never idle is not concerned.
//!
//! The waits end at multiples of the pace on the system clock: nodes on one machine then send to Redis at the
//! same moment, and it answers them together.

use std::cell::Cell;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How many polls in a row are not delayed.
const AT_ONCE: f64 = 8.0;
/// The part of its time in which a thread has to have worked, or waited for a core, before
/// its polls are delayed.
const BUSY: f64 = 0.60;
/// How often that part is measured.
const MEASURED_EVERY: Duration = Duration::from_millis(100);

thread_local! {
    static PACE: Cell<Option<Pace>> = const { Cell::new(None) };
}

/// Is called by a thread that has nothing left to do, before it polls for new work.
#[expect(clippy::disallowed_methods, reason = "the thread has nothing to do: it would be parked")]
pub(super) fn throttle_polls(every: Duration) {
    let now = Instant::now();
    let mut pace = PACE.get().unwrap_or_else(|| Pace::new(now));
    if now.saturating_duration_since(pace.measured) >= MEASURED_EVERY {
        pace.measure(time_at_work(), now);
    }
    if !pace.may_poll(every, now) {
        let time_of_day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wait = until_multiple(every, time_of_day);
        pace.counted = now + wait;
        sleep(wait);
    }
    PACE.set(Some(pace));
}

/// How busy a thread is, and a bucket of polls that gains one in each pace.
#[derive(Clone, Copy)]
struct Pace {
    looks: f64,
    /// Until when the bucket was filled; the delay of a poll does not earn another one.
    counted: Instant,
    is_busy: bool,
    /// When the thread's busy time was last measured, and how much it was.
    measured: Instant,
    at_work: Duration,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self { looks: AT_ONCE, counted: now, is_busy: false, measured: now, at_work: time_at_work() }
    }

    fn measure(&mut self, at_work: Duration, now: Instant) {
        let part = at_work.saturating_sub(self.at_work).div_duration_f64(now.saturating_duration_since(self.measured));
        *self = Self { is_busy: part > BUSY, measured: now, at_work, ..*self };
    }

    fn may_poll(&mut self, every: Duration, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.counted).div_duration_f64(every);
        self.counted = now;
        self.looks = (self.looks + earned).min(AT_ONCE);
        if !self.is_busy {
            return true;
        }
        let may = self.looks >= 1.0;
        self.looks = if may { self.looks - 1.0 } else { 0.0 };
        may
    }
}

/// How long this thread has worked, or waited for a core, since it began: the first two numbers of its
/// `schedstat` (proc(5)), in nanoseconds. Zero where the system does not tell, so that
/// such threads never wait.
fn time_at_work() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let times = text.split_whitespace().take(2).filter_map(|time| time.parse::<u64>().ok());
    Duration::from_nanos(times.sum())
}

fn until_multiple(every: Duration, time_of_day: Duration) -> Duration {
    let into = time_of_day.as_nanos() % every.as_nanos();
    every.saturating_sub(Duration::from_nanos(u64::try_from(into).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(2);

    fn looks_without_a_wait(is_busy: bool, gap: Duration, tries: u32) -> usize {
        let start = Instant::now();
        let mut pace = Pace { is_busy, ..Pace::new(start) };
        (0..tries).filter(|&nth| pace.may_poll(EVERY, start + gap * nth)).count()
    }

    #[test]
    fn who_is_woken_seldom_never_waits() {
        assert_eq!(looks_without_a_wait(true, EVERY, 1_000), 1_000);
    }

    #[test]
    fn a_few_in_a_row_are_done_at_once() {
        assert_eq!(looks_without_a_wait(true, Duration::ZERO, 8), 8);
    }

    #[test]
    fn who_is_woken_all_the_time_waits_when_that_is_most_of_its_time() {
        let at_once = looks_without_a_wait(true, EVERY / 10, 1_000);
        assert!(at_once < 20, "{at_once}");
        assert_eq!(looks_without_a_wait(false, EVERY / 10, 1_000), 1_000);
    }

    #[test]
    fn who_worked_for_most_of_the_last_while_is_busy() {
        let start = Instant::now();
        let mut pace = Pace { at_work: Duration::ZERO, ..Pace::new(start) };
        for (part, is_busy, tenths) in [(0.55, false, 1), (0.65, true, 2), (0.0, false, 3), (1.0, true, 4)] {
            let worked = pace.at_work + MEASURED_EVERY.mul_f64(part);
            pace.measure(worked, start + MEASURED_EVERY * tenths);
            assert_eq!(pace.is_busy, is_busy, "{part}");
        }
    }

    #[test]
    fn time_at_work_is_what_the_thread_has_worked() {
        let (before, began) = (time_at_work(), Instant::now());
        while began.elapsed() < Duration::from_millis(20) {}
        assert!(time_at_work() - before >= Duration::from_millis(10));
    }

    #[test]
    fn a_wait_is_never_longer_than_the_pace() {
        let time_of_day = |micros| Duration::from_micros(micros);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_000)), EVERY);
        assert_eq!(until_multiple(EVERY, time_of_day(1_000_500)), Duration::from_micros(1_500));
        assert_eq!(until_multiple(EVERY, time_of_day(1_001_999)), Duration::from_micros(1));
    }
}
