//! Where the reader is when the screen changes.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use crate::erase::effect;
use crate::state::game::Screen;

/// Leads the focus to the heading of a new screen, which is read out. What the
/// page begins with is read anyway.
pub(super) fn follow(screen: Memo<Screen>) {
    let mut shown = None;
    effect(move || {
        let now = screen.get();
        if shown.replace(now).is_some_and(|before| before != now) {
            // After the screen is drawn, and before anything is pressed there.
            queue_microtask(|| go("#main h1"));
        }
    });
}

/// Leads the focus to the first that `selector` finds, if there is one.
pub(super) fn go(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = found.focus();
    }
}

/// Whether the focus is where nothing is written or pressed.
pub(super) fn is_at_rest() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "H1"))
}
