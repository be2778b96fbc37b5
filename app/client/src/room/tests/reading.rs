//! Recovery, order, and loading the page again.

use super::*;

#[test]
fn what_was_missed_is_shown_and_the_room_is_live() {
    let mut scene = Scene::page(3);
    scene.step(Input::Start).step(Input::Opened).clear().frame(joined(5, true, &[4, 5]));
    assert_eq!(scene.shown(), [4, 5]);
    assert_eq!(scene.statuses(), [Status::Live]);
    assert_eq!(scene.events()[0], Event::Entered(joined_at(5, true, &[])));
    assert_eq!(scene.client.position(), Some(&position("e1", 5)));
}

#[test]
fn a_repeat_inside_a_recovery_is_shown_once() {
    let mut scene = Scene::page(3);
    scene.step(Input::Start).step(Input::Opened).frame(joined(5, true, &[2, 3, 4, 4, 5]));
    assert_eq!(scene.shown(), [4, 5]);
}

#[test]
fn a_recovery_that_does_not_hold_what_it_claims_is_none() {
    let wrong = [
        ("a hole", joined_at(6, true, &[4, 6])),
        ("a hole at the start", joined_at(5, true, &[5])),
        ("the end is missing", joined_at(6, true, &[4, 5])),
        ("a log that went back", joined_at(2, true, &[])),
        ("another log", Joined { position: position("e2", 3), ..joined_at(3, true, &[]) }),
        ("no claim", joined_at(3, false, &[])),
    ];
    for (what, answer) in wrong {
        let mut scene = Scene::page(3);
        scene.step(Input::Start).step(Input::Opened).frame(ServerMessage::Joined(answer));
        assert_eq!(scene.loads(), 1, "{what}");
        assert!(scene.shown().is_empty(), "{what}");
        assert_eq!(scene.statuses(), [Status::Connecting], "{what}");
        assert_eq!(scene.client.position(), Some(&position("e1", 3)), "{what}");
    }
}

#[test]
fn without_recovery_the_page_is_read_again_and_live_messages_follow_it() {
    let mut scene = Scene::rereading(10);
    scene.frame(says(11)).frame(says(12)).frame(says(13));
    assert_eq!(scene.events(), []);

    scene.step(Input::Result(EffectResult::HistoryLoaded(page(12))));
    assert_eq!(
        scene.events(),
        [Event::Reset(page(12)), Event::Logged(vec![RoomEvent::Posted(message(13))]), Event::Status(Status::Live)]
    );
    scene.frame(says(14));
    assert_eq!(scene.shown(), [13, 14]);
}

#[test]
fn who_comes_and_goes_is_told_while_the_page_is_read() {
    let mut scene = Scene::rereading(10);
    let came = Presence { room_id: room("garden"), joined: vec![person("ben")], left: vec![], member_count: 2 };
    let elsewhere = Presence { room_id: room("attic"), ..came.clone() };
    scene.frame(ServerMessage::Presence(elsewhere)).frame(ServerMessage::Presence(came.clone()));
    let types = Typing { room_id: room("garden"), member: person("ben") };
    scene.frame(ServerMessage::Typing(types.clone()));
    assert_eq!(scene.events(), [Event::Presence(came), Event::Typing(types)]);
}

#[test]
fn a_page_older_than_the_connection_or_of_another_log_is_read_again() {
    for misfit in [page(9), page_of("e2", 10, vec![])] {
        let mut scene = Scene::rereading(10);
        scene.step(Input::Result(EffectResult::HistoryLoaded(misfit)));
        assert_eq!(scene.events(), []);
        assert_eq!(scene.wake(Timer::Reload), Some(500));

        scene.clear().woken(Timer::Reload);
        assert_eq!(scene.loads(), 1);
        scene.step(Input::Result(EffectResult::HistoryLoaded(page(10))));
        assert_eq!(scene.statuses(), [Status::Live]);
    }
}

#[test]
fn a_connection_that_no_page_joins_is_given_up() {
    let mut scene = Scene::rereading(10);
    for _ in 0..4 {
        scene.step(Input::Result(EffectResult::HistoryLoaded(page(9)))).woken(Timer::Reload);
    }
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.wake(Timer::Connect), Some(500));
}

#[test]
fn a_page_that_hangs_or_fails_is_asked_for_again() {
    let mut scene = Scene::rereading(10);
    scene.step(Input::Result(EffectResult::HistoryFailed));
    assert_eq!(scene.wake(Timer::Reload), Some(500));
    scene.woken(Timer::Reload);
    assert_eq!(scene.wake(Timer::Reload), Some(15_000));
    scene.woken(Timer::Reload);
    assert_eq!(scene.loads(), 2);
}

