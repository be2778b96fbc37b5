//! What a host and time do to a game.

use super::{check, planets, play, quiz, slide};
use crate::{Seat, State, show};
use protocol::quiz::{Question, Scoring};

const OPEN: [(u64, &str); 2] = [(0, "start"), (4_000, "tick")];

fn open_then<'a>(rest: &[(u64, &'a str)]) -> Vec<(u64, &'a str)> {
    OPEN.iter().chain(rest).copied().collect()
}

#[test]
fn a_question_is_read_for_4_seconds_and_open_for_20() {
    let quiz = quiz(&[planets()]);
    check(&quiz, &[(0, "start")], "ready 1, 4000");
    check(&quiz, &[(0, "start"), (3_999, "tick")], "Tick: Nothing is due.\nready 1, 4000");
    check(&quiz, &OPEN, "open 1, 4000 to 24000");
    check(&quiz, &open_then(&[(23_999, "tick")]), "Tick: Nothing is due.\nopen 1, 4000 to 24000");
    check(&quiz, &open_then(&[(24_020, "tick")]), "closed 1, 4000 to 24000");
}

#[test]
fn a_question_opens_as_planned_unless_nobody_was_there_to_open_it() {
    let quiz = quiz(&[planets()]);
    check(&quiz, &[(0, "start"), (4_250, "tick")], "open 1, 4000 to 24000");
    check(&quiz, &[(0, "start"), (4_251, "tick")], "open 1, 4251 to 24251");
}

#[test]
fn a_game_goes_from_the_lobby_to_the_end() {
    let quiz = quiz(&[planets(), slide(), planets()]);
    let mut script = open_then(&[(9_000, "next")]);
    check(&quiz, &script, "closed 1, 4000 to 9000");
    for (now, event, becomes) in [
        (9_010, "count", "reveal 1"),
        (20_000, "next", "places 1"),
        (30_000, "next", "open 2, 30000 without end"),
        (90_000, "next", "ready 3, 94000"),
        (94_000, "tick", "open 3, 94000 to 114000"),
        (114_000, "tick", "closed 3, 94000 to 114000"),
        (114_010, "count", "reveal 3"),
        (120_000, "next", "places 3"),
        (130_000, "next", "podium"),
        (140_000, "next", "ended"),
    ] {
        script.push((now, event));
        check(&quiz, &script, becomes);
    }
}

#[test]
fn a_pause_costs_nobody_time() {
    let quiz = quiz(&[planets()]);
    check(
        &quiz,
        &[(0, "start"), (1_000, "pause"), (60_000, "tick")],
        "Tick: Nothing is due.\nready 1, 4000, paused at 1000",
    );
    check(&quiz, &[(0, "start"), (1_000, "pause"), (61_000, "resume")], "ready 1, 64000");
    check(
        &quiz,
        &open_then(&[(5_000, "pause"), (60_000, "tick")]),
        "Tick: Nothing is due.\nopen 1, 4000 to 24000, paused at 5000",
    );
    let resumed = open_then(&[(5_000, "pause"), (65_000, "resume"), (66_000, "ana answers 1")]);
    check(&quiz, &resumed, "ana: Accepted { took_ms: 2000 }\nopen 1, 64000 to 84000");
    check(
        &quiz,
        &open_then(&[(5_000, "pause"), (9_000, "ana answers 1")]),
        "ana: NotOpen\nopen 1, 4000 to 24000, paused at 5000",
    );
    check(&quiz, &open_then(&[(5_000, "pause"), (65_000, "reveal")]), "closed 1, 4000 to 5000");
}

#[test]
fn a_pause_is_one_pause() {
    let quiz = quiz(&[planets()]);
    check(
        &quiz,
        &open_then(&[(5_000, "resume"), (6_000, "pause"), (7_000, "pause")]),
        "Resume: The game is not paused.\nPause: The game is paused already.\nopen 1, 4000 to 24000, paused at 6000",
    );
}

#[test]
fn the_host_gives_more_time_or_no_end_of_it() {
    let quiz = quiz(&[planets()]);
    check(&quiz, &open_then(&[(10_000, "extend 30")]), "open 1, 4000 to 54000");
    check(
        &quiz,
        &open_then(&[(10_000, "pause"), (50_000, "extend 30"), (70_000, "resume")]),
        "open 1, 64000 to 114000",
    );
    check(&quiz, &open_then(&[(34_000, "extend 10")]), "open 1, 4000 to 44000");
    check(
        &quiz,
        &open_then(&[(10_000, "extend forever"), (900_000, "ana answers 1")]),
        "ana: Accepted { took_ms: 896000 }\nopen 1, 4000 without end",
    );
    check(
        &quiz,
        &open_then(&[(5_000, "extend 0"), (5_000, "extend 601"), (5_000, "extend forever"), (5_000, "extend 5")]),
        "Extend(Some(0)): Give between 1 and 600 seconds more.\n\
         Extend(Some(601)): Give between 1 and 600 seconds more.\n\
         Extend(Some(5)): This question has no time limit.\nopen 1, 4000 without end",
    );
}

