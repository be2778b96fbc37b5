//! A channel on one node, step by step.

use super::*;
use crate::hub::reorder_buffer::MOST;
use protocol::Epoch;

/// The frame that takes the text of earlier ones away.
const ERASES: &str = "erased";

fn at(offset: u64) -> Position {
    Position { epoch: Epoch::parse("e").unwrap(), offset }
}

fn head(offset: u64) -> Head {
    Head { position: at(offset), frame: (offset > 0).then(|| frame(offset).into()) }
}

/// The same offset in a log of another name.
fn renamed(offset: u64) -> Position {
    Position { epoch: Epoch::parse("f").unwrap(), offset }
}

fn frame(offset: u64) -> Utf8Bytes {
    format!("m{offset}").into()
}

/// A channel whose log stands at `top`, with one live listener.
fn listening(top: u64) -> (Fanout, Arc<Outbox>) {
    let outbox = Arc::new(Outbox::stuck(1 << 20));
    let mut fanout = Fanout::new(|frame| frame == ERASES);
    fanout.register(SubscriptionId(1), outbox.clone());
    fanout.anchor(head(top));
    fanout.activate(SubscriptionId(1), &at(top), "hello");
    (fanout, outbox)
}

fn heard(fanout: &mut Fanout, outbox: &Outbox) -> Vec<String> {
    fanout.flush();
    outbox.take().0.iter().map(ToString::to_string).collect()
}

#[test]
fn publications_reach_listeners_once_and_in_order() {
    let (mut fanout, outbox) = listening(4);
    assert_eq!(fanout.receive(&at(5), frame(5)), FollowUp::Nothing);
    assert_eq!(fanout.receive(&at(5), frame(5)), FollowUp::Nothing);
    assert_eq!(fanout.receive(&at(7), frame(7)), FollowUp::Repair);
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m5"], "nothing overtakes a hole");
    assert_eq!(fanout.receive(&at(6), frame(6)), FollowUp::Nothing);
    assert_eq!(heard(&mut fanout, &outbox), ["m6", "m7"]);
}

#[test]
fn what_comes_before_the_top_is_known_waits() {
    let mut fanout = Fanout::new(|frame| frame == ERASES);
    let outbox = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(1), outbox.clone());
    fanout.receive(&at(3), frame(3));
    fanout.receive(&at(4), frame(4));
    assert_eq!(fanout.anchor(head(3)), FollowUp::Nothing);
    fanout.activate(SubscriptionId(1), &at(3), "hello");
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m4"], "what the log had already is not repeated");
}

/// A channel with one listener, of which nothing is known yet but what came.
fn unknown(came: &[(Position, &str)]) -> (Fanout, Arc<Outbox>) {
    let outbox = Arc::new(Outbox::stuck(1 << 20));
    let mut fanout = Fanout::new(|frame| frame == ERASES);
    fanout.register(SubscriptionId(1), outbox.clone());
    for (position, text) in came {
        assert_eq!(fanout.receive(position, Utf8Bytes::from(*text)), FollowUp::Nothing);
    }
    (fanout, outbox)
}

#[test]
fn what_another_log_said_before_the_top_is_known_is_thrown_away_and_this_one_is_read() {
    let (ours, theirs) = ((at(4), "m4"), (renamed(4), "theirs"));
    // Also where the two stand at one place, whichever came first.
    for came in [vec![theirs.clone()], vec![ours.clone(), theirs.clone()], vec![theirs, ours]] {
        let (mut fanout, outbox) = unknown(&came);
        fanout.receive(&at(5), frame(5));
        fanout.receive(&renamed(900), "theirs".into());
        assert_eq!(fanout.anchor(head(3)), FollowUp::Repair, "{came:?}");
        fanout.activate(SubscriptionId(1), &at(3), "hello");
        // As the log has it; a part of it may have gone out already.
        assert_eq!(fanout.receive(&at(4), frame(4)), FollowUp::Nothing, "{came:?}");
        assert_eq!(heard(&mut fanout, &outbox), ["hello", "m4", "m5"]);
        assert_eq!(fanout.receive(&at(6), frame(6)), FollowUp::Nothing, "nothing of theirs is waited for");
    }
}

