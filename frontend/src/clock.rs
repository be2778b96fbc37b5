//! The browser's clock and time-outs.

use client::{Timer, Timers};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The browser's clock, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Milliseconds since the page was opened; does not jump when somebody sets
/// the clock of the computer.
pub(crate) fn elapsed_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Runs several [`Timer`]s on a single time-out of the browser.
pub(crate) struct Clock {
    timers: Timers,
    /// The id of the browser's running time-out, if any.
    alarm: Option<i32>,
    on_time: Closure<dyn FnMut()>,
}

impl Clock {
    /// A clock that calls `on_time` when it is worth asking [`Self::next_due`].
    pub(crate) fn new(on_time: impl FnMut() + 'static) -> Self {
        Self { timers: Timers::default(), alarm: None, on_time: Closure::new(on_time) }
    }

    pub(crate) fn set(&mut self, timer: Timer, after_ms: u64) {
        self.timers.set(timer, elapsed_ms() + after_ms as f64);
        self.arm();
    }

    pub(crate) fn cancel(&mut self, timer: Timer) {
        self.timers.cancel(timer);
    }

    /// A timer that is due. To be called until there is none.
    pub(crate) fn next_due(&mut self) -> Option<Timer> {
        let due = self.timers.take_due(elapsed_ms());
        if due.is_none() {
            self.arm();
        }
        due
    }

    /// Sets the browser's time-out for the first timer.
    fn arm(&mut self) {
        let Some(at_ms) = self.timers.alarm() else { return };
        self.disarm();
        // Rounded up, or the call would come a moment too early.
        let wait = (at_ms - elapsed_ms()).max(0.0).ceil() as i32;
        self.alarm = web_sys::window().and_then(|window| {
            let on_time = self.on_time.as_ref().unchecked_ref();
            window.set_timeout_with_callback_and_timeout_and_arguments_0(on_time, wait).ok()
        });
    }

    fn disarm(&mut self) {
        if let (Some(handle), Some(window)) = (self.alarm.take(), web_sys::window()) {
            window.clear_timeout_with_handle(handle);
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.disarm();
    }
}