#[test]
fn a_page_of_an_earlier_connection_is_not_taken_for_this_ones() {
    let mut scene = Scene::rereading(10);
    scene.step(Input::Closed { code: 1006 }).step(Input::Result(EffectResult::HistoryLoaded(page(10))));
    assert_eq!(scene.client.position(), Some(&position("e1", 0)), "no connection: nothing to join");
    scene.woken(Timer::Connect).step(Input::Opened).frame(joined(12, false, &[])).clear();
    scene.step(Input::Result(EffectResult::HistoryLoaded(page(10))));
    assert_eq!(scene.events(), [], "11 and 12 are missing");
}

#[test]
fn a_room_too_busy_to_hold_asks_for_a_later_page() {
    let mut scene = Scene::rereading(0);
    let most = super::inbox::MAX_HELD as u64;
    for offset in 1..=most + 5 {
        scene.frame(says(offset));
    }
    scene.clear().step(Input::Result(EffectResult::HistoryLoaded(page(most))));
    assert_eq!(scene.events(), [], "what was let go is not on it");
    scene.woken(Timer::Reload).clear().step(Input::Result(EffectResult::HistoryLoaded(page(most + 2))));
    assert_eq!(scene.shown(), [most + 3, most + 4, most + 5]);
}

#[test]
fn live_messages_are_shown_in_order_and_once() {
    let mut scene = Scene::live(3);
    scene.frame(says(4)).frame(says(4)).frame(says(2)).frame(says(5));
    assert_eq!(scene.shown(), [4, 5]);
    assert_eq!(scene.client.position(), Some(&position("e1", 5)));
}

#[test]
fn a_hole_is_never_shown_but_closed_by_coming_back() {
    let mut scene = Scene::live(3);
    scene.frame(says(5));
    assert!(scene.shown().is_empty());
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.wake(Timer::Connect), Some(500));
    assert_eq!(scene.client.position(), Some(&position("e1", 3)));
}

#[test]
fn messages_of_other_rooms_are_left_aside() {
    let mut scene = Scene::live(3);
    scene.frame(ServerMessage::Message(Message { room_id: room("attic"), ..message(4) }));
    scene.frame(ServerMessage::Joined(Joined { room_id: room("attic"), ..joined_at(9, false, &[]) }));
    assert_eq!(scene.events(), []);
    assert_eq!(scene.client.position(), Some(&position("e1", 3)));
}

#[test]
fn an_error_that_answers_no_message_is_shown() {
    let mut scene = Scene::live(3);
    scene.frame(refusal(ErrorCode::RateLimited, None));
    assert!(matches!(&scene.events()[..], [Event::Error(_)]));
}

fn renamed(offset: u64) -> ServerMessage {
    ServerMessage::Position(NewEpoch { room_id: room("garden"), position: position("e2", offset) })
}

#[test]
fn a_log_under_a_new_epoch_goes_on_where_it_was() {
    let mut scene = Scene::live(10);
    scene.frame(says(11)).clear().frame(renamed(11));
    assert_eq!(scene.events(), [], "nobody sees anything");
    scene.frame(says(12));
    assert_eq!(scene.shown(), [12]);
    assert_eq!(scene.client.position(), Some(&position("e2", 12)));

    let elsewhere = NewEpoch { room_id: room("attic"), position: position("e3", 12) };
    scene.frame(ServerMessage::Position(elsewhere));
    assert_eq!(scene.client.position(), Some(&position("e2", 12)), "another room's log");
}

#[test]
fn whoever_saw_more_than_the_new_epoch_vouches_for_comes_back() {
    let mut scene = Scene::live(10);
    scene.clear().frame(renamed(9));
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.client.position(), Some(&position("e1", 10)), "and claims nothing about the new one");
}

#[test]
fn a_page_that_is_read_meanwhile_is_of_the_new_epoch() {
    let mut scene = Scene::rereading(10);
    scene.frame(says(11)).frame(renamed(11)).clear();
    scene.step(Input::Result(EffectResult::HistoryLoaded(page(11))));
    assert_eq!(scene.events(), [], "a page of the old one does not join");
    scene.step(Input::Result(EffectResult::HistoryLoaded(page_of("e2", 11, vec![message(11)]))));
    assert_eq!(scene.client.position(), Some(&position("e2", 11)));
    assert_eq!(scene.statuses(), [Status::Live]);
}
