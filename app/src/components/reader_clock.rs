//! Converts the times that the server rendered into a page to the reader's time zone.
//!
//! They are in parts of the page that are not hydrated, so one island does it for all of them.

use js_sys::Date;
use leptos::prelude::*;

use crate::boxed_view::effect;
use crate::island::part;
use crate::time_zone::local;

part! {
    clock_part:
    /// Shows every [`moment`] of the page in the reader's time zone. Without scripts they stay as the server
    /// rendered them, and say that they are UTC.
    ReaderClock draws reader_clock,
}

fn reader_clock() -> Option<AnyView> {
    effect(turn);
    Some(().into_any())
}

/// A moment (milliseconds since 1970) with its date, in UTC at first.
#[cfg(feature = "ssr")]
pub(crate) fn moment(ms: u64) -> AnyView {
    let utc = local(ms);
    view! { <time datetime=utc.machine() data-utc="">{format!("{} UTC", utc.moment())}</time> }.into_any()
}

fn turn() {
    // Each is found until its mark is removed.
    while let Ok(Some(time)) = document().query_selector("time[data-utc]") {
        let _ = time.remove_attribute("data-utc");
        let ms = time.get_attribute("datetime").map_or(f64::NAN, |written| Date::parse(&written));
        if ms.is_finite() {
            time.set_text_content(Some(&local(ms as u64).moment()));
        }
    }
}
