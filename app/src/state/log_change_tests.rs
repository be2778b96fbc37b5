//! The log, after edits and deletions.

use client::room::Event;
use protocol::{Epoch, ErrorCode, HistoryPage, Message, Position, Refusal};

use super::*;
use crate::state::testing::{deleted, edited, id, member, message, said};

fn position(offset: u64) -> Position {
    Position { epoch: Epoch::parse("e1").unwrap(), offset }
}

fn ben(offset: u64) -> Message {
    message(offset, "ben", "hello", 0)
}

/// A page that covers `first` to `last` of the log, with messages at some of the offsets.
fn page((first, last): (u64, u64), offsets: &[u64], top: u64) -> HistoryPage {
    let messages = offsets.iter().copied().map(ben).collect();
    HistoryPage { messages, position: position(top), more: first > 1, first, last }
}

/// Ana's page of such a part of the log.
fn log(range: (u64, u64), offsets: &[u64], top: u64) -> Log {
    Log::new(member("ana").id, page(range, offsets, top))
}

/// The texts by their offsets; `-` where it is gone.
fn texts(log: &Log) -> Vec<(u64, &str)> {
    fn text(message: &Message) -> &str {
        if message.is_deleted() { "-" } else { &message.message }
    }
    log.messages().iter().map(|message| (message.offset, text(message))).collect()
}

#[test]
fn changes_are_seen_where_their_messages_are_and_count_as_nothing_new() {
    let mut log = log((1, 2), &[1, 2], 2);
    log.scrolled(false);
    log.fold(&Event::Logged(vec![edited(3, "ben", 1, "hello!"), deleted(4, "carl", 2)]), 0);
    assert_eq!(texts(&log), [(1, "hello!"), (2, "-")]);
    assert_eq!((log.newest(), log.later(), log.unseen(), log.by_others_after(2)), (4, None, 0, 0));
    log.fold(&said([ben(5), ben(6)]), 0);
    log.fold(&Event::Logged(vec![deleted(7, "ben", 6)]), 0);
    assert_eq!((log.newest(), log.by_others_after(4), log.unseen()), (7, 1, 1), "what is gone tells nothing");
    log.fold(&Event::Logged(vec![deleted(8, "ben", 1)]), 0);
    assert_eq!(log.unseen(), 1, "that one had been seen");
}

#[test]
fn only_the_chunk_of_the_message_is_drawn_anew() {
    let mut log = log((101, 150), &(101..=150).collect::<Vec<_>>(), 150);
    log.prepend(page((51, 100), &(51..=100).collect::<Vec<_>>(), 150));
    let revisions = |log: &Log| log.chunks().map(|number| log.revision(number)).collect::<Vec<_>>();
    let before = revisions(&log);
    log.fold(&Event::Logged(vec![edited(151, "ben", 60, "hello!")]), 0);
    // The end is drawn after every event.
    assert_eq!(revisions(&log), [before[0] + 1, before[1] + 1]);
    log.fold(&Event::Logged(vec![edited(152, "ben", 7, "further up")]), 0);
    assert_eq!(revisions(&log), [before[0] + 1, before[1] + 2]);
}

#[test]
fn a_page_that_is_older_than_a_change_gets_it() {
    let mut log = log((51, 60), &[51], 60);
    log.fold(&Event::Logged(vec![edited(61, "ben", 49, "hello!"), deleted(62, "ben", 50)]), 0);
    // It was read between the two.
    log.prepend(page((49, 50), &[49, 50], 61));
    assert_eq!(texts(&log), [(49, "hello"), (50, "-"), (51, "hello")]);
    log.turn(page((1, 50), &[49, 50], 60));
    assert_eq!(texts(&log), [(49, "hello!"), (50, "-")]);
    log.append(page((51, 60), &[51], 60));
    log.append(page((13, 62), &[49, 50, 51], 62));
    assert_eq!((texts(&log).len(), log.later()), (3, None));
    log.fold(&Event::Reset(page((1, 50), &[49, 50], 50)), 0);
    assert_eq!(texts(&log), [(49, "hello"), (50, "hello")], "that is another log, or a later page");
}

#[test]
fn a_change_that_a_page_was_ahead_of_is_applied_to_what_was_there_before() {
    let mut log = log((1, 50), &[20], 60);
    log.append(page((51, 65), &[51], 65));
    assert_eq!(log.newest(), 65);
    log.fold(&Event::Logged(vec![edited(61, "ben", 20, "hello!")]), 0);
    assert_eq!(texts(&log)[0], (20, "hello!"));
}

#[test]
fn pages_without_messages_lead_on_to_those_that_have_some() {
    let mut log = log((101, 150), &[], 150);
    assert_eq!((log.earlier(), log.later()), (Some(101), None));
    log.prepend(page((51, 100), &[], 150));
    assert_eq!(log.earlier(), Some(51));
    log.prepend(page((1, 50), &[1, 50], 150));
    assert_eq!((log.earlier(), texts(&log).len()), (None, 2));

    let mut log = self::log((1, 50), &[1], 200);
    log.append(page((51, 100), &[], 200));
    assert_eq!(log.later(), Some(100));
    log.append(page((151, 200), &[], 200));
    assert_eq!((log.later(), log.newest()), (None, 200));
    log.fold(&said([ben(201)]), 0);
    assert_eq!(texts(&log), [(1, "hello"), (201, "hello")]);
}

#[test]
fn a_page_that_leads_no_further_back_is_the_beginning() {
    let mut log = log((101, 150), &[101], 150);
    log.prepend(HistoryPage { more: true, ..page((0, 0), &[], 150) });
    assert_eq!(log.earlier(), None);
}

#[test]
fn what_comes_while_a_later_page_is_read_is_not_left_out() {
    let mut log = log((1, 50), &[1], 60);
    log.fold(&Event::Logged(vec![edited(61, "ben", 1, "hello!")]), 0);
    log.fold(&said([ben(62)]), 0);
    // What is between cannot be shown.
    log.append(page((0, 0), &[], 60));
    assert_eq!(log.later(), Some(60));
    log.append(page((13, 62), &[62], 62));
    assert_eq!((texts(&log), log.later()), (vec![(1, "hello!"), (62, "hello")], None));
}

#[test]
fn a_change_under_way_is_not_among_the_unsent_messages() {
    let mut log = log((1, 2), &[1, 2], 2);
    let edit = Unsent { edits: Some(1), ..Unsent::new(id("x"), "hello!".into(), 0) };
    log.fold(&Event::Pending(edit), 0);
    assert!(log.unsent().is_empty());
    log.fold(&Event::Refused(id("x"), Refusal::new(ErrorCode::TooLate, "Too late.")), 0);
    assert!(log.unsent().is_empty());
}