#[test]
fn what_another_log_said_before_the_top_costs_nothing() {
    let (mut fanout, outbox) = unknown(&[(renamed(2), "theirs"), (at(4), "m4")]);
    assert_eq!(fanout.anchor(head(3)), FollowUp::Nothing);
    fanout.activate(SubscriptionId(1), &at(3), "hello");
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m4"]);
}

#[test]
fn too_much_before_the_top_is_known_is_read_from_the_log_instead() {
    let (mut fanout, outbox) = unknown(&[]);
    for offset in 1..=MOST as u64 + 1 {
        assert_eq!(fanout.receive(&at(offset), frame(offset)), FollowUp::Nothing);
    }
    assert_eq!(fanout.anchor(head(3)), FollowUp::Repair);
    fanout.activate(SubscriptionId(1), &at(3), "hello");
    assert_eq!(fanout.receive(&at(4), frame(4)), FollowUp::Nothing);
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m4"]);
}

#[test]
fn a_seat_that_read_the_log_ahead_of_this_node_hears_nothing_twice() {
    let (mut fanout, _) = listening(4);
    let outbox = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(2), outbox.clone());
    fanout.activate(SubscriptionId(2), &at(6), "hello");
    for offset in 5..=7 {
        fanout.receive(&at(offset), frame(offset));
    }
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m7"]);
}

#[test]
fn someone_who_comes_back_quickly_is_served_from_memory() {
    let (mut fanout, _) = listening(4);
    for offset in 5..=9 {
        fanout.receive(&at(offset), frame(offset));
    }
    let welcome = fanout.recover_from_memory(Some(&at(7))).unwrap();
    assert!(welcome.recovered);
    assert_eq!(welcome.missed, [frame(8), frame(9)]);
    assert!(fanout.recover_from_memory(Some(&at(3))).unwrap().recovered);
    assert!(fanout.recover_from_memory(Some(&at(2))).is_none(), "older than memory: the log must tell");
    assert!(fanout.recover_from_memory(Some(&at(11))).is_none(), "ahead of this node: the log must tell");
    assert!(!fanout.recover_from_memory(None).unwrap().recovered);
}

#[test]
fn memory_grows_backwards_by_what_was_read_for_somebody() {
    let (mut fanout, _) = listening(4);
    fanout.receive(&at(5), frame(5));
    assert!(fanout.recover_from_memory(Some(&at(1))).is_none());
    let read: Vec<_> = (2..=5).map(frame).collect();
    fanout.remember_older(&at(4), &read);
    assert!(fanout.recover_from_memory(Some(&at(1))).is_none(), "a read that ends elsewhere does not join");
    fanout.remember_older(&at(5), &read);
    assert_eq!(fanout.recover_from_memory(Some(&at(1))).unwrap().missed, read);
    assert!(fanout.recover_from_memory(Some(&at(0))).is_none());
}

#[test]
fn a_frame_under_another_epoch_waits_for_the_log_to_explain_it() {
    let (mut fanout, outbox) = listening(4);
    assert_eq!(fanout.receive(&renamed(5), frame(5)), FollowUp::Repair);
    assert_eq!(heard(&mut fanout, &outbox), ["hello"]);
    assert!(
        fanout.recover_from_memory(Some(&renamed(4))).is_none(),
        "the log must be asked about an epoch we do not know"
    );
}

