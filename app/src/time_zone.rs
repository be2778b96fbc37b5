//! The time zone of the times on a page.

use crate::state::time::Local;

/// The moment `ms` (since 1970, UTC) on the clock of whoever renders the page: the server does not know the
/// reader's and renders UTC, the same for all; a browser renders the page anew by its reader's clock.
pub(crate) fn local(ms: u64) -> Local {
    Local::new(ms, ahead_of_utc(ms))
}

#[cfg(feature = "ssr")]
fn ahead_of_utc(_ms: u64) -> i32 {
    0
}

/// The offset in minutes at that moment: clocks change twice a year.
#[cfg(not(feature = "ssr"))]
fn ahead_of_utc(ms: u64) -> i32 {
    let behind = js_sys::Date::new(&leptos::wasm_bindgen::JsValue::from_f64(ms as f64)).get_timezone_offset();
    -(behind as i32)
}