#[test]
fn a_question_without_a_limit_waits_for_the_host() {
    let quiz = quiz(&[Question { seconds: 0, ..planets() }]);
    check(&quiz, &open_then(&[(9_000_000, "tick")]), "Tick: Nothing is due.\nopen 1, 4000 without end");
    check(&quiz, &open_then(&[(9_000_000, "next")]), "closed 1, 4000 to 9000000");
}

#[test]
fn a_slide_takes_no_answers_and_has_no_clock() {
    let quiz = quiz(&[slide(), planets()]);
    check(
        &quiz,
        &[(0, "start"), (1, "tick"), (2, "reveal"), (3, "extend 5"), (4, "ana answers 0")],
        "Tick: Nothing is due.\n\
         Reveal: This is a slide: there is nothing to answer and no time limit.\n\
         Extend(Some(5)): This is a slide: there is nothing to answer and no time limit.\n\
         ana: NotOpen\nopen 1, 0 without end",
    );
    check(&quiz, &[(0, "start"), (5_000, "next")], "ready 2, 9000");
    check(&quiz, &[(0, "start"), (5_000, "skip")], "ready 2, 9000");
}

#[test]
fn the_host_skips_what_is_left_of_a_question() {
    let quiz = quiz(&[planets(), planets()]);
    let counted = [(9_000, "reveal"), (9_010, "count")];
    for script in [
        vec![(0, "start"), (10_000, "skip")],
        open_then(&[(10_000, "skip")]),
        open_then(&[(5_000, "pause"), (10_000, "skip")]),
        open_then(&[(9_000, "reveal"), (10_000, "skip")]),
        open_then(&[counted[0], counted[1], (10_000, "skip")]),
        open_then(&[counted[0], counted[1], (9_500, "next"), (10_000, "skip")]),
    ] {
        check(&quiz, &script, "ready 2, 14000");
    }
    check(&quiz, &[(0, "start"), (1, "skip"), (2, "skip")], "podium");
}

#[test]
fn without_points_there_are_no_places() {
    let unscored = protocol::quiz::Quiz { scoring: Scoring::None, ..quiz(&[planets()]) };
    check(&unscored, &open_then(&[(9_000, "reveal"), (9_010, "count"), (10_000, "next")]), "podium");
}

#[test]
fn the_host_ends_a_game_at_any_time() {
    let quiz = quiz(&[planets(), planets()]);
    check(&quiz, &[(0, "end")], "podium");
    check(&quiz, &open_then(&[(5_000, "pause"), (6_000, "end")]), "podium");
    check(&quiz, &open_then(&[(5_000, "end"), (6_000, "end")]), "ended");
    check(
        &quiz,
        &[(0, "end"), (1, "end"), (2, "start"), (3, "lock"), (4, "tick"), (5, "end")],
        "Start: The game is over.\nLock(true): The game is over.\nTick: Nothing is due.\nEnd: The game is over.\nended",
    );
}

#[test]
fn what_does_not_fit_is_refused_with_what_is_going_on() {
    let quiz = quiz(&[planets()]);
    check(&quiz, &[(0, "next"), (0, "count")], "Next: The game has not started yet.\ncount: Nothing is due.\nlobby");
    check(&quiz, &[(0, "start"), (1, "start")], "Start: Wait a moment: the question is about to open.\nready 1, 4000");
    check(&quiz, &open_then(&[(5_000, "start")]), "Start: The question is still open.\nopen 1, 4000 to 24000");
    check(
        &quiz,
        &open_then(&[(5_000, "reveal"), (5_001, "next"), (5_002, "pause")]),
        "Next: Wait a moment: the points are being counted.\nPause: Wait a moment: the points are being counted.\nclosed 1, 4000 to 5000",
    );
    check(&quiz, &[(0, "end"), (1, "skip")], "Skip: The last question is over: the winners are being shown.\npodium");
}

#[test]
fn a_quiz_of_nothing_ends_at_once() {
    check(&quiz(&[]), &[(0, "start")], "podium");
}

#[test]
fn the_next_game_of_a_class_begins_in_the_lobby_with_the_door_as_it_was_and_without_points() {
    let quiz = quiz(&[planets(), planets()]);
    let script = [(0, "ana joins"), (1, "start"), (4_001, "tick"), (5_000, "ana answers 1"), (6_000, "reveal")];
    let end = [(6_010, "count"), (7_000, "lock"), (7_001, "chat"), (8_000, "end")];
    let game = play(&quiz, &[&script[..], &end].concat());
    assert!(game.state.is_over() && game.seats[0].score > 0 && game.seats[0].outcome.is_some());

    let next = game.state.again(&quiz, 1);
    let fresh = State { round: 2, locked: true, chat: true, ..State::new(&quiz, 1) };
    assert_eq!((&next, next.again(&quiz, 1).round), (&fresh, 3));
    assert_eq!(show(&quiz, &next).round, 2);
    let seat = Seat { score: 0, streak: 0, place: 0, outcome: None, ..game.seats[0].clone() };
    assert_eq!(game.seats[0].clone().again(), seat);
}
