//! Connecting, losing the connection, reconnecting.

use super::*;

#[test]
fn a_page_that_is_opened_connects_at_once_from_where_it_stands() {
    let mut scene = Scene::page(7);
    scene.step(Input::Start);
    assert!(scene.does(&Output::Connect));
    assert_eq!(scene.statuses(), [Status::Connecting]);

    scene.step(Input::Opened);
    assert_eq!(
        scene.sent(),
        [ClientMessage::Join { room_id: room("garden"), since: Some(position("e1", 7)), session: None }]
    );
}

#[test]
fn a_page_that_shows_nothing_reads_first_and_connects_from_there() {
    let mut scene = Scene::new(None, vec![]);
    scene.step(Input::Start);
    assert_eq!(scene.loads(), 1);
    assert!(!scene.does(&Output::Connect));

    scene.step(Input::Result(EffectResult::HistoryLoaded(page(7))));
    assert!(scene.events().contains(&Event::Reset(page(7))));
    assert!(scene.does(&Output::Connect));
    assert_eq!(scene.client.position(), Some(&position("e1", 7)));
}

#[test]
fn a_first_page_that_cannot_be_had_is_asked_for_again() {
    let mut scene = Scene::new(None, vec![]);
    scene.step(Input::Start);
    assert_eq!(scene.wake(Timer::Reload), Some(15_000), "a request that hangs is not waited for");
    scene.step(Input::Result(EffectResult::HistoryFailed));
    assert_eq!(scene.wake(Timer::Reload), Some(500));
    scene.woken(Timer::Reload).step(Input::Result(EffectResult::HistoryFailed));
    assert_eq!(scene.wake(Timer::Reload), Some(1_000));
    assert_eq!(scene.loads(), 2);
}

#[test]
fn every_reconnect_waits_the_first_one_too() {
    let mut scene = Scene::live(3);
    scene.step(Input::Closed { code: 1006 });
    assert!(!scene.does(&Output::Connect));
    assert_eq!(scene.wake(Timer::Connect), Some(500));
    assert_eq!(scene.statuses(), [Status::Reconnecting { retry_in_ms: 500 }]);

    let mut waits = vec![];
    for _ in 0..7 {
        scene.clear().woken(Timer::Connect).step(Input::Closed { code: 1006 });
        waits.push(scene.wake(Timer::Connect).unwrap());
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
}

#[test]
fn a_node_that_lets_in_and_drops_is_not_hammered() {
    let mut scene = Scene::live(3);
    scene.step(Input::Closed { code: 1006 }).enter().clear();
    scene.frame(says(4)).step(Input::Closed { code: 1006 });
    assert_eq!(scene.wake(Timer::Connect), Some(1_000), "it did not hold, so the waits go on growing");

    scene.enter().woken(Timer::Steady).clear().step(Input::Closed { code: 1006 });
    assert_eq!(scene.wake(Timer::Connect), Some(500), "it held for a while");
}

#[test]
fn a_node_that_leaves_sends_its_people_on_and_only_a_failed_move_is_a_loss() {
    let mut scene = Scene::live(3);
    scene.step(Input::Closed { code: 4000 });
    assert_eq!(scene.statuses(), [Status::Moving]);
    assert_eq!(scene.wake(Timer::Connect), Some(500));

    scene.clear().woken(Timer::Connect).step(Input::Closed { code: 4000 });
    assert_eq!(scene.statuses(), [Status::Reconnecting { retry_in_ms: 1_000 }]);
}

#[test]
fn it_comes_back_from_the_last_message_shown() {
    let mut scene = Scene::live(3);
    scene.frame(says(4)).step(Input::Closed { code: 1001 }).woken(Timer::Connect).clear();
    scene.step(Input::Opened);
    assert_eq!(
        scene.sent(),
        [ClientMessage::Join { room_id: room("garden"), since: Some(position("e1", 4)), session: None }]
    );
}

#[test]
fn a_server_that_says_stay_away_is_left_alone() {
    let mut scene = Scene::live(3);
    scene.step(Input::Closed { code: 4500 });
    assert_eq!(scene.statuses(), [Status::Stopped { code: 4500 }]);
    scene.step(Input::Online).woken(Timer::Connect).step(Input::Offline);
    assert!(!scene.does(&Output::Connect));
    assert_eq!(scene.wake(Timer::Connect), None);
}

#[test]
fn an_attempt_that_neither_opens_nor_closes_is_given_up() {
    let mut scene = Scene::page(3);
    scene.step(Input::Start);
    assert_eq!(scene.wake(Timer::Silence), Some(10_000));
    scene.woken(Timer::Silence);
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.wake(Timer::Connect), Some(500));
}

#[test]
fn a_room_that_does_not_open_is_given_up_whatever_else_is_said() {
    let mut scene = Scene::page(3);
    scene.step(Input::Start).clear().step(Input::Opened);
    assert_eq!(scene.wake(Timer::Silence), Some(10_000));
    scene.clear().frame(ServerMessage::Pong).frame(says(4));
    assert_eq!(scene.out, [], "only `joined` counts");
    scene.woken(Timer::Silence);
    assert!(scene.does(&Output::Disconnect));
}

#[test]
fn a_refused_join_is_tried_again_on_another_connection() {
    let mut scene = Scene::page(3);
    scene.step(Input::Start).step(Input::Opened).clear();
    let unavailable = Refusal::new(ErrorCode::Unavailable, "away").retry_after_ms(3_000);
    scene.frame(ServerMessage::Error(unavailable));
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.wake(Timer::Connect), Some(3_000));
    assert_eq!(scene.events(), [Event::Status(Status::Reconnecting { retry_in_ms: 3_000 })]);
}

#[test]
fn without_a_network_nothing_is_tried() {
    let mut scene = Scene::live(3);
    scene.step(Input::Offline);
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.statuses(), [Status::Offline]);

    scene.clear().woken(Timer::Connect).woken(Timer::Silence);
    assert_eq!(scene.out, []);

    scene.step(Input::Online);
    assert_eq!(scene.wake(Timer::Connect), Some(500));
    scene.woken(Timer::Connect);
    assert!(scene.does(&Output::Connect));
}

#[test]
fn a_first_page_that_comes_while_offline_is_shown_and_used() {
    let mut scene = Scene::new(None, vec![]);
    scene.step(Input::Start).step(Input::Offline).step(Input::Result(EffectResult::HistoryLoaded(page(7))));
    assert!(scene.events().contains(&Event::Reset(page(7))));
    assert!(!scene.does(&Output::Connect));
    scene.clear().step(Input::Online).woken(Timer::Connect);
    assert_eq!(scene.loads(), 0);
    assert!(scene.does(&Output::Connect));
}

#[test]
fn a_person_who_comes_back_to_the_page_does_not_wait_out_a_long_pause() {
    let mut scene = Scene::live(3);
    for _ in 0..8 {
        scene.step(Input::Closed { code: 1006 }).woken(Timer::Connect);
    }
    scene.step(Input::Closed { code: 1006 });
    assert_eq!(scene.wake(Timer::Connect), Some(20_000));
    scene.step(Input::Online);
    assert_eq!(scene.wake(Timer::Connect), Some(500));
}

#[test]
fn what_comes_late_from_a_dropped_socket_is_not_heard() {
    let mut scene = Scene::live(3);
    scene.step(Input::Offline).clear();
    scene.frame(says(4)).frame(joined(9, false, &[])).step(Input::Opened).step(Input::Closed { code: 4500 });
    assert_eq!(scene.out, []);
    assert_eq!(scene.client.position(), Some(&position("e1", 3)));
}
