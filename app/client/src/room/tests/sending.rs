//! A person's messages, until they are in the log.

use super::*;

#[test]
fn a_message_goes_out_at_once_and_settles_when_it_comes_back() {
    let mut scene = Scene::live(3);
    scene.say("m1");
    assert_eq!(scene.events(), [Event::Pending(unsent("m1"))]);
    assert_eq!(scene.sent_ids(), ["m1"]);
    assert_eq!(scene.stored(), Some(vec!["m1".into()]));

    scene.clear().frame(echo("m1", 4));
    assert_eq!(
        scene.events(),
        [Event::Logged(vec![RoomEvent::Posted(by("ana", "m1", 4))]), Event::Acknowledged(id("m1"))]
    );
    assert_eq!(scene.stored(), Some(vec![]));
    assert_eq!(scene.wake(Timer::Resend), None);
}

#[test]
fn saying_the_same_twice_is_saying_it_once() {
    let mut scene = Scene::live(3);
    scene.say("m1").say("m1");
    assert_eq!(scene.events().len(), 1);
    assert_eq!(scene.sent_ids(), ["m1"]);
    scene.frame(echo("m1", 4)).frame(echo("m1", 4));
    assert_eq!(scene.settled(), [id("m1")]);
}

#[test]
fn a_resend_that_was_in_the_log_before_settles_without_being_shown_again() {
    let mut scene = Scene::live(3);
    scene.say("m1").frame(echo("m1", 2));
    assert!(scene.shown().is_empty());
    assert_eq!(scene.settled(), [id("m1")]);
}

#[test]
fn somebody_elses_message_with_the_same_id_settles_nothing() {
    let mut scene = Scene::live(3);
    scene.say("m1").frame(ServerMessage::Message(by("ben", "m1", 4)));
    assert_eq!(scene.settled(), []);
    assert_eq!(scene.client.unsent().count(), 1);
}

#[test]
fn messages_go_out_one_after_another_in_the_order_of_writing() {
    let mut scene = Scene::live(3);
    scene.say("m1").say("m2").say("m3");
    assert_eq!(scene.sent_ids(), ["m1"], "m2 could overtake it");
    scene.frame(echo("m1", 4)).frame(echo("m2", 5));
    assert_eq!(scene.sent_ids(), ["m1", "m2", "m3"]);
}

#[test]
fn what_is_written_without_a_connection_goes_out_with_the_same_ids_when_it_is_back() {
    let mut scene = Scene::live(3);
    scene.say("m1").step(Input::Closed { code: 1006 }).say("m2");
    assert_eq!(scene.sent_ids(), ["m1"]);
    scene.clear().enter();
    assert_eq!(scene.sent_ids(), ["m1"], "nobody knows whether it arrived");
    scene.frame(echo("m1", 4));
    assert_eq!(scene.sent_ids(), ["m1", "m2"]);
}

#[test]
fn nothing_is_sent_before_the_room_is_live() {
    let mut scene = Scene::rereading(10);
    scene.say("m1");
    assert!(scene.sent_ids().is_empty());
    scene.step(Input::Result(EffectResult::HistoryLoaded(page(10))));
    assert_eq!(scene.sent_ids(), ["m1"]);
}

#[test]
fn what_an_earlier_visit_left_is_shown_and_sent() {
    let refused = Unsent { refused: Some("too long".into()), ..unsent("m0") };
    let mut scene = Scene::new(Some(position("e1", 3)), vec![refused.clone(), unsent("m1")]);
    scene.enter();
    assert!(scene.events().contains(&Event::Pending(refused)));
    assert!(scene.events().contains(&Event::Pending(unsent("m1"))));
    assert_eq!(scene.sent_ids(), ["m1"]);
    assert_eq!(scene.stored(), None, "nothing changed");
}

#[test]
fn what_a_recovery_or_a_page_brings_back_is_settled_and_not_sent_again() {
    let mut scene = Scene::live(3);
    scene.say("m1").step(Input::Closed { code: 1006 }).woken(Timer::Connect).step(Input::Opened).clear();
    let answer = Joined { messages: vec![by("ana", "m1", 4)], ..joined_at(4, true, &[]) };
    scene.frame(ServerMessage::Joined(answer));
    assert_eq!(scene.settled(), [id("m1")]);
    assert!(scene.sent_ids().is_empty());

    let mut scene = Scene::rereading(10);
    scene.say("m1").say("m2").frame(echo("m2", 11));
    assert_eq!(scene.settled(), [id("m2")], "known already while it is held");
    scene.step(Input::Result(EffectResult::HistoryLoaded(page_of("e1", 10, vec![by("ana", "m1", 10)]))));
    assert_eq!(scene.settled(), [id("m2"), id("m1")]);
    assert_eq!(scene.shown(), [11]);
    assert!(scene.sent_ids().is_empty());
}

#[test]
fn a_message_refused_for_now_goes_out_again_later_and_is_not_overtaken() {
    let mut scene = Scene::live(3);
    scene.say("m1").clear();
    scene.frame(refusal(ErrorCode::Unavailable, Some("m1"))).say("m2");
    assert!(scene.sent_ids().is_empty());
    assert_eq!(scene.wake(Timer::Resend), Some(5_000));
    assert!(matches!(&scene.events()[..], [Event::Delayed(of, _), Event::Pending(_)] if *of == id("m1")));

    scene.woken(Timer::Resend);
    assert_eq!(scene.sent_ids(), ["m1"]);
    scene.frame(echo("m1", 4));
    assert_eq!(scene.sent_ids(), ["m1", "m2"]);
}

