//! The log, after events of the client.

use protocol::{Epoch, ErrorCode, Position, Refusal};

use super::*;
use crate::state::testing::{id, member, message, said};

fn page(messages: Vec<Message>, more: bool) -> HistoryPage {
    let offset = messages.last().map_or(0, |message| message.offset);
    HistoryPage { messages, position: position(offset), more, first: 0, last: 0 }
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
    log.messages().iter().map(|message| message.offset).collect()
}

fn unsent(name: &str) -> Unsent {
    Unsent::new(id(name), "mine".into(), 0)
}

#[test]
fn what_is_said_is_added_once() {
    let mut log = log();
    assert!(log.fold(&said(vec![ben(3)]), 0));
    log.fold(&said(vec![ben(3), ben(4)]), 0);
    assert_eq!(offsets(&log), [1, 2, 3, 4]);
}

#[test]
fn ones_own_message_waits_below_until_it_is_said() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("m3")), 0);
    assert_eq!(log.delivery(&id("m3")), DeliveryStatus::Pending);
    log.fold(&said(vec![message(3, "ana", "mine", 77)]), 0);
    assert!(log.unsent().is_empty());
    assert_eq!(log.delivery(&id("m3")), DeliveryStatus::Delivered { offset: 3, sent_at: 77 });
    assert!(log.fold(&Event::Acknowledged(id("m3")), 0));
}

#[test]
fn a_message_of_the_same_id_by_another_is_another_message() {
    let mut log = log();
    log.fold(&Event::Pending(unsent("m3")), 0);
    log.fold(&said(vec![ben(3)]), 0);
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
    assert_eq!(log.delivery(&id("x")), DeliveryStatus::Failed("Too long.".into()));
    log.fold(&Event::Pending(unsent("x")), 0);
    assert_eq!(log.delivery(&id("x")), DeliveryStatus::Pending);
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
    log.fold(&said(vec![ben(3), message(4, "ana", "from another tab", 0), ben(5)]), 0);
    assert_eq!(log.unseen(), 2);
    assert!(log.scrolled(true));
    assert_eq!(log.unseen(), 0);
    log.fold(&said(vec![ben(6)]), 0);
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
    log.fold(&said((3..=700).map(ben)), 0);
    assert_eq!(log.messages().len(), 700);
    log.scrolled(true);
    log.fold(&said(vec![ben(701)]), 0);
    assert_eq!(offsets(&log), (402..=701).collect::<Vec<_>>());
    assert_eq!(log.earlier(), Some(402));
}

/// A part of the log whose top is at that offset.
fn part(offsets: std::ops::RangeInclusive<u64>, top: u64) -> HistoryPage {
    HistoryPage {
        first: *offsets.start(),
        last: *offsets.end(),
        messages: offsets.map(ben).collect(),
        position: position(top),
        more: true,
    }
}

#[test]
fn a_page_from_far_back_is_read_on_to_the_end_without_a_hole() {
    let mut log = Log::new(member("ana").id, part(101..=150, 210));
    log.scrolled(true);
    assert_eq!((log.later(), log.newest()), (Some(150), 210));
    log.fold(&said(vec![ben(211), message(212, "ana", "from another tab", 0)]), 0);
    assert_eq!(
        (log.messages().len(), log.unseen(), log.later()),
        (50, 1, Some(150)),
        "it is told, and not put after a hole"
    );
    log.append(part(151..=200, 212));
    assert_eq!(log.later(), Some(200));
    log.append(part(163..=212, 212));
    assert_eq!((log.later(), log.unseen()), (None, 1));
    assert_eq!(offsets(&log), (101..=212).collect::<Vec<_>>());
    log.scrolled(true);
    log.fold(&said(vec![ben(213)]), 0);
    assert_eq!((log.newest(), log.unseen()), (213, 0));
    assert_eq!(log.messages().last().map(|last| last.offset), Some(213));
}

