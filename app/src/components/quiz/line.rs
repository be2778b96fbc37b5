//! Fields that are as high as what is in them and hold one line: long texts go
//! on beneath, but no key and no paste breaks them.

use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;

/// Letters that go into a field for `most`: what is too long is told with how much,
/// while a paste that was cut off would be lost without a word.
pub(super) const fn room(most: usize) -> usize {
    4 * most
}

/// What the field has now. Where lines were pasted, they are one, also in the field.
pub(super) fn typed(event: &Event) -> String {
    let text = event_target_value(event);
    if !text.contains('\n') {
        return text;
    }
    let line = text.trim_end_matches('\n').replace('\n', " ");
    event_target::<HtmlTextAreaElement>(event).set_value(&line);
    line
}

/// Whether this key would break the line here; if so, it does not.
pub(super) fn ends(event: &KeyboardEvent) -> bool {
    let is_end = event.key() == "Enter" && !event.is_composing();
    if is_end {
        event.prevent_default();
    }
    is_end
}
