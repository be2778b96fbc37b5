//! What somebody was writing when they left, kept in the browser tab.

use leptos::prelude::window;
use leptos::web_sys::{HtmlTextAreaElement, Storage};
use protocol::RoomId;

/// Keeps what is written to a room; nothing where it is empty.
pub(crate) fn keep(room: &RoomId, text: &str) {
    let Some(storage) = storage() else { return };
    // A full storage forgets the draft, not the message.
    let _ = if text.is_empty() { storage.remove_item(&key(room)) } else { storage.set_item(&key(room), text) };
}

/// Puts back what was being written, unless something is there already.
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
