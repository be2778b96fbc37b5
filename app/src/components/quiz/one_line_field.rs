//! Fields that grow with their text and hold one line: long texts wrap, but no key and no paste breaks them.

use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;

/// The longest text that a field for `most` takes: a longer one is reported, while a paste that was cut off
/// would be lost silently.
pub(super) const fn room(most: usize) -> usize {
    4 * most
}

/// The text of the field now. Pasted lines are joined, in the field as well.
pub(super) fn typed(event: &Event) -> String {
    let text = event_target_value(event);
    if !text.contains('\n') {
        return text;
    }
    let line = text.trim_end_matches('\n').replace('\n', " ");
    event_target::<HtmlTextAreaElement>(event).set_value(&line);
    line
}

/// Whether this key would break the line; if so, it is prevented.
pub(super) fn ends(event: &KeyboardEvent) -> bool {
    let is_end = event.key() == "Enter" && !event.is_composing();
    if is_end {
        event.prevent_default();
    }
    is_end
}
