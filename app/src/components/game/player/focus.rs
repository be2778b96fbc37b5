//! Where the reader is when the screen changes.

use leptos::prelude::*;

use crate::boxed_view::effect;
use crate::focus::lead_to;
use crate::state::game::Screen;

/// Leads the focus to the heading of a new screen, which is read out. What the
/// page begins with is read anyway.
pub(super) fn follow(screen: Memo<Screen>) {
    let mut shown = None;
    effect(move || {
        let now = screen.get();
        if shown.replace(now).is_some_and(|before| before != now) {
            // After the screen is drawn, and before anything is pressed there.
            queue_microtask(|| lead_to("#main h1"));
        }
    });
}

/// Whether the focus is where nothing is written or pressed.
pub(super) fn is_at_rest() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "H1"))
}
