//! Keeps what is unsent where a reload of the page finds it.
//!
//! Storage may be full or forbidden; then a reload forgets, and nothing else
//! happens. Two tabs of one room share a place: each adds and removes its own.

use protocol::link::Unsent;
use protocol::{MessageId, RoomId, wire};
use web_sys::Storage;

/// The place of one room's unsent messages.
pub(crate) struct Kept {
    key: String,
    /// What this page put there, or found and took over.
    ours: Vec<MessageId>,
}

impl Kept {
    /// The place, and what an earlier visit left there.
    pub(crate) fn open(room: &RoomId) -> (Self, Vec<Unsent>) {
        let mut kept = Self { key: format!("hubbub.unsent.{room}"), ours: Vec::new() };
        let left = kept.read();
        kept.ours = left.iter().map(|unsent| unsent.id.clone()).collect();
        (kept, left)
    }

    /// Keeps `unsent` instead of what this page kept before.
    pub(crate) fn keep(&mut self, unsent: Vec<Unsent>) {
        let list = merge(self.read(), &self.ours, unsent.clone());
        self.ours = unsent.into_iter().map(|unsent| unsent.id).collect();
        let Some(storage) = storage() else { return };
        let _ = if list.is_empty() {
            storage.remove_item(&self.key)
        } else {
            storage.set_item(&self.key, &wire::spell(&list))
        };
    }

    fn read(&self) -> Vec<Unsent> {
        let text = storage().and_then(|storage| storage.get_item(&self.key).ok()?);
        text.and_then(|text| wire::read(&text)).unwrap_or_default()
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is stored, with this page's part of it as it is now.
fn merge(mut stored: Vec<Unsent>, ours_before: &[MessageId], ours: Vec<Unsent>) -> Vec<Unsent> {
    stored.retain(|unsent| !ours_before.contains(&unsent.id) && ours.iter().all(|own| own.id != unsent.id));
    stored.extend(ours);
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsent(id: &str) -> Unsent {
        Unsent { id: MessageId::parse(id).unwrap(), text: String::new(), written_at: 0, refused: None }
    }

    fn ids(list: &[Unsent]) -> Vec<&str> {
        list.iter().map(|unsent| unsent.id.as_str()).collect()
    }

    #[test]
    fn another_tabs_messages_stay_and_settled_ones_of_this_one_go() {
        let before = [unsent("a1").id, unsent("a2").id];
        let stored = vec![unsent("a1"), unsent("b1"), unsent("a2")];
        let now = merge(stored, &before, vec![unsent("a2"), unsent("a3")]);
        assert_eq!(ids(&now), ["b1", "a2", "a3"]);
    }

    #[test]
    fn what_both_tabs_have_is_kept_once_and_as_it_is_now() {
        let refused = Unsent { refused: Some("too long".into()), ..unsent("a1") };
        assert_eq!(merge(vec![unsent("a1")], &[], vec![refused.clone()]), [refused]);
    }
}
