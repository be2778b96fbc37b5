//! The time, and being woken.

use client::Timer;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Milliseconds since the page was opened; does not jump when somebody sets
/// the clock of the computer.
pub(crate) fn elapsed_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Wakes for several [`Timer`]s with a single time-out of the browser.
///
/// Every frame that comes moves the timer for silence, so moving one later
/// costs nothing: the browser's time-out stays, finds nothing due and is set
/// anew.
pub(crate) struct Clock {
    due: Vec<(Timer, f64)>,
    /// The browser's time-out, and when it comes.
    armed: Option<(i32, f64)>,
    on_time: Closure<dyn FnMut()>,
}

impl Clock {
    /// A clock that calls `on_time` when it is worth asking [`Self::next_due`].
    pub(crate) fn new(on_time: impl FnMut() + 'static) -> Self {
        Self { due: Vec::new(), armed: None, on_time: Closure::new(on_time) }
    }

    pub(crate) fn set(&mut self, timer: Timer, after_ms: u64) {
        self.cancel(timer);
        self.due.push((timer, elapsed_ms() + after_ms as f64));
        self.arm();
    }

    pub(crate) fn cancel(&mut self, timer: Timer) {
        self.due.retain(|(other, _)| *other != timer);
    }

    /// A timer whose time has come. To be asked until there is none.
    pub(crate) fn next_due(&mut self) -> Option<Timer> {
        let now = elapsed_ms();
        let found = self.due.iter().position(|(_, at)| *at <= now);
        if found.is_none() {
            self.armed.take_if(|(_, at)| *at <= now);
            self.arm();
        }
        found.map(|index| self.due.swap_remove(index).0)
    }

    /// Has the browser call in time for the first that is due.
    fn arm(&mut self) {
        let Some(first) = self.due.iter().map(|(_, at)| *at).min_by(f64::total_cmp) else { return };
        if self.armed.is_some_and(|(_, at)| at <= first) {
            return;
        }
        self.disarm();
        // Rounded up, or the call would come a moment before the time.
        let wait = (first - elapsed_ms()).max(0.0).ceil() as i32;
        let handle = web_sys::window().and_then(|window| {
            let on_time = self.on_time.as_ref().unchecked_ref();
            window.set_timeout_with_callback_and_timeout_and_arguments_0(on_time, wait).ok()
        });
        self.armed = handle.map(|handle| (handle, first));
    }

    fn disarm(&mut self) {
        if let (Some((handle, _)), Some(window)) = (self.armed.take(), web_sys::window()) {
            window.clear_timeout_with_handle(handle);
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.disarm();
    }
}
