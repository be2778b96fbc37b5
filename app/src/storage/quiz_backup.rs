//! What an author wrote and the server does not have yet, kept in the browser.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::quiz::Quiz;
use protocol::{QuizId, wire};

/// Keeps a quiz as a change of a version.
pub(crate) fn keep(id: &QuizId, version: u64, quiz: &Quiz) {
    let Some(storage) = storage() else { return };
    // A full storage keeps nothing; the quiz is still in the page.
    let _ = storage.set_item(&key(id), &wire::encode(&(version, quiz)));
}

/// Forgets it: the server has it.
pub(crate) fn forget(id: &QuizId) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(id));
    }
}

/// What was kept, and the version that it is a change of.
pub(crate) fn restore(id: &QuizId) -> Option<(u64, Quiz)> {
    wire::decode(&storage()?.get_item(&key(id)).ok()??)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn key(id: &QuizId) -> String {
    format!("hubbub.quiz.{id}")
}
