//! Noticing a connection that is dead without saying so.

use super::*;

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let mut scene = Scene::page(3);
    scene.enter();
    assert_eq!(scene.wake(Timer::Silence), Some(26_000));
    scene.clear().woken(Timer::Silence);
    assert_eq!(scene.sent(), [ClientMessage::Ping]);
    assert_eq!(scene.wake(Timer::Silence), Some(10_000));
    scene.woken(Timer::Silence);
    assert!(scene.does(&Output::Disconnect));
    assert_eq!(scene.wake(Timer::Connect), Some(500));
}

#[test]
fn any_frame_shows_that_the_server_is_there() {
    for frame in [ServerMessage::Pong, says(4), refusal(ErrorCode::RateLimited, None)] {
        let mut scene = Scene::live(3);
        scene.woken(Timer::Silence).frame(frame);
        assert_eq!(scene.wake(Timer::Silence), Some(26_000));
        scene.woken(Timer::Silence);
        assert!(!scene.does(&Output::Disconnect));
    }
}

#[test]
fn somebody_who_looks_at_the_page_again_has_the_server_asked_at_once() {
    let mut scene = Scene::live(3);
    scene.step(Input::Online);
    assert_eq!(scene.sent(), [ClientMessage::Ping]);
    assert_eq!(scene.wake(Timer::Silence), Some(1_000));
    scene.clear().step(Input::Online);
    assert_eq!(scene.out, [], "it is being asked already");
}

#[test]
fn a_wake_that_has_lost_its_reason_does_nothing() {
    let every = [Timer::Connect, Timer::Silence, Timer::Resend, Timer::Reload, Timer::Steady, Timer::Typing];
    let mut scene = Scene::live(3);
    scene.step(Input::Closed { code: 1006 }).clear();
    for timer in every.into_iter().filter(|timer| *timer != Timer::Connect) {
        scene.woken(timer);
    }
    assert_eq!(scene.out, []);
    scene.woken(Timer::Connect).woken(Timer::Connect);
    assert_eq!(scene.out.iter().filter(|output| **output == Output::Connect).count(), 1);

    let mut live = Scene::live(3);
    for timer in every.into_iter().filter(|timer| *timer != Timer::Silence) {
        live.woken(timer);
    }
    assert_eq!(live.out, []);
}
