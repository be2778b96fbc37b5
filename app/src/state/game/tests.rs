//! What a player sees of a game, one sentence each.

use client::Status;
use client::game::Event;
use protocol::game::frame::{Changed, Count};
use protocol::{ErrorCode, wire};

use super::*;
use crate::state::game::texts;

/// Question 3 (the fourth) of a game that is in `phase`.
fn game(phase: &str, rest: &str) -> Game {
    let asked = r#""asked":{"kind":"choice","text":"Which?","seconds":20,"points":"normal","options":["a","b"]}"#;
    let text = format!(r#"{{"title":"Planets","phase":"{phase}","questions":5,"at":3,"scored":true,{asked}{rest}}}"#);
    wire::decode(&text).unwrap()
}

fn joined(game: Game, rest: &str) -> Joined {
    let you = r#""you":{"id":"noor","name":"Noor"}"#;
    let text = format!(
        r#"{{"pin":"482915",{you},"seat":"s","now":1,"version":7,"game":{},"score":2410,"hostHere":true{rest}}}"#,
        wire::encode(&game)
    );
    wire::decode(&text).unwrap()
}

fn board(phase: &str) -> Board {
    Board::joined(joined(game(phase, ""), ""))
}

fn outcome(question: usize) -> Outcome {
    let text = format!(
        r#"{{"question":{question},"verdict":"right","points":920,"streak":4,"nextBonus":200,"tookMs":3100,"score":3330,"place":3,"moved":2,"ahead":["Mei-Ling",140]}}"#
    );
    wire::decode(&text).unwrap()
}

fn answered(taken: &str) -> Event {
    Event::Answered(wire::decode(&format!(r#"{{"question":3,"taken":"{taken}","lateMs":400}}"#)).unwrap())
}

fn changed(game: Game) -> Event {
    Event::Changed(Changed { pin: "482915".parse().unwrap(), version: 8, game })
}

fn answering() -> Event {
    Event::AnswerPending(SubmittedAnswer { question: 3, answer: Answer::Choice(1), round: None })
}

#[test]
fn each_phase_has_its_screen_and_a_question_keeps_its_own_until_the_reveal() {
    for (phase, screen) in [
        ("lobby", Screen::Lobby),
        ("ready", Screen::Question(3)),
        ("open", Screen::Question(3)),
        ("closed", Screen::Question(3)),
        ("reveal", Screen::Result(3)),
        ("places", Screen::Places(3)),
        ("podium", Screen::Podium),
        ("ended", Screen::Ended),
    ] {
        assert_eq!(board(phase).screen(), screen, "{phase}");
    }
    assert_eq!(Board::outside("Planets".into()).screen(), Screen::Nickname);
    let mut board = board("open");
    board.fold(&Event::AccessDenied(Refusal::new(ErrorCode::Kicked, "away")));
    assert_eq!(board.screen(), Screen::Out);
}

#[test]
fn an_answer_is_shown_from_the_press_on_and_then_as_what_became_of_it() {
    let mut board = board("open");
    board.fold(&answering());
    assert_eq!(board.answer, MyAnswer::Sending(Answer::Choice(1)));
    assert_eq!(texts::answering(&board, true, None), "Locked in. Wait for the others.");
    assert_eq!(texts::answering(&board, false, None), "Your answer is kept. It is sent when you are back.");
    board.fold(&answered("accepted"));
    assert_eq!(board.answer, MyAnswer::Counts(Answer::Choice(1)));
}

#[test]
fn who_has_answered_reads_how_many_are_still_thinking() {
    let mut board = board("open");
    let said = |board: &Board, question, answered| {
        texts::answering(board, true, Some(Count { question, answered, players: 1_208 }))
    };
    assert_eq!(said(&board, 3, 1), "Answer now.", "who has not is thinking too");
    board.fold(&answering());
    board.fold(&answered("accepted"));
    assert_eq!(said(&board, 3, 1_201), "Locked in. 7 are still thinking.");
    assert_eq!(said(&board, 3, 1), "Locked in. 1,207 are still thinking.");
    assert_eq!(said(&board, 3, 1_207), "Locked in. 1 is still thinking.");
    assert_eq!(said(&board, 3, 1_208), "Locked in. Everyone has answered.");
    assert_eq!(said(&board, 3, 1_209), "Locked in. Everyone has answered.", "somebody was removed");
    assert_eq!(said(&board, 2, 900), "Locked in. Wait for the others.", "that was of the question before");
    board.fold(&changed(game("closed", "")));
    assert_eq!(said(&board, 3, 1_201), "Locked in. Time is up.");
}

#[test]
fn whose_answer_came_late_reads_by_how_much() {
    let mut board = board("closed");
    board.fold(&answering());
    board.fold(&answered("late"));
    assert_eq!(texts::answering(&board, true, None), "Time is up. Your answer came 0.4 s late.");
}

#[test]
fn what_counts_is_the_first_answer_also_if_another_device_gave_it() {
    let mut board = board("open");
    board.fold(&answering());
    let text = r#"{"question":3,"taken":"duplicate","answer":{"question":3,"answer":{"choice":0},"tookMs":900}}"#;
    board.fold(&Event::Answered(wire::decode(text).unwrap()));
    assert_eq!(board.answer, MyAnswer::Counts(Answer::Choice(0)));
}

#[test]
fn who_comes_back_finds_the_answer_that_is_on_its_way_or_counts() {
    let mut board = board("open");
    board.fold(&answering());
    board.fold(&Event::Joined(joined(game("open", ""), "")));
    assert_eq!(board.answer, MyAnswer::Sending(Answer::Choice(1)));
    let submitted = r#","answer":{"question":3,"answer":{"choice":0},"tookMs":900}"#;
    board.fold(&Event::Joined(joined(game("open", ""), submitted)));
    assert_eq!(board.answer, MyAnswer::Counts(Answer::Choice(0)));
    assert_eq!(board.score, 2410);
}

#[test]
fn another_question_begins_without_an_answer_or_an_outcome() {
    let mut board = board("open");
    board.fold(&answering());
    board.fold(&Event::Outcome(outcome(3)));
    board.fold(&changed(game("reveal", "")));
    assert!(board.outcome.is_some(), "it may come before or after the reveal");
    let next = Game { at: Some(4), ..game("ready", "") };
    board.fold(&changed(next));
    assert_eq!((board.answer.clone(), board.outcome.clone()), (MyAnswer::Open, None));
    assert_eq!((board.score, board.place), (3330, Some(3)), "points and place stay");
}

#[test]
fn at_the_end_the_place_is_the_one_that_everybody_sees() {
    let mut board = board("open");
    board.fold(&Event::Outcome(outcome(3)));
    assert_eq!(texts::finish(&board), "You came 3rd with 3,330 points.");
    let leaders = r#","leaders":[{"place":2,"id":"noor","name":"Noor","score":3330}]"#;
    board.fold(&changed(game("podium", leaders)));
    assert_eq!(texts::finish(&board), "You came 2nd with 3,330 points.");
}

#[test]
fn a_place_is_told_once_the_class_is_shown_it() {
    let leaders = r#""leaders":[{"place":1,"id":"ada","name":"Ada","score":9},{"place":2,"id":"noor","name":"Noor","score":8},{"place":3,"id":"mei","name":"Mei","score":7}]"#;
    let mut board = board("open");
    for (missing, screen) in [(2, Screen::Unveiling), (1, Screen::Podium), (0, Screen::Podium)] {
        board.fold(&changed(game("podium", &format!(r#",{leaders},"missing":{missing}"#))));
        assert_eq!(board.screen(), screen, "{missing} places are still to come");
    }
    board.fold(&changed(game("podium", r#","leaders":[{"place":1,"id":"ada","name":"Ada","score":9}],"missing":1"#)));
    assert_eq!(board.screen(), Screen::Podium, "whoever is not on it waits for nothing");
}

#[test]
fn the_result_of_the_last_question_leaves_the_place_to_the_podium() {
    let place = |questions| {
        let mut board = board("open");
        board.fold(&Event::Outcome(outcome(3)));
        board.fold(&changed(Game { questions, ..game("reveal", "") }));
        board.shown_outcome().map(|outcome| (outcome.place, outcome.score))
    };
    assert_eq!(place(5), Some((3, 3330)));
    assert_eq!(place(4), Some((0, 3330)));
}

#[test]
fn the_next_round_begins_without_points_and_tells_what_came_of_the_last() {
    let mut board = board("open");
    board.fold(&answering());
    board.fold(&Event::Outcome(outcome(3)));
    let next = |at| Game { round: 2, at, ..game("lobby", "") };
    let came = Some(LastRound { place: Some(3), score: 3330 });
    let mut followed = board.clone();
    followed.fold(&changed(next(None)));
    assert_eq!((followed.screen(), followed.score, followed.place), (Screen::Lobby, 0, None));
    assert_eq!((followed.last_round, followed.answer.clone(), followed.outcome.clone()), (came, MyAnswer::Open, None));
    // Whoever was cut off meanwhile finds the same question asked again, and no answer to it.
    let again = Joined { score: 0, ..joined(next(Some(3)), "") };
    board.fold(&Event::Joined(again.clone()));
    assert_eq!((board.last_round, board.score, board.answer.clone()), (came, 0, MyAnswer::Open));
    board.fold(&Event::Joined(again));
    assert_eq!(board.last_round, came, "a reconnection does not take it back");
    let mut outside = Board::outside("Planets".into());
    outside.fold(&changed(next(None)));
    assert_eq!(outside.last_round, None);
}

#[test]
fn the_result_is_told_in_a_sentence() {
    let reveal = wire::decode(r#"{"right":"Jupiter","bars":[],"correct":12,"answered":20,"players":22}"#).unwrap();
    assert_eq!(texts::result(&outcome(3), &reveal, true), "Right. 920 points. You are 3rd.");
    let wrong = Outcome { verdict: protocol::game::Verdict::Wrong, points: 0, ..outcome(3) };
    assert_eq!(texts::result(&wrong, &reveal, true), "Not this one. No points. It was Jupiter. You are 3rd.");
    assert_eq!(texts::result(&wrong, &reveal, false), "Not this one. It was Jupiter.");
}

#[test]
fn a_text_with_a_sign_of_its_own_gets_no_second_one() {
    let ends = ["Jupiter", "It was born.", "Who?", "So!", "And so…", "“Eureka!”", "(a)", ""].map(texts::full_stop);
    assert_eq!(ends, [".", "", "", "", "", "", ".", "."]);
    let text = r#"{"right":"It was born.","bars":[],"correct":1,"answered":2,"players":2}"#;
    let wrong = Outcome { verdict: protocol::game::Verdict::Wrong, points: 0, ..outcome(3) };
    let said = texts::result(&wrong, &wire::decode(text).unwrap(), false);
    assert_eq!(said, "Not this one. It was It was born.");
}

#[test]
fn numbers_are_written_as_people_write_them() {
    assert_eq!(texts::points(1), "1 point");
    assert_eq!(texts::points(2_410), "2,410 points");
    assert_eq!(texts::number(1_234_567), "1,234,567");
    let places: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(texts::ordinal).into();
    assert_eq!(places, ["st", "nd", "rd", "th", "th", "th", "th", "st", "nd", "rd", "th"]);
    assert_eq!(texts::seconds(3_149), "3.1");
    assert_eq!(texts::place(&Outcome { question: 1, moved: -1, ..outcome(3) }), "Down 1 place");
    assert_eq!(texts::place(&Outcome { question: 0, moved: 0, ..outcome(3) }), "Your place");
    assert_eq!(texts::ahead(&outcome(3)), "140 points behind Mei-Ling");
}

#[test]
fn a_free_nickname_is_read_out_of_the_refusal() {
    assert_eq!(texts::proposal("Somebody in this game is called Ada. Try Ada L."), Some("Ada L"));
    assert_eq!(texts::proposal("The host lets nobody new in."), None);
}

#[test]
fn the_time_left_is_the_servers() {
    let open = game("open", r#","opensAt":100000,"closesAt":120000"#);
    assert_eq!(time_left(&open, 108_000), Some((12_000, 20_000)));
    assert_eq!(time_left(&open, 130_000), Some((0, 20_000)));
    let paused = Game { paused: Some(8_000), ..open.clone() };
    assert_eq!(time_left(&paused, 130_000), Some((8_000, 20_000)));
    let endless = Game { closes_at: None, ..open.clone() };
    assert_eq!(time_left(&endless, 108_000), None);
    assert_eq!(time_left(&game("ready", r#","opensAt":100000"#), 98_000), Some((2_000, 4_000)));
    assert_eq!(time_left(&game("reveal", ""), 1), None);
}

#[test]
fn a_slow_way_does_not_set_the_clock_back() {
    let clock = ServerClock::new(10_000, 9_000);
    assert_eq!(clock.at(9_500), 10_500);
    assert_eq!(clock.update(11_500, 11_000), clock, "that one was half a second on its way");
    assert_eq!(clock.update(12_200, 11_000).at(11_000), 12_200, "that one was faster");
    assert_eq!(clock.update(12_000, 31_000).at(31_000), 12_000, "the clock of the computer was set");
}

#[test]
fn time_marks_are_said_once_each() {
    assert_eq!(mark(Some(11), 10), Some("10 seconds left."));
    assert_eq!(mark(Some(10), 9), None);
    assert_eq!(mark(Some(12), 4), Some("5 seconds left."), "a sleeping tab says only where it is");
    assert_eq!(mark(Some(1), 0), Some("Time is up."));
    assert_eq!(mark(None, 7), None, "who comes in has not passed anything");
}

#[test]
fn the_connection_is_told_as_in_a_room() {
    let store = connection_status(ConnectionStatus::Connecting, &Event::Status(Status::Live));
    assert_eq!(store, ConnectionStatus::Live);
    let paused = connection_status(store, &Event::Availability(false));
    assert_eq!(paused, ConnectionStatus::Paused);
    assert_eq!(connection_status(paused, &Event::Availability(true)), ConnectionStatus::Live);
    assert_eq!(connection_status(ConnectionStatus::Offline, &Event::Availability(true)), ConnectionStatus::Offline);
    let refusal = Refusal::new(ErrorCode::NicknameTaken, "taken");
    for event in [
        Event::NicknameRefused(refusal.clone()),
        Event::AwaitingAdmission(refusal.clone()),
        Event::AccessDenied(refusal),
    ] {
        let outside = connection_status(ConnectionStatus::Connecting, &event);
        assert!(!outside.is_cut_off(), "who is not in misses nothing: {event:?}");
    }
}

#[test]
fn whom_the_host_calls_by_another_name_keeps_points_and_answer() {
    let mut board = board("open");
    board.fold(&answering());
    let renamed = wire::decode(r#"{"pin":"482915","name":"Noor B.","byHost":true}"#).unwrap();
    assert!(board.fold(&Event::Renamed(renamed)));
    assert_eq!(board.me.as_ref().map(|me| (me.id.as_str(), me.name.as_str())), Some(("noor", "Noor B.")));
    assert_eq!((board.score, board.answer.submitted()), (2410, Some(&Answer::Choice(1))));
    let mut outside = Board::outside("Planets".into());
    let renamed = wire::decode(r#"{"pin":"482915","name":"Noor B."}"#).unwrap();
    assert!(!outside.fold(&Event::Renamed(renamed)) && outside.me.is_none(), "who is not in has no name here");
}
