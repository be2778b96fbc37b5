//! Somebody is cut off and comes back, as events of the client.

use client::room::{Event, Status};
use protocol::{Epoch, HistoryPage, Joined, Position};

use super::Missed;
use crate::state::Log;
use crate::state::testing::{deleted, edited, member, message, room, said};

const MINUTE: u64 = 60_000;

/// What has happened so far to Ana's page of a room.
struct Scene {
    log: Log,
    now_ms: u64,
}

impl Scene {
    /// She has read everything up to `offset`, all by Ben.
    fn page(offset: u64) -> Self {
        Self { log: Log::new(member("ana").id, page("e1", 1..=offset, false)), now_ms: 100 * MINUTE }
    }

    fn tell(&mut self, event: &Event) -> &mut Self {
        self.log.fold(event, self.now_ms);
        self
    }

    fn after(&mut self, ms: u64) -> &mut Self {
        self.now_ms += ms;
        self
    }

    fn lost(&mut self) -> &mut Self {
        self.tell(&Event::Status(Status::Reconnecting { retry_in_ms: 500 }))
    }

    /// Back with the log at `offset`, and with everything that was missed.
    fn back(&mut self, offset: u64) -> &mut Self {
        let from = self.log.messages().last().map_or(1, |last| last.offset + 1);
        self.tell(&entered("e1", offset, true));
        self.hears(&(from..=offset).map(|offset| (offset, "ben")).collect::<Vec<_>>());
        self.tell(&Event::Status(Status::Live))
    }

    fn hears(&mut self, messages: &[(u64, &str)]) -> &mut Self {
        let now = self.now_ms;
        let messages: Vec<_> = messages.iter().map(|(offset, who)| message(*offset, who, "hi", now)).collect();
        if messages.is_empty() { self } else { self.tell(&said(messages)) }
    }

    /// How many were missed, and after which.
    fn missed(&self) -> Option<(usize, u64)> {
        self.log.missed().map(|missed| (missed.count, missed.after))
    }
}

fn position(epoch: &str, offset: u64) -> Position {
    Position { epoch: Epoch::parse(epoch).unwrap(), offset }
}

fn page(epoch: &str, offsets: impl Iterator<Item = u64>, more: bool) -> HistoryPage {
    let messages: Vec<_> = offsets.map(|offset| message(offset, "ben", "hi", 0)).collect();
    let position = position(epoch, messages.last().map_or(0, |last| last.offset));
    HistoryPage { messages, position, more, first: 0, last: 0 }
}

fn entered(epoch: &str, offset: u64, recovered: bool) -> Event {
    Event::Entered(Joined {
        room_id: room(),
        you: member("ana"),
        session: None,
        members: vec![],
        member_count: 0,
        position: position(epoch, offset),
        recovered,
        edited: vec![],
        deleted: vec![],
        messages: vec![],
    })
}

#[test]
fn whoever_comes_back_sees_how_much_they_missed_and_since_when() {
    let mut scene = Scene::page(2);
    scene.tell(&entered("e1", 2, true)).hears(&[(3, "ben")]);
    assert_eq!(scene.log.missed(), None, "the first connection is no return");

    scene.lost().after(MINUTE).lost().back(5);
    assert_eq!(scene.log.missed(), Some(Missed { after: 3, count: 2, earlier: 0, since_ms: 100 * MINUTE }));
    scene.hears(&[(6, "ben")]);
    assert_eq!(scene.missed(), Some((2, 3)), "what comes later was not missed");
}

#[test]
fn a_return_that_brings_nothing_shows_nothing_and_leaves_the_last_one() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).back(2);
    assert_eq!(scene.missed(), None);

    scene.lost().after(MINUTE).back(4);
    scene.after(5 * MINUTE).lost().after(MINUTE).back(4);
    assert_eq!(scene.missed(), Some((2, 2)));
}

#[test]
fn what_the_reader_said_from_elsewhere_was_not_missed() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).tell(&entered("e1", 3, true)).hears(&[(3, "ana")]);
    assert_eq!(scene.missed(), None);
    scene.lost().after(MINUTE).tell(&entered("e1", 5, true)).hears(&[(4, "ana"), (5, "ben")]);
    assert_eq!(scene.missed(), Some((1, 3)));
}

#[test]
fn a_second_absence_takes_the_place_of_the_first() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).back(4);
    scene.after(5 * MINUTE).lost().after(MINUTE).back(7);
    assert_eq!(scene.missed(), Some((3, 4)));
}

#[test]
fn a_line_that_flaps_is_one_absence() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).back(4);
    scene.after(10_000).lost().after(MINUTE).back(7);
    assert_eq!(scene.missed(), Some((5, 2)));
}

