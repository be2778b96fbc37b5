//! Keeps what is unsent, or not acknowledged, where a reload of the page finds it.
//!
//! Storage may be full or forbidden; then a reload forgets, and nothing else
//! happens. Two tabs of one room share a place: each adds and removes its own.

use client::room::{StoredUnsent, Unsent};
use protocol::game::frame::GivenAnswer;
use protocol::{Pin, RoomId, UserId, wire};
use web_sys::Storage;

/// The place of one person's unsent messages to one room: whoever comes after
/// them in the same browser does not send them under another name.
pub(crate) struct UnsentStorage {
    key: String,
    part: StoredUnsent,
}

impl UnsentStorage {
    /// The place, and what an earlier visit left there.
    pub(crate) fn open(person: &UserId, room: &RoomId) -> (Self, Vec<Unsent>) {
        let key = format!("hubbub.unsent.{person}.{room}");
        let (part, left) = StoredUnsent::take_over(read(&key).as_deref());
        (Self { key, part }, left)
    }

    /// Keeps `unsent` instead of what this page kept before.
    pub(crate) fn keep(&mut self, unsent: Vec<Unsent>) {
        write(&self.key, self.part.replace(read(&self.key).as_deref(), unsent));
    }
}

/// The place of an answer to a game of which it is not known whether it counts.
pub(crate) struct AnswerStorage {
    key: String,
}

impl AnswerStorage {
    pub(crate) fn of(pin: &Pin) -> Self {
        Self { key: format!("hubbub.answer.{pin}") }
    }

    /// What an earlier visit left there.
    pub(crate) fn read(&self) -> Option<GivenAnswer> {
        wire::decode(&read(&self.key)?)
    }

    pub(crate) fn keep(&self, answer: Option<&GivenAnswer>) {
        write(&self.key, answer.map(wire::encode));
    }
}

fn read(key: &str) -> Option<String> {
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
