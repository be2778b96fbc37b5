//! Stores what is unsent, or not acknowledged, where a reload of the page finds it.
//!
//! Storage may be full or forbidden; then a reload loses it, and nothing else happens. Two tabs of one room
//! share an entry: each adds and removes its own.

use client::room::{StoredUnsent, Unsent};
use protocol::game::frame::SubmittedAnswer;
use protocol::{Pin, RoomId, UserId, wire};
use web_sys::Storage;

/// The entry of one person's unsent messages to one room: another person in the same browser does not send
/// them under their name.
pub(crate) struct UnsentStorage {
    key: String,
    part: StoredUnsent,
}

impl UnsentStorage {
    /// The entry, and what an earlier visit left in it.
    pub(crate) fn open(person: &UserId, room: &RoomId) -> (Self, Vec<Unsent>) {
        let key = format!("hubbub.unsent.{person}.{room}");
        let (part, left) = StoredUnsent::load(load(&key).as_deref());
        (Self { key, part }, left)
    }

    /// Stores `unsent` in the place of what this page stored before.
    pub(crate) fn store(&mut self, unsent: Vec<Unsent>) {
        write(&self.key, self.part.replace(load(&self.key).as_deref(), unsent));
    }
}

/// The entry of an answer to a game without a result.
pub(crate) struct AnswerStorage {
    key: String,
}

impl AnswerStorage {
    pub(crate) fn of(pin: &Pin) -> Self {
        Self { key: format!("hubbub.answer.{pin}") }
    }

    /// The answer that an earlier visit left.
    pub(crate) fn load(&self) -> Option<SubmittedAnswer> {
        wire::decode(&load(&self.key)?)
    }

    pub(crate) fn store(&self, answer: Option<&SubmittedAnswer>) {
        write(&self.key, answer.map(wire::encode));
    }
}

fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Stores a text, or removes what is stored.
fn write(key: &str, text: Option<String>) {
    let Some(storage) = storage() else { return };
    let _ = match text {
        Some(text) => storage.set_item(key, &text),
        None => storage.remove_item(key),
    };
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
