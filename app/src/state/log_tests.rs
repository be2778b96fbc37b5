//! The log, told by what a link tells.

use protocol::{Epoch, ErrorCode, Position, Refusal};

use super::*;
use crate::state::testing::{id, member, message};

fn page(messages: Vec<Message>, more: bool) -> HistoryPage {
    let offset = messages.last().map_or(0, |message| message.offset);
    HistoryPage { messages, position: position(offset), more }
}

fn position(offset: u64) -> Position {
    Position { epoch: Epoch::parse("e1").unwrap(), offset }
}

fn ben(offset: u64) -> Message {
    message(offset, "ben", "hello", 0)
}

/// Ana's page of a room in which Ben has said two things.
fn log() -> Log {
    Log::new(member("ana").id, page(vec![ben(1), ben(2)], false))
}

fn offsets(log: &Log) -> Vec<u64> {
    log.said().iter().map(|message| message.offset).collect()
}

fn unsent(name: &str) -> Unsent {
    Unsent { id: id(name), text: "mine".into(), written_at: 0, refused: None }
}

#[test]
fn what_is_said_is_added_once() {
    let mut log = log();
    assert!(log.fold(&Event::Said(vec![ben(3)]), 0));
    log.fold(&Event::Said(vec![ben(3), ben(4)]), 0);
    assert_eq!(offsets(&log), [1, 2, 3, 4]);
}

#[test]
fn ones_own_message_waits_below_until_it_is_said() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("m3")), 0);
    assert_eq!(log.delivery(&id("m3")), Delivery::Pending);
    log.fold(&Event::Said(vec![message(3, "ana", "mine", 77)]), 0);
    assert!(log.unsent().is_empty());
    assert_eq!(log.delivery(&id("m3")), Delivery::Delivered { sent_at: 77 });
    assert!(log.fold(&Event::Settled(id("m3")), 0));
}

#[test]
fn a_message_of_the_same_id_by_another_is_another_message() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("m3")), 0);
    log.fold(&Event::Said(vec![ben(3)]), 0);
    assert_eq!(log.unsent().len(), 1);
}

#[test]
fn a_message_that_was_sent_before_a_reload_is_not_shown_twice() {
    let mut log = Log::new(member("ana").id, page(vec![message(1, "ana", "mine", 5)], false));
    log.fold(&Event::Pending(unsent("m1")), 0);
    assert!(log.unsent().is_empty());
}

#[test]
fn a_refused_message_stays_until_it_is_retried_or_given_up() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("x")), 0);
    log.fold(&Event::Refused(id("x"), Refusal::new(ErrorCode::MessageTooLong, "Too long.")), 0);
    assert_eq!(log.delivery(&id("x")), Delivery::Failed("Too long.".into()));
    log.fold(&Event::Pending(unsent("x")), 0);
    assert_eq!(log.delivery(&id("x")), Delivery::Pending);
    log.fold(&Event::Discarded(id("x")), 0);
    assert!(log.unsent().is_empty());
}

#[test]
fn earlier_pages_go_before() {
    let mut log = Log::new(member("ana").id, page(vec![ben(51), ben(52)], true));
    assert_eq!(log.earlier(), Some(51));
    log.prepend(page(vec![ben(49), ben(50), ben(51)], true));
    assert_eq!(offsets(&log), [49, 50, 51, 52]);
    log.prepend(page(vec![], false));
    assert_eq!(log.earlier(), None);
}

#[test]
fn who_reads_further_up_is_told_how_many_are_new() {
    let mut log = log();
    log.scrolled(false);
    log.fold(&Event::Said(vec![ben(3), message(4, "ana", "from another tab", 0), ben(5)]), 0);
    assert_eq!(log.unseen(), 2);
    assert!(log.scrolled(true));
    assert_eq!(log.unseen(), 0);
    log.fold(&Event::Said(vec![ben(6)]), 0);
    assert_eq!(log.unseen(), 0);
}

#[test]
fn a_page_that_does_not_join_replaces_what_is_shown() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("m900")), 0);
    log.fold(&Event::Reset(page(vec![message(900, "ana", "mine", 0), ben(901)], true)), 0);
    assert_eq!(offsets(&log), [900, 901]);
    assert_eq!(log.earlier(), Some(900));
    assert!(log.unsent().is_empty());
}

#[test]
fn a_page_that_stands_open_for_long_forgets_the_beginning_unless_it_is_being_read() {
    let mut log = log();
    log.scrolled(false);
    log.fold(&Event::Said((3..=700).map(ben).collect()), 0);
    assert_eq!(log.said().len(), 700);
    log.scrolled(true);
    log.fold(&Event::Said(vec![ben(701)]), 0);
    assert_eq!(offsets(&log), (402..=701).collect::<Vec<_>>());
    assert_eq!(log.earlier(), Some(402));
}