#[test]
fn whoever_goes_to_the_newest_and_meanwhile_hears_something_misses_nothing() {
    let mut log = Log::new(member("ana").id, part(1..=50, 300));
    log.fold(&said(vec![ben(301)]), 0);
    log.turn(part(251..=300, 300));
    assert_eq!(log.later(), Some(300), "that page was read before");
    log.append(part(252..=301, 301));
    assert_eq!((log.later(), log.earlier(), log.turns()), (None, Some(251), 1));
}

#[test]
fn what_is_said_from_far_back_is_no_longer_on_its_way_once_it_is_in_the_log() {
    let mut log = Log::new(member("ana").id, part(1..=50, 300));
    log.fold(&Event::Pending(unsent("m301")), 0);
    log.fold(&said(vec![message(301, "ana", "mine", 0)]), 0);
    assert!(log.unsent().is_empty());
    assert_eq!(log.unseen(), 0);
}

#[test]
fn where_later_messages_cannot_be_shown_the_end_is_where_the_last_one_is() {
    let mut log = Log::new(member("ana").id, part(1..=50, 60));
    log.append(HistoryPage { messages: vec![], position: position(60), more: true, first: 0, last: 0 });
    assert_eq!(log.later(), None);
}

/// The chunks whose rows may be others after `change`.
fn touched(log: &mut Log, change: impl FnOnce(&mut Log)) -> Vec<i32> {
    let before: Vec<_> = log.chunks().map(|number| (number, log.revision(number))).collect();
    change(log);
    before
        .into_iter()
        .filter(|(number, revision)| log.revision(*number) != *revision)
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn only_the_chunk_in_which_something_happens_is_drawn_anew() {
    let mut log = Log::new(member("ana").id, page((101..=150).map(ben).collect(), true));
    log.prepend(page((51..=100).map(ben).collect(), true));
    log.fold(&said((151..=160).map(ben)), 0);
    assert_eq!(log.chunks().collect::<Vec<_>>(), [-1, 0, 1]);
    assert_eq!(touched(&mut log, |log| log.prepend(page((1..=50).map(ben).collect(), false))), [-1]);
    let told = |event: Event| move |log: &mut Log| assert!(log.fold(&event, 0));
    assert_eq!(touched(&mut log, told(said(vec![ben(161)]))), [1]);
    assert_eq!(touched(&mut log, told(Event::Pending(unsent("x")))), [1]);
    assert_eq!(touched(&mut log, told(Event::Discarded(id("x")))), [1]);
    log.fold(&Event::Status(Status::Offline), 0);
    log.fold(&Event::Entered(joined("ana", 164)), 0);
    assert_eq!(touched(&mut log, told(said(vec![ben(162), ben(163)]))), [-2, -1, 0, 1], "there is a line now");
    assert_eq!(touched(&mut log, told(said(vec![ben(164)]))), [-2, -1, 0, 1], "it counts one more");
    assert_eq!(touched(&mut log, told(said(vec![ben(165)]))), [1]);
    assert_eq!(touched(&mut log, told(Event::Entered(joined("ben", 165)))), [-2, -1, 0, 1], "all of it is one's own");
    assert_eq!(touched(&mut log, told(Event::Reset(page(vec![ben(900)], true)))), [-2, -1, 0, 1]);
}

#[test]
fn what_waits_and_what_comes_between_stay_in_the_last_chunk() {
    let mut log = Log::new(member("ana").id, page((1..=50).map(ben).collect(), false));
    log.fold(&Event::Pending(unsent("m52")), 0);
    log.fold(&said(vec![ben(51)]), 0);
    log.fold(&said(vec![message(52, "ana", "mine", 0)]), 0);
    assert_eq!(log.chunks().len(), 1);
    log.fold(&said(vec![ben(53)]), 0);
    assert_eq!(log.chunks().len(), 2);
}

fn joined(who: &str, offset: u64) -> protocol::Joined {
    protocol::Joined {
        room_id: crate::state::testing::room(),
        you: member(who),
        session: None,
        members: vec![],
        member_count: 0,
        position: position(offset),
        recovered: true,
        edited: vec![],
        deleted: vec![],
        messages: vec![],
    }
}
