//! What events make of messages, in any order in which pages and sockets bring them.

use proptest::prelude::*;

use super::*;
use crate::id::{Name, UserId};

fn member(id: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() }
}

fn message(offset: u64, text: &str) -> Message {
    let id = MessageId::parse(&format!("m{offset}")).unwrap();
    Message::posted(RoomId::parse("garden").unwrap(), id, offset, member("ana"), text, 1_000 + offset)
}

fn change(offset: u64, target: u64, text: Option<&str>) -> Change {
    Change {
        room_id: RoomId::parse("garden").unwrap(),
        id: MessageId::parse(&format!("c{offset}")).unwrap(),
        offset,
        target,
        author: member("ana"),
        changed_at: 1_000 + offset,
        message: text.map(ToOwned::to_owned),
    }
}

fn edit(offset: u64, target: u64, text: &str) -> RoomEvent {
    RoomEvent::Edited(change(offset, target, Some(text)))
}

fn deletion(offset: u64, target: u64) -> RoomEvent {
    RoomEvent::Deleted(change(offset, target, None))
}

#[test]
fn an_edit_gives_the_message_its_text_and_is_counted_once() {
    let mut hello = message(1, "helo");
    assert!(hello.apply(&edit(2, 1, "hello")));
    assert!(!hello.apply(&edit(2, 1, "hello")), "the same again");
    assert!(hello.apply(&edit(5, 1, "hello!")));
    assert!(!hello.apply(&edit(2, 1, "hello")), "it comes late");
    assert!(!hello.apply(&edit(6, 3, "of another message")));
    let shown = (hello.message.as_str(), hello.edits.as_slice(), hello.edited_at, hello.sent_at);
    assert_eq!(shown, ("hello!", &[2, 5][..], Some(1_005), 1_001));
}

#[test]
fn deleting_takes_everything_away_but_who_wrote_and_who_deleted() {
    let mut secret = Message { reply_to: Some(1), ..message(2, "secret") };
    assert!(secret.apply(&edit(3, 2, "secrets")));
    assert!(secret.apply(&deletion(4, 2)));
    let gone = secret.clone();
    assert!(!secret.apply(&deletion(5, 2)), "twice is harmless");
    assert!(!secret.apply(&edit(6, 2, "back again")), "an edit that comes later changes nothing");
    assert_eq!(secret, gone);
    let deleted = (Some(member("ana")), Some(1_004));
    assert_eq!((gone.deleted_by.clone(), gone.deleted_at), deleted);
    assert_eq!(gone, Message { deleted_by: deleted.0, deleted_at: deleted.1, ..message(2, "") });
}

#[test]
fn a_message_is_edited_so_often_and_not_more() {
    let mut hello = message(1, "hello");
    let edited = (2..200).filter(|offset| hello.apply(&edit(*offset, 1, "again"))).count();
    assert_eq!((edited, hello.edits.len()), (EDITS, EDITS));
}

/// A log: its events, in order.
fn log() -> impl Strategy<Value = Vec<RoomEvent>> {
    let action = prop_oneof![3 => Just(0u8), 3 => Just(1), 1 => Just(2)];
    prop::collection::vec((action, any::<prop::sample::Index>()), 1..40).prop_map(|actions| {
        let mut events: Vec<RoomEvent> = Vec::new();
        for (offset, (action, target)) in (1..).zip(actions) {
            let posted: Vec<u64> =
                events.iter().filter(|event| event.target().is_none()).map(RoomEvent::offset).collect();
            events.push(match action {
                1 if !posted.is_empty() => edit(offset, *target.get(&posted), &format!("edit {offset}")),
                2 if !posted.is_empty() => deletion(offset, *target.get(&posted)),
                _ => RoomEvent::Posted(message(offset, &format!("text {offset}"))),
            });
        }
        events
    })
}

proptest! {
    #[test]
    fn a_page_with_what_follows_shows_what_one_reader_from_the_beginning_sees(
        log in log(), at in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(),
    ) {
        // The page may be read at any time, and what its reader is sent begins anywhere before.
        let (at, from) = (at.index(log.len() + 1), from.index(log.len() + 1));
        let (page, sent) = (fold_events(&log[..at.max(from)]), &log[at.min(from)..]);
        let mut shown = page;
        for event in sent {
            match event {
                RoomEvent::Posted(message) if shown.iter().all(|known| known.offset != message.offset) => {
                    shown.push(message.clone());
                }
                change => shown.iter_mut().for_each(|message| { message.apply(change); }),
            }
        }
        prop_assert_eq!(shown, fold_events(&log));
    }

    #[test]
    fn a_log_whose_entries_show_what_became_of_them_is_read_as_the_same(log in log()) {
        let now = fold_events(&log);
        let is_gone = |target: u64| now.iter().any(|message| message.offset == target && message.is_deleted());
        let rewritten = log.iter().map(|event| match event {
            RoomEvent::Posted(message) => {
                RoomEvent::Posted(now.iter().find(|now| now.offset == message.offset).unwrap().clone())
            }
            // The text of an edit goes with the message.
            RoomEvent::Edited(edit) if is_gone(edit.target) => {
                RoomEvent::Deleted(Change { message: None, ..edit.clone() })
            }
            other => other.clone(),
        });
        prop_assert_eq!(fold_events(&rewritten.collect::<Vec<_>>()), now);
    }
}
