//! The ledger finds what is wrong, and nothing else.

use protocol::{Member, Name, Position};

use super::audit::{Log, Promise, compare};
use super::*;

fn room() -> RoomId {
    RoomId::parse("garden").unwrap()
}

fn epoch(name: &str) -> Epoch {
    Epoch::parse(name).unwrap()
}

fn ana() -> UserId {
    UserId::parse("ana").unwrap()
}

fn message(offset: u64, id: &str, text: &str) -> Message {
    Message {
        room_id: room(),
        id: MessageId::parse(id).unwrap(),
        offset,
        author: Member { id: ana(), name: Name::parse("Ana").unwrap() },
        message: text.into(),
        sent_at: 0,
    }
}

/// A ledger in which Ana said `ids` in order, was shown and acknowledged them.
fn ledger(ids: &[&str]) -> Ledger {
    let ledger = Ledger::default();
    for (message, id) in log(ids).messages.iter().zip(ids) {
        ledger.note_sent(&room(), &ana(), &message.id, id);
        ledger.note_shown(&room(), &epoch("e"), message);
        ledger.note_acknowledged(&room(), (ana(), message.id.clone()), &epoch("e"));
    }
    ledger
}

/// A log of Ana's `ids`, each with itself as the text.
fn log(ids: &[&str]) -> Log {
    let messages: Vec<_> = (1..).zip(ids).map(|(offset, id)| message(offset, id, id)).collect();
    Log { top: Position { epoch: epoch("e"), offset: ids.len() as u64 }, messages }
}

fn check(said: &[&str], log: &Log, promise: Promise, expected: &[Violation]) {
    let (ledger, mut wrongs) = (ledger(said), Vec::new());
    compare(&room(), &ledger.pages().books[&room()], log, promise, &mut wrongs);
    let mut kinds: Vec<_> = wrongs.iter().map(|(wrong, _)| *wrong).collect();
    kinds.dedup();
    assert_eq!(kinds, expected, "{wrongs:?}");
}

#[test]
fn a_log_with_everything_is_right() {
    check(&["a", "b"], &log(&["a", "b"]), Promise::Kept, &[]);
    check(&["a"], &log(&["a", "unacknowledged"]), Promise::Kept, &[]);
}

#[test]
fn what_was_acknowledged_must_be_there_once() {
    check(&["a", "b"], &log(&["a"]), Promise::Kept, &[Violation::Forked, Violation::Lost]);
    check(&["a"], &log(&["a", "a"]), Promise::Kept, &[Violation::Twice]);
    check(&["a", "b"], &log(&["b", "a"]), Promise::Kept, &[Violation::Forked]);
}

#[test]
fn another_text_is_not_the_message() {
    let mut altered = log(&["a"]);
    altered.messages[0].message = "b".into();
    check(&["a"], &altered, Promise::Kept, &[Violation::Altered, Violation::Forked, Violation::Lost]);
}

#[test]
fn a_log_with_a_hole_is_wrong() {
    let mut cut = log(&["a", "b", "c"]);
    cut.messages.remove(1);
    check(&["a"], &cut, Promise::Kept, &[Violation::Hole]);
    cut.messages.pop();
    check(&["a"], &cut, Promise::Kept, &[Violation::Hole]);
}

#[test]
fn only_a_lost_log_may_have_lost_something_and_it_says_so() {
    let mut new = log(&["b"]);
    new.top.epoch = epoch("f");
    check(&["a"], &new, Promise::NewLog, &[]);
    check(&["a"], &new, Promise::Kept, &[Violation::Forked, Violation::Lost, Violation::Recovery]);
    new.messages = log(&["a"]).messages;
    check(&["a"], &new, Promise::KeptUnderAnyEpoch, &[]);
    check(&["a"], &new, Promise::Kept, &[Violation::Recovery]);
    check(&["a"], &log(&["b"]), Promise::NewLog, &[Violation::Forked, Violation::Lost]);
}

#[test]
fn two_messages_under_one_position_are_noted_at_once() {
    let ledger = ledger(&["a"]);
    ledger.note_shown(&room(), &epoch("e"), &message(1, "a", "a"));
    assert_eq!(ledger.wrongs(Violation::Forked), 0);
    ledger.note_shown(&room(), &epoch("e"), &message(1, "b", "b"));
    assert_eq!(ledger.wrongs(Violation::Forked), 1);
    assert_eq!(ledger.sentences().len(), 1);
}
