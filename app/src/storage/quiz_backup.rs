//! A quiz that the server does not have yet, in the browser's storage.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::quiz::Quiz;
use protocol::{QuizId, wire};

/// Stores a quiz as a change of a version.
pub(crate) fn store(id: &QuizId, version: u64, quiz: &Quiz) {
    let Some(storage) = storage() else { return };
    // With a full storage, the quiz is still in the page.
    let _ = storage.set_item(&key(id), &wire::encode(&(version, quiz)));
}

/// Removes it, because the server has it.
pub(crate) fn remove(id: &QuizId) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(id));
    }
}

/// The stored quiz, and the version that it changes.
pub(crate) fn load(id: &QuizId) -> Option<(u64, Quiz)> {
    wire::decode(&storage()?.get_item(&key(id)).ok()??)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn key(id: &QuizId) -> String {
    format!("hubbub.quiz.{id}")
}
