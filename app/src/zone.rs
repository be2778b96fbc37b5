//! Whose clock the times on a page are of.

use std::time::Duration;

use js_sys::Date;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use crate::erase::effect;
use crate::state::time::Local;

/// Whose clock. The server cannot know the reader's, so every page begins with
/// UTC and turns to the reader's zone once it is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The server's, as it is the same for all.
    Utc,
    /// The reader's, as their browser knows it.
    Reader,
}

impl Zone {
    /// The zone of this page, from now on.
    pub(crate) fn of_page() -> ReadSignal<Self> {
        let (zone, set_zone) = signal(Self::Utc);
        let turn = move || {
            set_zone.try_set(Self::Reader);
        };
        // With a turn of its own: all times of a log change at once.
        effect(move || set_timeout(turn, Duration::ZERO));
        zone
    }

    /// The moment `ms` (since 1970, UTC) on this clock.
    pub(crate) fn local(self, ms: u64) -> Local {
        match self {
            Self::Utc => Local::new(ms, 0),
            Self::Reader => {
                let behind = Date::new(&JsValue::from_f64(ms as f64)).get_timezone_offset();
                Local::new(ms, -(behind as i32))
            }
        }
    }
}
