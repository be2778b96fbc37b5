//! What the events of a batch make of the messages in the database.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use protocol::{Message, RoomEvent};

/// The messages of one room that a batch adds or changes, by their offsets.
#[derive(Default)]
pub(super) struct Folded {
    /// Messages that the batch adds.
    pub(super) new: BTreeMap<u64, Message>,
    /// Messages that the database has, and that the batch is about.
    pub(super) known: BTreeMap<u64, Message>,
    /// What messages said before an edit.
    pub(super) versions: Vec<Version>,
    /// The offsets of messages whose text goes, with all earlier versions.
    pub(super) erased: Vec<u64>,
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The offset of the message.
    pub offset: u64,
    /// The offset of the edit.
    pub until: u64,
    /// What it said until then.
    pub text: String,
    /// Since when it said so, in milliseconds since 1970.
    pub said_at: u64,
}

/// The offsets of earlier messages that events are about and that are not among them.
pub(super) fn targets(events: &[RoomEvent]) -> Vec<u64> {
    let posted: HashSet<u64> = events.iter().filter(|event| event.target().is_none()).map(RoomEvent::offset).collect();
    let targets: BTreeSet<u64> = events.iter().filter_map(RoomEvent::target).collect();
    targets.into_iter().filter(|target| !posted.contains(target)).collect()
}

/// Folds the events of a room into what the database has of their [`targets`].
pub(super) fn fold(events: Vec<RoomEvent>, known: Vec<Message>) -> Folded {
    let known = known.into_iter().map(|message| (message.offset, message)).collect();
    let mut folded = Folded { known, ..Folded::default() };
    for event in events {
        folded.apply(event);
    }
    folded
}

impl Folded {
    fn apply(&mut self, event: RoomEvent) {
        let target = match event {
            RoomEvent::Posted(message) => return drop(self.new.insert(message.offset, message)),
            RoomEvent::Edited(ref change) | RoomEvent::Deleted(ref change) => change.target,
        };
        let Some(message) = self.new.get_mut(&target).or_else(|| self.known.get_mut(&target)) else { return };
        let (text, said_at) = (message.message.clone(), message.edited_at.unwrap_or(message.sent_at));
        if !message.apply(&event) {
            return;
        }
        if message.is_deleted() {
            self.versions.retain(|version| version.offset != target);
            self.erased.push(target);
        } else {
            self.versions.push(Version { offset: target, until: event.offset(), text, said_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Change, Member, MessageId, Name, RoomId, UserId};

    use super::*;

    fn ana() -> Member {
        Member { id: UserId::parse("ana").unwrap(), name: Name::parse("Ana").unwrap() }
    }

    fn message(offset: u64, text: &str) -> Message {
        Message::posted(RoomId::parse("garden").unwrap(), MessageId::parse("m").unwrap(), offset, ana(), text, offset)
    }

    fn change(offset: u64, target: u64, text: Option<&str>) -> RoomEvent {
        let change = Change {
            room_id: RoomId::parse("garden").unwrap(),
            id: MessageId::parse("c").unwrap(),
            offset,
            target,
            author: ana(),
            changed_at: offset,
            message: text.map(ToOwned::to_owned),
        };
        if text.is_some() { RoomEvent::Edited(change) } else { RoomEvent::Deleted(change) }
    }

    #[test]
    fn what_the_database_has_and_what_it_gets_are_changed_alike() {
        let events =
            vec![RoomEvent::Posted(message(11, "new")), change(12, 11, Some("newer")), change(13, 2, Some("edited"))];
        assert_eq!(targets(&events), [2]);
        let folded = fold(events, vec![message(2, "old")]);
        let texts = |messages: &BTreeMap<u64, Message>| -> Vec<String> {
            messages.values().map(|message| message.message.clone()).collect()
        };
        assert_eq!((texts(&folded.new), texts(&folded.known)), (vec!["newer".into()], vec!["edited".into()]));
        let versions: Vec<_> = folded.versions.iter().map(|one| (one.offset, one.until, one.text.as_str())).collect();
        assert_eq!(versions, [(11, 12, "new"), (2, 13, "old")]);
    }

    #[test]
    fn no_version_of_a_deleted_message_stays() {
        let events = vec![change(12, 2, Some("edited")), change(13, 2, None), change(14, 2, Some("again"))];
        let folded = fold(events, vec![message(2, "old")]);
        assert_eq!((folded.versions.as_slice(), folded.erased.as_slice()), (&[][..], &[2][..]));
        assert!(folded.known[&2].is_deleted());
    }

    #[test]
    fn events_that_were_archived_before_change_nothing() {
        let events = vec![change(12, 2, Some("edited"))];
        let first = fold(events.clone(), vec![message(2, "old")]);
        let again = fold(events, first.known.values().cloned().collect());
        assert_eq!((again.known, again.versions.len()), (first.known, 0));
    }
}
