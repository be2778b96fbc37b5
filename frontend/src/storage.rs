//! Keeps what is unsent, or not acknowledged, where a reload of the page finds it.
//!
//! Storage may be full or forbidden; then a reload forgets, and nothing else
//! happens. Two tabs of one room share a place: each adds and removes its own.

use client::room::{Unsent, merge_unsent};
use protocol::game::frame::GivenAnswer;
use protocol::{MessageId, Pin, RoomId, UserId, wire};
use web_sys::Storage;

/// The place of one person's unsent messages to one room: whoever comes after
/// them in the same browser does not send them under another name.
pub(crate) struct UnsentStorage {
    key: String,
    /// What this page put there, or found and took over.
    ours: Vec<MessageId>,
}

impl UnsentStorage {
    /// The place, and what an earlier visit left there.
    pub(crate) fn open(person: &UserId, room: &RoomId) -> (Self, Vec<Unsent>) {
        let mut kept = Self { key: format!("hubbub.unsent.{person}.{room}"), ours: Vec::new() };
        let left = kept.read();
        kept.ours = left.iter().map(|unsent| unsent.id.clone()).collect();
        (kept, left)
    }

    /// Keeps `unsent` instead of what this page kept before.
    pub(crate) fn keep(&mut self, unsent: Vec<Unsent>) {
        let list = merge_unsent(self.read(), &self.ours, &unsent);
        self.ours = unsent.into_iter().map(|unsent| unsent.id).collect();
        let Some(storage) = storage() else { return };
        let _ = if list.is_empty() {
            storage.remove_item(&self.key)
        } else {
            storage.set_item(&self.key, &wire::encode(&list))
        };
    }

    fn read(&self) -> Vec<Unsent> {
        let text = storage().and_then(|storage| storage.get_item(&self.key).ok()?);
        text.and_then(|text| wire::decode(&text)).unwrap_or_default()
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
        wire::decode(&storage()?.get_item(&self.key).ok()??)
    }

    pub(crate) fn keep(&self, answer: Option<&GivenAnswer>) {
        let Some(storage) = storage() else { return };
        let _ = match answer {
            Some(answer) => storage.set_item(&self.key, &wire::encode(answer)),
            None => storage.remove_item(&self.key),
        };
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
