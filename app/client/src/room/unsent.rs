//! Two tabs of one room keep what is unsent in one place.

use protocol::id::MessageId;

use super::types::Unsent;

/// What is to be stored after [`super::Output::Keep`]`(ours)`: what others
/// put there stays, what this link kept before gives way to what it has now.
pub fn merge_unsent(mut stored: Vec<Unsent>, ours_before: &[MessageId], ours: &[Unsent]) -> Vec<Unsent> {
    stored.retain(|unsent| !ours_before.contains(&unsent.id) && ours.iter().all(|own| own.id != unsent.id));
    stored.extend_from_slice(ours);
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
        let now = merge_unsent(stored, &before, &[unsent("a2"), unsent("a3")]);
        assert_eq!(ids(&now), ["b1", "a2", "a3"]);
    }

    #[test]
    fn what_both_tabs_have_is_kept_once_and_as_it_is_now() {
        let refused = Unsent { refused: Some("too long".into()), ..unsent("a1") };
        assert_eq!(merge_unsent(vec![unsent("a1")], &[], std::slice::from_ref(&refused)), [refused]);
    }
}
