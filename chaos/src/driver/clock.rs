//! The timers of one client, in real or in shortened time.

use std::time::Duration;

use client::Timer;
use tokio::time::Instant;

/// The timers that a client has set.
#[derive(Debug)]
pub(super) struct Clock {
    due: Vec<(Timer, Instant)>,
    pace: f64,
}

impl Clock {
    /// With `pace` 60, a minute of the client lasts a second.
    pub(super) fn new(pace: f64) -> Self {
        Self { due: Vec::new(), pace }
    }

    /// Sets a timer, after `after_ms` of the client's time.
    pub(super) fn set(&mut self, timer: Timer, after_ms: u64) {
        self.cancel(timer);
        let wait = Duration::from_millis(after_ms).div_f64(self.pace);
        self.due.push((timer, Instant::now() + wait));
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        self.due.retain(|(other, _)| *other != timer);
    }

    /// When the next one is due; without one, in the far future.
    pub(super) fn next(&self) -> Instant {
        let far = Instant::now() + Duration::from_secs(3600);
        self.due.iter().map(|(_, at)| *at).min().unwrap_or(far)
    }

    /// Takes a timer that is due.
    pub(super) fn take_due(&mut self) -> Option<Timer> {
        let now = Instant::now();
        let at = self.due.iter().position(|(_, at)| *at <= now)?;
        Some(self.due.swap_remove(at).0)
    }
}
