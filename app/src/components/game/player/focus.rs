//! Moves the focus when the screen changes.

use leptos::prelude::*;

use crate::boxed_view::effect;
use crate::focus::focus_first;
use crate::state::game::Screen;

/// Moves the focus to the heading of a new screen, which is then read out. The first screen
/// is read out anyway.
pub(super) fn follow(screen: Memo<Screen>) {
    let mut shown = None;
    effect(move || {
        let now = screen.get();
        if shown.replace(now).is_some_and(|before| before != now) {
            // After the screen is rendered, and before anything is pressed there.
            queue_microtask(|| focus_first("#main h1"));
        }
    });
}

/// Whether the focus is on no field and no button.
pub(super) fn is_at_rest() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "H1"))
}
