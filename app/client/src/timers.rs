//! The wake-ups that a connection asked for, over a single alarm of the driver.

use crate::Timer;

/// Which [`Timer`]s are due when. All times are milliseconds on one clock of the driver's
/// choice that never goes back.
///
/// Every frame that arrives moves the timer for silence. So moving a timer later costs
/// nothing: the alarm stays, finds nothing due when it rings, and is set anew.
#[derive(Debug, Default)]
pub struct Timers {
    due: Vec<(Timer, f64)>,
    /// The time at which the driver's one alarm rings, on the clock of the page; `None`: it is off.
    alarm_ms: Option<f64>,
}

impl Timers {
    /// Sets a timer, in the place of an earlier one of the same kind.
    pub fn set(&mut self, timer: Timer, at_ms: f64) {
        self.cancel(timer);
        self.due.push((timer, at_ms));
    }

    /// Ends a timer. The alarm stays; nothing is due when it rings.
    pub fn cancel(&mut self, timer: Timer) {
        self.due.retain(|(other, _)| *other != timer);
    }

    /// Takes a timer whose time has come. The driver calls this when its alarm rings, until
    /// there is none, and then [`Self::alarm`].
    pub fn take_due(&mut self, now_ms: f64) -> Option<Timer> {
        let found = self.due.iter().position(|(_, at_ms)| *at_ms <= now_ms);
        if found.is_none() {
            // Whatever the clock says: browsers round their clocks and ring a moment early. An
            // alarm that was believed to be still set would never ring again.
            self.alarm_ms = None;
        }
        found.map(|index| self.due.swap_remove(index).0)
    }

    /// When the driver has to set its alarm, in the place of the one it has; `None`: the alarm
    /// it has is early enough, or no timer is set.
    pub fn alarm(&mut self) -> Option<f64> {
        let first = self.due.iter().map(|(_, at_ms)| *at_ms).min_by(f64::total_cmp)?;
        if self.alarm_ms.is_some_and(|at_ms| at_ms <= first) {
            return None;
        }
        self.alarm_ms = Some(first);
        self.alarm_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timers(due: &[(Timer, f64)]) -> Timers {
        let mut timers = Timers::default();
        due.iter().for_each(|(timer, at_ms)| timers.set(*timer, *at_ms));
        timers
    }

    /// What a driver does when its alarm rings: the timers that are due, and the next alarm.
    fn ring(timers: &mut Timers, now_ms: f64) -> (Vec<Timer>, Option<f64>) {
        let due = std::iter::from_fn(|| timers.take_due(now_ms)).collect();
        (due, timers.alarm())
    }

    #[test]
    fn the_alarm_is_set_for_the_first_timer_and_again_for_the_next() {
        let mut timers = timers(&[(Timer::Silence, 300.0), (Timer::Connect, 100.0)]);
        assert_eq!(timers.alarm(), Some(100.0));
        assert_eq!(timers.alarm(), None, "it is set already");
        assert_eq!(ring(&mut timers, 100.5), (vec![Timer::Connect], Some(300.0)));
        assert_eq!(ring(&mut timers, 300.0), (vec![Timer::Silence], None));
    }

    #[test]
    fn all_that_is_due_is_taken_at_once_however_late_the_alarm_rings() {
        let mut timers = timers(&[(Timer::Silence, 300.0), (Timer::Connect, 100.0), (Timer::Typing, 9_000.0)]);
        let (mut due, alarm) = ring(&mut timers, 8_000.0);
        due.sort_by_key(|timer| *timer != Timer::Connect);
        assert_eq!((due, alarm), (vec![Timer::Connect, Timer::Silence], Some(9_000.0)));
    }

    #[test]
    fn a_timer_that_is_moved_later_keeps_the_alarm_and_is_not_due_before() {
        let mut timers = timers(&[(Timer::Silence, 100.0)]);
        assert_eq!(timers.alarm(), Some(100.0));
        timers.set(Timer::Silence, 200.0);
        assert_eq!(timers.alarm(), None);
        assert_eq!(ring(&mut timers, 100.0), (vec![], Some(200.0)));
        assert_eq!(ring(&mut timers, 200.0), (vec![Timer::Silence], None));
    }

    #[test]
    fn an_earlier_timer_needs_an_earlier_alarm() {
        let mut timers = timers(&[(Timer::Silence, 300.0)]);
        assert_eq!(timers.alarm(), Some(300.0));
        timers.set(Timer::Connect, 100.0);
        assert_eq!(timers.alarm(), Some(100.0));
    }

    #[test]
    fn a_cancelled_timer_is_never_due() {
        let mut timers = timers(&[(Timer::Silence, 100.0)]);
        timers.cancel(Timer::Silence);
        assert_eq!(ring(&mut timers, 1_000.0), (vec![], None));
    }

    #[test]
    fn an_alarm_that_rings_a_moment_early_is_set_again() {
        let mut timers = timers(&[(Timer::Connect, 100.0)]);
        assert_eq!(timers.alarm(), Some(100.0));
        assert_eq!(ring(&mut timers, 99.9), (vec![], Some(100.0)));
        assert_eq!(ring(&mut timers, 100.1), (vec![Timer::Connect], None));
    }
}
