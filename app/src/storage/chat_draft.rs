//! Unsent text of the composer, in the browser tab's storage.

use leptos::prelude::window;
use leptos::web_sys::{HtmlTextAreaElement, Storage};
use protocol::RoomId;

/// Stores the text for a room; an empty one is removed.
pub(crate) fn store(room: &RoomId, text: &str) {
    let Some(storage) = storage() else { return };
    // With a full storage only the draft is lost.
    let _ = if text.is_empty() { storage.remove_item(&key(room)) } else { storage.set_item(&key(room), text) };
}

/// Puts the stored text into the field, unless that has text already.
pub(crate) fn restore(room: &RoomId, field: &HtmlTextAreaElement) {
    let draft = storage().and_then(|storage| storage.get_item(&key(room)).ok().flatten());
    if let Some(draft) = draft.filter(|_| field.value().is_empty()) {
        field.set_value(&draft);
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn key(room: &RoomId) -> String {
    format!("hubbub.draft.{room}")
}