#[test]
fn a_log_with_a_new_name_is_told_to_those_who_listen_and_goes_on() {
    let (mut fanout, outbox) = listening(4);
    let ahead = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(2), ahead.clone());
    fanout.activate(SubscriptionId(2), &at(6), "hello");
    assert_eq!(fanout.head(), Some(head(4)));
    assert_eq!(fanout.rename(&at(4), renamed(0).epoch, &"renamed".into()), FollowUp::Nothing);
    fanout.receive(&renamed(5), frame(5));
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "renamed", "m5"]);
    assert_eq!(ahead.take().1, Some(CloseCode::Resync), "it had read what nobody can prove");
    assert_eq!(fanout.receive(&at(5), frame(5)), FollowUp::Repair, "a late word of the old name changes nothing");
}

#[test]
fn a_new_name_proven_for_an_earlier_moment_is_not_believed() {
    let (mut fanout, outbox) = listening(4);
    fanout.receive(&at(5), frame(5));
    assert_eq!(fanout.rename(&at(4), renamed(0).epoch, &"renamed".into()), FollowUp::Repair);
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m5"]);
}

#[test]
fn a_seat_that_read_the_log_under_another_name_comes_back() {
    let (mut fanout, _) = listening(4);
    let outbox = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(2), outbox.clone());
    assert_eq!(fanout.activate(SubscriptionId(2), &renamed(4), "hello"), FollowUp::Repair);
    assert_eq!(outbox.take().1, Some(CloseCode::Resync));
}

#[test]
fn another_log_sends_everybody_to_read_anew() {
    let (mut fanout, outbox) = listening(4);
    fanout.resync(renamed(1));
    assert_eq!(outbox.take().1, Some(CloseCode::Resync));
    assert!(fanout.recover_from_memory(Some(&at(4))).is_none());
}

#[test]
fn everybody_is_told_when_the_log_is_out_of_reach_and_whoever_comes_meanwhile_too() {
    let (mut fanout, outbox) = listening(4);
    fanout.set_available(false, "away".into());
    assert!(!fanout.is_available());
    let late = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(2), late.clone());
    fanout.activate(SubscriptionId(2), &at(4), "hello");
    fanout.set_available(true, "back".into());
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "away", "back"]);
    assert_eq!(heard(&mut fanout, &late), ["hello", "away", "back"]);
}

#[test]
fn whoever_comes_in_the_middle_of_a_turn_hears_nothing_twice() {
    let (mut fanout, outbox) = listening(4);
    fanout.receive(&at(5), frame(5));
    let late = Arc::new(Outbox::stuck(1 << 20));
    fanout.register(SubscriptionId(2), late.clone());
    fanout.activate(SubscriptionId(2), &at(5), "hello");
    fanout.receive(&at(6), frame(6));
    assert_eq!(heard(&mut fanout, &late), ["hello", "m6"]);
    assert_eq!(heard(&mut fanout, &outbox), ["hello", "m5", "m6"]);
}

#[test]
fn a_turn_is_one_piece_for_each_and_all_share_it() {
    let (mut fanout, outbox) = listening(4);
    outbox.take();
    (5..=9).for_each(|offset| assert_eq!(fanout.receive(&at(offset), frame(offset)), FollowUp::Nothing));
    fanout.flush();
    assert_eq!(outbox.pieces(), 1);
    assert_eq!(outbox.take().0.len(), 5);
}

#[test]
fn what_was_taken_away_is_not_in_memory_for_those_who_come_back() {
    let (mut fanout, _outbox) = listening(4);
    fanout.receive(&at(5), frame(5));
    assert_eq!(fanout.recover_from_memory(Some(&at(4))).map(|found| found.missed), Some(vec![frame(5)]));
    fanout.receive(&at(6), ERASES.into());
    assert!(fanout.recover_from_memory(Some(&at(4))).is_none(), "the log knows what it is now");
    assert_eq!(fanout.recover_from_memory(Some(&at(5))).map(|found| found.missed), Some(vec![ERASES.into()]));
    assert_eq!(fanout.head().map(|head| head.position), Some(at(6)));
}