#[test]
fn a_server_says_when_to_send_again() {
    let mut scene = Scene::live(3);
    let slow_down = Refusal::new(ErrorCode::RateLimited, "slow down").answering(Some(id("m1"))).retry_after_ms(700);
    scene.say("m1").frame(ServerMessage::Error(slow_down));
    assert_eq!(scene.wake(Timer::Resend), Some(700));
}

#[test]
fn a_message_that_nobody_answers_is_sent_again() {
    let mut scene = Scene::live(3);
    scene.say("m1");
    assert_eq!(scene.wake(Timer::Resend), Some(10_000));
    scene.woken(Timer::Resend);
    assert_eq!(scene.sent_ids(), ["m1", "m1"]);
}

#[test]
fn a_message_refused_for_good_waits_for_the_person_and_lets_others_pass() {
    let mut scene = Scene::live(3);
    scene.say("m1").say("m2").clear().frame(refusal(ErrorCode::EmptyMessage, Some("m1")));
    assert!(matches!(&scene.events()[..], [Event::Refused(of, _)] if *of == id("m1")));
    assert_eq!(scene.sent_ids(), ["m2"]);
    assert_eq!(scene.client.unsent().next().unwrap().refused.as_deref(), Some("because"));
    assert_eq!(scene.stored(), Some(vec!["m1".into(), "m2".into()]));

    scene.frame(echo("m2", 4)).clear().step(Input::Command(Command::Retry(id("m1"))));
    assert_eq!(scene.events(), [Event::Pending(unsent("m1"))]);
    assert_eq!(scene.sent_ids(), ["m1"]);
}

#[test]
fn a_message_whose_id_is_taken_goes_on_under_another() {
    let mut scene = Scene::live(3);
    scene.say("m1").frame(refusal(ErrorCode::Conflict, Some("m1"))).clear();
    scene.step(Input::Command(Command::Retry(id("m1"))));
    assert_eq!(
        scene.events(),
        [Event::Discarded(id("m1")), Event::Pending(Unsent { id: id("m1~ffffffff"), ..unsent("m1") })]
    );
    assert_eq!(scene.sent_ids(), ["m1~ffffffff"]);
}

#[test]
fn a_message_given_up_is_forgotten() {
    let mut scene = Scene::live(3);
    scene.say("m1").frame(refusal(ErrorCode::Invalid, Some("m1"))).clear();
    scene
        .step(Input::Command(Command::Discard(id("m1"))))
        .step(Input::Command(Command::Discard(id("m1"))))
        .step(Input::Command(Command::Retry(id("m1"))));
    assert_eq!(scene.events(), [Event::Discarded(id("m1"))]);
    assert_eq!(scene.stored(), Some(vec![]));
}

#[test]
fn a_late_refusal_of_a_settled_message_says_nothing() {
    let mut scene = Scene::live(3);
    scene.say("m1").frame(echo("m1", 4)).clear().frame(refusal(ErrorCode::Invalid, Some("m1")));
    assert_eq!(scene.events(), []);
}

#[test]
fn a_server_that_forgot_us_is_entered_again_and_the_message_kept() {
    let mut scene = Scene::live(3);
    scene.say("m1").clear().frame(refusal(ErrorCode::NotInRoom, Some("m1")));
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.events(), [Event::Status(Status::Reconnecting { retry_in_ms: 500 })]);
    assert_eq!(scene.client.unsent().next().unwrap().refused, None);
}

#[test]
fn a_message_that_closes_the_connection_by_its_size_is_refused_and_the_rest_goes_on() {
    let mut scene = Scene::live(3);
    scene.say("m1").say("m2").clear().step(Input::Closed { code: 1009 });
    assert!(matches!(&scene.events()[0], Event::Refused(of, _) if *of == id("m1")));
    scene.enter();
    assert_eq!(scene.sent_ids(), ["m2"]);

    let mut idle = Scene::live(3);
    idle.step(Input::Closed { code: 1009 });
    assert_eq!(idle.statuses(), [Status::Stopped { code: 1009 }]);
}

#[test]
fn no_more_is_taken_than_can_be_kept() {
    let mut scene = Scene::page(3);
    for number in 0..super::outbox::MAX_UNSENT {
        scene.say(&format!("m{number}"));
    }
    scene.clear().say("one-more");
    assert!(matches!(&scene.events()[..], [Event::Pending(_), Event::Refused(of, _)] if *of == id("one-more")));
    assert_eq!(scene.client.unsent().count(), super::outbox::MAX_UNSENT);
}

#[test]
fn typing_is_said_at_most_every_two_seconds_and_only_in_the_room() {
    let mut scene = Scene::page(3);
    scene.step(Input::Command(Command::Typing)).enter().clear();
    scene.step(Input::Command(Command::Typing)).step(Input::Command(Command::Typing));
    assert_eq!(scene.sent(), [ClientMessage::Typing { room_id: room("garden") }]);
    assert_eq!(scene.wake(Timer::Typing), Some(2_000));
    scene.woken(Timer::Typing).step(Input::Command(Command::Typing));
    assert_eq!(scene.sent().len(), 2);
}
