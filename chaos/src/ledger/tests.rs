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
    let author = Member { id: ana(), name: Name::parse("Ana").unwrap() };
    Message::posted(room(), MessageId::parse(id).unwrap(), offset, author, text, 0)
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

/// A ledger in which Ana said "a" and changed it: to each of these texts, or deleted it.
fn changed(texts: &[Option<&str>]) -> Ledger {
    let ledger = ledger(&["a"]);
    let id = |id: &str| (ana(), MessageId::parse(id).unwrap());
    for (number, text) in texts.iter().enumerate() {
        let key = id(&format!("c{number}"));
        ledger.note_change(&room(), key.clone(), id("a"), *text);
        ledger.note_acknowledged(&room(), key, &epoch("e"));
    }
    ledger
}

fn audited(ledger: &Ledger, message: Message, top: u64) -> Vec<Violation> {
    let log = Log { top: Position { epoch: epoch("e"), offset: top }, messages: vec![message] };
    let mut wrongs = Vec::new();
    compare(&room(), &ledger.pages().books[&room()], &log, Promise::Kept, &mut wrongs);
    wrongs.into_iter().map(|(wrong, _)| wrong).collect()
}

#[test]
fn a_message_shows_the_last_change_that_was_acknowledged() {
    let edited = |text: &str, edits: Vec<u64>| Message { edits, edited_at: Some(1), ..message(1, "a", text) };
    let twice = changed(&[Some("b"), Some("c")]);
    assert_eq!(audited(&twice, edited("c", vec![2, 3]), 3), []);
    assert_eq!(audited(&twice, edited("b", vec![2, 3]), 3), [Violation::Lost], "the second was acknowledged");
    assert_eq!(audited(&twice, edited("d", vec![2, 3]), 3), [Violation::Altered, Violation::Lost, Violation::Lost]);
    assert_eq!(audited(&twice, message(1, "a", "a"), 3), [Violation::Lost, Violation::Lost]);
    assert_eq!(audited(&twice, edited("c", vec![2, 3]), 4), [Violation::Hole], "a number that no change has");
}

#[test]
fn what_was_deleted_stays_deleted_and_nothing_else_is() {
    let deleted = || {
        let by = message(1, "a", "").author;
        Message { deleted_by: Some(by), deleted_at: Some(1), ..message(1, "a", "") }
    };
    assert_eq!(audited(&changed(&[Some("b"), None]), deleted(), 3), []);
    assert_eq!(audited(&changed(&[None]), message(1, "a", "a"), 2), [Violation::Lost]);
    assert_eq!(audited(&changed(&[Some("b")]), deleted(), 2), [Violation::Altered]);
    assert_eq!(audited(&ledger(&["a"]), deleted(), 1), [Violation::Altered]);
}