#[test]
fn a_move_to_another_node_is_no_absence() {
    let mut scene = Scene::page(2);
    scene.tell(&Event::Status(Status::Moving)).after(300).back(3);
    assert_eq!(scene.missed(), None);
    scene.tell(&Event::Status(Status::Moving)).after(300).lost().after(MINUTE).back(4);
    assert_eq!(scene.missed(), Some((1, 3)), "unless it fails");
}

#[test]
fn a_computer_that_slept_was_away_since_the_first_that_it_missed() {
    let mut scene = Scene::page(2);
    scene.lost().tell(&entered("e1", 4, true));
    let night = |offset, minute: u64| message(offset, "ben", "hi", minute * MINUTE);
    scene.tell(&said(vec![night(3, 20), night(4, 90)]));
    assert_eq!(scene.log.missed().map(|missed| missed.since_ms), Some(20 * MINUTE));
}

#[test]
fn after_a_gap_too_large_the_rest_of_what_was_missed_is_further_up() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).tell(&entered("e1", 402, false));
    assert_eq!(scene.missed(), None);
    scene.tell(&Event::Reset(page("e1", 353..=402, true)));
    assert_eq!(scene.missed(), Some((400, 2)));
    assert_eq!(scene.log.missed().map(|missed| missed.earlier), Some(350));

    scene.log.prepend(page("e1", 303..=352, true));
    assert_eq!(scene.log.missed().map(|missed| (missed.count, missed.earlier)), Some((400, 300)));
    scene.log.prepend(page("e1", 1..=302, false));
    assert_eq!(scene.log.missed().map(|missed| (missed.count, missed.earlier)), Some((400, 0)));
}

#[test]
fn in_a_log_that_began_anew_only_what_was_never_shown_was_missed() {
    let mut scene = Scene::page(8);
    scene.lost().after(MINUTE).tell(&entered("e2", 3, false)).tell(&Event::Reset(page("e2", 1..=3, false)));
    assert_eq!(scene.missed(), None, "an older copy: all of it is known");

    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).tell(&entered("e2", 3, false)).tell(&Event::Reset(page("e2", 1..=3, false)));
    assert_eq!(scene.missed(), Some((1, 2)));
}

#[test]
fn whoever_reads_further_up_is_told_of_all_they_missed() {
    let mut scene = Scene::page(2);
    scene.log.scrolled(false);
    scene.lost().after(MINUTE).tell(&Event::Reset(page("e1", 3..=5, true)));
    assert_eq!(scene.log.unseen(), 3);
}

#[test]
fn what_was_missed_waits_until_it_is_seen() {
    let mut scene = Scene::page(2);
    assert!(!scene.log.see_missed());
    scene.lost().after(MINUTE).back(4);
    assert_eq!(scene.log.missed_unseen(), 2);
    assert!(scene.log.see_missed());
    assert_eq!(scene.log.missed_unseen(), 0);
    assert!(!scene.log.see_missed());
    assert_eq!(scene.missed(), Some((2, 2)), "the line stays");
}

#[test]
fn a_page_that_stood_open_for_long_leaves_it_behind() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).back(4);
    scene.hears(&(5..=700).map(|offset| (offset, "ben")).collect::<Vec<_>>());
    assert_eq!(scene.missed(), None);
}

#[test]
fn a_change_was_not_missed_and_neither_was_a_message_that_is_gone() {
    let mut scene = Scene::page(2);
    scene.lost().after(MINUTE).tell(&entered("e1", 4, true));
    scene.tell(&Event::Logged(vec![edited(3, "ben", 1, "hello"), deleted(4, "ben", 2)]));
    assert_eq!(scene.missed(), None);

    scene.lost().after(MINUTE).tell(&entered("e1", 7, true)).hears(&[(5, "ben"), (6, "ben"), (7, "ben")]);
    assert_eq!(scene.missed(), Some((3, 4)));
    scene.tell(&Event::Logged(vec![deleted(8, "ben", 6), edited(9, "ben", 7, "hello")]));
    assert_eq!(scene.missed(), Some((2, 4)));
}

#[test]
fn whoever_was_away_from_a_log_that_ended_with_changes_missed_nothing_before_them() {
    let mut scene = Scene::page(2);
    scene.tell(&Event::Logged(vec![edited(3, "ben", 1, "hello")]));
    scene.lost().after(MINUTE).tell(&entered("e1", 60, false));
    let newest = HistoryPage { first: 11, last: 60, ..page("e1", 20..=59, true) };
    scene.tell(&Event::Reset(HistoryPage { position: position("e1", 60), ..newest }));
    assert_eq!(scene.log.missed().map(|missed| (missed.after, missed.count, missed.earlier)), Some((3, 47, 7)));
}
