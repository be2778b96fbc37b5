//! What a player answers and a host does.

use super::*;

#[test]
fn an_answer_is_kept_until_the_server_says_what_became_of_it() {
    let mut scene = Scene::playing();
    scene.answer(3);
    assert_eq!((scene.answers(), scene.stored()), (1, Some(Some(3))));
    scene.step(Input::TimerFired(Timer::Resend));
    assert_eq!(scene.answers(), 2, "of an answer that may be lost, another is sent");
    scene.frame(answered(3, AnswerStatus::Duplicate));
    assert_eq!(scene.stored(), Some(None));
    scene.out.clear();
    scene.step(Input::TimerFired(Timer::Resend));
    assert_eq!(scene.answers(), 0);
}

#[test]
fn an_answer_survives_a_cut() {
    let mut scene = Scene::playing();
    scene.step(Input::Offline).answer(3);
    assert_eq!(scene.answers(), 0);
    assert!(scene.events().contains(&&Event::AnswerPending(submitted(3))));
    scene.step(Input::Online).step(Input::TimerFired(Timer::Connect)).enter(joined(7, 3));
    assert_eq!(scene.answers(), 1);
    scene.lose_and_find(joined(7, 3));
    assert_eq!(scene.answers(), 1, "nothing was heard of it");
}

#[test]
fn an_answer_survives_a_reload() {
    let entry = Entry::Player { nickname: None, seat: None };
    let mut scene = Scene {
        client: GameClient::new(GameOptions { pin: pin(), entry, pending_answer: Some(submitted(3)) }),
        out: Vec::new(),
    };
    scene.step(Input::Start).enter(joined(7, 3));
    assert!(scene.events().contains(&&Event::AnswerPending(submitted(3))));
    assert_eq!(scene.answers(), 1);
}

#[test]
fn an_answer_that_counts_or_is_of_the_past_is_not_sent_again() {
    let mut scene = Scene::playing();
    scene.answer(3);
    let recorded = RecordedAnswer { question: 3, answer: Answer::Choice(2), took_ms: 900 };
    scene.lose_and_find(GameServerMessage::Joined(Joined { answer: Some(recorded), ..snapshot(7, 3) }));
    assert_eq!((scene.answers(), scene.stored()), (0, Some(None)));
    let mut scene = Scene::playing();
    scene.answer(3).lose_and_find(joined(12, 4));
    assert_eq!((scene.answers(), scene.stored()), (0, Some(None)));
    let mut scene = Scene::playing();
    scene.answer(3).frame(changed(8, 4));
    assert_eq!(scene.stored(), Some(None));
}

#[test]
fn the_first_answer_to_a_question_stands() {
    let mut scene = Scene::playing();
    scene.answer(3).answer(3);
    assert_eq!(scene.answers(), 1);
}

#[test]
fn an_answer_that_was_refused_can_be_given_again() {
    let mut scene = Scene::playing();
    scene.answer(3).refuse(ErrorCode::NotNow);
    assert!(matches!(scene.events().last(), Some(Event::AnswerRefused(_))));
    scene.answer(3);
    assert_eq!(scene.answers(), 2);
}

#[test]
fn an_answer_that_was_refused_for_now_goes_out_again_by_itself() {
    let mut scene = Scene::playing();
    scene.answer(3).refuse(ErrorCode::Unavailable);
    assert!(scene.out.contains(&Output::SetTimer { timer: Timer::Resend, after_ms: 5_000 }));
    scene.step(Input::TimerFired(Timer::Resend));
    assert_eq!(scene.answers(), 2);
}

#[test]
fn a_step_names_the_version_and_is_done_once_however_often_it_is_pressed() {
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Next))).step(Input::Command(Command::Step(HostStep::Next)));
    assert_eq!(scene.sent(), [r#"{"type":"next","payload":{"version":7}}"#]);
    scene.frame(changed(8, 3)).step(Input::Command(Command::Step(HostStep::Next)));
    assert_eq!(scene.sent().last().unwrap(), r#"{"type":"next","payload":{"version":8}}"#);
}

#[test]
fn a_step_that_may_be_lost_is_sent_once_more_if_the_game_has_not_gone_on() {
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Next))).lose_and_find(hosting(7, 3));
    assert_eq!(scene.sent().len(), 2, "to open, and the step");
    scene.lose_and_find(hosting(7, 3));
    assert_eq!(scene.sent().len(), 1, "to open");
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Next))).lose_and_find(hosting(8, 3));
    assert_eq!(scene.sent().len(), 1, "it was done, or overtaken");
}

#[test]
fn more_time_is_not_given_twice() {
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Extend(Some(30))))).lose_and_find(hosting(7, 3));
    assert_eq!(scene.sent().len(), 1, "to open");
}

#[test]
fn a_refused_step_is_told_but_not_the_second_sending_of_one_that_was_done() {
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Start))).refuse(ErrorCode::NotNow);
    assert!(matches!(scene.events().last(), Some(Event::Error(_))));
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(HostStep::Start))).lose_and_find(hosting(7, 3));
    scene.out.clear();
    scene.refuse(ErrorCode::NotNow);
    assert_eq!(scene.events(), Vec::<&Event>::new());
}

#[test]
fn a_new_name_for_a_player_is_asked_for_once_and_once_more_after_a_cut() {
    let rename = || HostStep::Rename { player: "noor".parse().unwrap(), nickname: "Noor B.".into() };
    let spelled = r#"{"type":"rename","payload":{"player":"noor","nickname":"Noor B."}}"#;
    let mut scene = Scene::hosting();
    scene.step(Input::Command(Command::Step(rename()))).step(Input::Command(Command::Step(rename())));
    assert_eq!(scene.sent(), [spelled]);
    scene.lose_and_find(hosting(8, 3));
    assert_eq!(scene.sent().last().unwrap(), spelled, "whatever the version is");
    scene.frame(GameServerMessage::Players(Players { players: vec![], count: 0 }));
    scene.lose_and_find(hosting(8, 3));
    assert_eq!(scene.sent().len(), 1, "to open: the list of players showed that it was done");
}
