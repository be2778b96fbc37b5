//! The unsent messages of a room, as text that outlives a reload of the page.
//!
//! All tabs of a room store theirs in one place. Knows no storage: a driver reads and writes it.

use protocol::id::MessageId;
use protocol::wire;

use super::types::Unsent;

/// One tab's part of the unsent messages that all tabs of a room store in one place.
#[derive(Debug)]
pub struct StoredUnsent {
    /// What this tab stored, or found and took over.
    ours: Vec<MessageId>,
}

impl StoredUnsent {
    /// Takes over what earlier visits stored. Text that cannot be read counts as none.
    pub fn load(stored: Option<&str>) -> (Self, Vec<Unsent>) {
        let left = parse(stored);
        (Self { ours: left.iter().map(|unsent| unsent.id.clone()).collect() }, left)
    }

    /// The text to store instead of `stored` after [`super::Output::StoreUnsent`]`(unsent)`; `None` means
    /// that nothing is left to store.
    pub fn replace(&mut self, stored: Option<&str>, mut unsent: Vec<Unsent>) -> Option<String> {
        // What is stored is a message to every version that reads it, so a change of one ends with its page.
        unsent.retain(|unsent| unsent.target().is_none());
        let list = merge(parse(stored), &self.ours, &unsent);
        self.ours = unsent.into_iter().map(|unsent| unsent.id).collect();
        (!list.is_empty()).then(|| wire::encode(&list))
    }
}

fn parse(stored: Option<&str>) -> Vec<Unsent> {
    stored.and_then(wire::decode).unwrap_or_default()
}

/// What other tabs stored stays; what this tab stored before is replaced by what it has now.
fn merge(mut stored: Vec<Unsent>, ours_before: &[MessageId], ours: &[Unsent]) -> Vec<Unsent> {
    stored.retain(|unsent| !ours_before.contains(&unsent.id) && ours.iter().all(|own| own.id != unsent.id));
    stored.extend_from_slice(ours);
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsent(id: &str) -> Unsent {
        Unsent::new(MessageId::parse(id).unwrap(), String::new(), 0)
    }

    fn ids(list: &[Unsent]) -> Vec<&str> {
        list.iter().map(|unsent| unsent.id.as_str()).collect()
    }

    #[test]
    fn another_tabs_messages_stay_and_settled_ones_of_this_one_go() {
        let before = [unsent("a1").id, unsent("a2").id];
        let stored = vec![unsent("a1"), unsent("b1"), unsent("a2")];
        let now = merge(stored, &before, &[unsent("a2"), unsent("a3")]);
        assert_eq!(ids(&now), ["b1", "a2", "a3"]);
    }

    #[test]
    fn what_both_tabs_have_is_kept_once_and_as_it_is_now() {
        let refused = Unsent { refused: Some("too long".into()), ..unsent("a1") };
        assert_eq!(merge(vec![unsent("a1")], &[], std::slice::from_ref(&refused)), [refused]);
    }

    #[test]
    fn a_reload_finds_what_was_unsent_and_clears_it_once_it_is_settled() {
        let (mut tab, left) = StoredUnsent::load(None);
        assert_eq!(left, []);
        let stored = tab.replace(None, vec![unsent("a1"), unsent("a2")]);
        let (mut reloaded, left) = StoredUnsent::load(stored.as_deref());
        assert_eq!(left, [unsent("a1"), unsent("a2")]);
        let stored = reloaded.replace(stored.as_deref(), vec![unsent("a2")]);
        assert_eq!(StoredUnsent::load(stored.as_deref()).1, [unsent("a2")]);
        assert_eq!(reloaded.replace(stored.as_deref(), vec![]), None, "nothing is left to store");
    }

    #[test]
    fn two_tabs_store_in_one_place_and_settle_each_its_own() {
        let (mut one, _) = StoredUnsent::load(None);
        let (mut other, _) = StoredUnsent::load(None);
        let stored = one.replace(None, vec![unsent("a1")]);
        let stored = other.replace(stored.as_deref(), vec![unsent("b1")]);
        let stored = one.replace(stored.as_deref(), vec![]);
        assert_eq!(StoredUnsent::load(stored.as_deref()).1, [unsent("b1")]);
    }

    #[test]
    fn a_change_of_a_message_ends_with_its_page_and_is_never_sent_as_a_message() {
        let (mut tab, _) = StoredUnsent::load(None);
        let edit = Unsent { edits: Some(7), ..unsent("a2") };
        let stored = tab.replace(None, vec![unsent("a1"), edit]);
        assert_eq!(StoredUnsent::load(stored.as_deref()).1, [unsent("a1")]);
    }

    #[test]
    fn damaged_text_counts_as_nothing_and_is_overwritten() {
        for damaged in ["", "[{]", r#"{"id":"a1"}"#, r#"[{"id":1}]"#] {
            let (mut tab, left) = StoredUnsent::load(Some(damaged));
            assert_eq!(left, [], "{damaged}");
            let stored = tab.replace(Some(damaged), vec![unsent("a1")]);
            assert_eq!(StoredUnsent::load(stored.as_deref()).1, [unsent("a1")], "{damaged}");
        }
    }
}
