//! Tests of the count: points, places and bars.

use super::{TestGame, planets, play, question, quiz};
use protocol::game::{Outcome, Verdict};
use protocol::limits;
use protocol::quiz::{Kind, Points, Question, Quiz, Scoring};

/// Everybody's name, score, place and change of place, in the order of their seats.
fn standings(game: &TestGame) -> String {
    let line = |seat: &crate::Seat| {
        let moved = seat.outcome.as_ref().map_or(0, |outcome| outcome.moved);
        format!("{} {} #{} {moved:+}", seat.name, seat.score, seat.place)
    };
    game.seats.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn outcome(game: &TestGame, name: &str) -> Outcome {
    game.seats.iter().find(|seat| seat.name.as_str() == name).unwrap().outcome.clone().unwrap()
}

/// Plays one question in which everybody gives one answer, a second apart from 6 s on.
fn one_round(quiz: &Quiz, answers: &[(&str, &str)]) -> TestGame {
    let mut game = play(quiz, &[(0, "start"), (4_000, "tick")]);
    for (at, (name, answer)) in answers.iter().enumerate() {
        game.happens(at as u64, &format!("{name} joins"));
        game.happens(5_000 + 1_000 * at as u64, &format!("{name} answers {answer}"));
    }
    game.happens(24_000, "reveal");
    game.happens(24_000, "count");
    game
}

fn bars(game: &TestGame) -> Vec<(&str, usize, bool)> {
    let reveal = game.state.reveal.as_ref().unwrap();
    reveal.bars.iter().map(|bar| (bar.text.as_str(), bar.count, bar.right)).collect()
}

#[test]
fn who_is_right_and_sooner_leads() {
    let mut game = play(
        &quiz(&[planets(), planets()]),
        &[
            (0, "ana joins"),
            (1, "ben joins"),
            (2, "cem joins"),
            (10, "start"),
            (4_010, "tick"),
            (6_010, "ana answers 1"),
            (8_010, "ben answers 1"),
            (9_010, "cem answers 0"),
            (24_010, "tick"),
            (24_020, "count"),
        ],
    );
    assert_eq!(standings(&game), "ana 950 #1 +0; ben 900 #2 +0; cem 0 #3 +0");
    for (now, event) in [
        (30_000, "next"),
        (40_000, "next"),
        (44_000, "tick"),
        (44_000, "ben answers 1"),
        (54_000, "cem answers 1"),
        (64_000, "tick"),
        (64_010, "count"),
    ] {
        game.happens(now, event);
    }
    // Ben's second in a row: 1000 and 100 more.
    assert_eq!(standings(&game), "ana 950 #2 -1; ben 2000 #1 +1; cem 750 #3 +0");
    let ben = outcome(&game, "ben");
    assert_eq!((ben.verdict, ben.points, ben.bonus, ben.streak, ben.next_bonus), (Verdict::Right, 1100, 100, 2, 200));
    assert_eq!((ben.took_ms, ben.ahead), (Some(0), None));
    let ana = outcome(&game, "ana");
    assert_eq!((ana.verdict, ana.points, ana.streak, ana.took_ms), (Verdict::Missing, 0, 0, None));
    assert_eq!(ana.ahead.map(|(name, by)| (name.to_string(), by)), Some(("ben".into(), 1050)));
    let leaders: Vec<_> = game.state.leaders.iter().map(|leader| (leader.name.as_str(), leader.place)).collect();
    assert_eq!(leaders, [("ben", 1), ("ana", 2), ("cem", 3)]);
}

#[test]
fn the_same_points_share_a_place() {
    let accurate = Quiz { scoring: Scoring::Accuracy, ..quiz(&[planets()]) };
    let game = one_round(&accurate, &[("ana", "0"), ("ben", "1"), ("cem", "1"), ("dan", "0")]);
    assert_eq!(standings(&game), "ana 0 #3 +0; ben 1000 #1 +0; cem 1000 #1 +0; dan 0 #3 +0");
    let ahead = outcome(&game, "dan").ahead.unwrap();
    assert_eq!((ahead.0.as_str(), ahead.1), ("cem", 1000));
}

#[test]
fn a_frame_names_a_few_leaders() {
    let names: Vec<String> = (10..10 + 2 * limits::LEADERS).map(|number| format!("p{number}")).collect();
    let answers: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let game = one_round(&quiz(&[planets()]), &answers);
    let leaders: Vec<_> = game.state.leaders.iter().map(|leader| leader.name.as_str()).collect();
    assert_eq!(leaders, names.iter().take(limits::LEADERS).collect::<Vec<_>>());
    let without = game.state.without(std::slice::from_ref(&game.seats[0].id));
    assert!(without.leaders.iter().all(|leader| leader.name.as_str() != "p10"), "who was sent away is not named");
}

#[test]
fn who_comes_late_begins_with_nothing() {
    let mut game = one_round(&quiz(&[planets(), planets()]), &[("ana", "1")]);
    for (now, event) in [(30_000, "eve joins"), (30_000, "skip"), (34_000, "tick"), (34_100, "eve answers 1")] {
        game.happens(now, event);
    }
    assert_eq!(game.log.last().unwrap(), "eve: Accepted { took_ms: 100 }");
    for (now, event) in [(40_000, "reveal"), (45_000, "zoe joins"), (45_000, "count")] {
        game.happens(now, event);
    }
    assert_eq!(standings(&game), "ana 975 #2 -1; eve 1000 #1 +0; zoe 0 #3 +0");
    let reveal = game.state.reveal.as_ref().unwrap();
    assert_eq!((reveal.answered, reveal.players, game.state.players), (1, 2, 3), "zoe could not answer");
}

#[test]
fn who_has_no_seat_and_what_does_not_fit_does_not_count() {
    let quiz = quiz(&[planets()]);
    let mut game = play(&quiz, &[(0, "ana joins"), (0, "start"), (4_000, "tick"), (5_000, "ghost answers 1")]);
    game.answers("ana", protocol::game::Answer::Choice(77), 5_000);
    game.happens(6_000, "reveal");
    game.happens(6_000, "count");
    assert_eq!(outcome(&game, "ana").verdict, Verdict::Missing);
    assert_eq!(bars(&game), [("Mars", 0, false), ("Jupiter", 0, true), ("Venus", 0, false)]);
    game.happens(6_001, "count");
    assert_eq!(game.log.last().unwrap(), "count: Nothing is due.", "nobody is counted twice");
}

#[test]
fn a_part_of_what_is_right_brings_a_part_and_ends_the_streak() {
    let moons = question(Kind::Several, "Which are moons?", &["*Io", "*Titan", "Mars"]);
    let quiz = Quiz { scoring: Scoring::Accuracy, ..quiz(&[moons]) };
    let game = one_round(&quiz, &[("ana", "0,1"), ("ben", "0"), ("cem", "0,2"), ("dan", "0,1,2")]);
    assert_eq!(standings(&game), "ana 1000 #1 +0; ben 500 #2 +0; cem 0 #4 +0; dan 500 #2 +0");
    assert_eq!((outcome(&game, "ben").verdict, outcome(&game, "ben").streak), (Verdict::Partly, 0));
    assert_eq!(bars(&game), [("Io", 4, true), ("Titan", 2, true), ("Mars", 2, false)]);
    assert_eq!(game.state.reveal.unwrap().right, "Io, Titan");
}

#[test]
fn a_poll_has_bars_and_changes_nothing() {
    let poll = question(Kind::Poll, "Which would you visit?", &["*Mars", "Venus"]);
    let mut game = one_round(&quiz(&[planets(), poll]), &[("ana", "1"), ("ben", "1")]);
    for (now, event) in
        [(30_000, "skip"), (34_000, "tick"), (35_000, "ana answers 0"), (36_000, "next"), (36_000, "count")]
    {
        game.happens(now, event);
    }
    assert_eq!(standings(&game), "ana 975 #1 +0; ben 950 #2 +0");
    let [ana, ben] = ["ana", "ben"].map(|name| outcome(&game, name));
    assert_eq!((ana.verdict, ana.points, ana.streak, ana.next_bonus), (Verdict::Poll, 0, 1, 100));
    assert_eq!((ben.verdict, ben.points, ben.streak), (Verdict::Missing, 0, 1), "no answer was wrong");
    assert_eq!(bars(&game), [("Mars", 1, false), ("Venus", 0, false)]);
    assert_eq!(game.state.reveal.unwrap().right, "");
}

#[test]
fn streaks_go_on_where_there_are_no_points() {
    let free = Question { points: Points::None, ..planets() };
    let mut game = one_round(&quiz(&[planets(), free, planets()]), &[("ana", "1")]);
    let mut log = Vec::new();
    for start in [30_000, 60_000] {
        game.happens(start, "skip");
        game.happens(start + 4_000, "tick");
        game.happens(start + 4_000, "ana answers 1");
        game.happens(start + 5_000, "next");
        game.happens(start + 5_000, "count");
        let ana = outcome(&game, "ana");
        log.push((ana.points, ana.bonus, ana.streak, ana.next_bonus));
    }
    assert_eq!(log, [(0, 0, 2, 200), (1200, 200, 3, 300)]);
    let off = Quiz { streaks: false, ..quiz(&[planets()]) };
    assert_eq!(outcome(&one_round(&off, &[("ana", "1")]), "ana").next_bonus, 0);
}

#[test]
fn a_quiz_without_points_has_no_leaders() {
    let unscored = Quiz { scoring: Scoring::None, ..quiz(&[planets()]) };
    let game = one_round(&unscored, &[("ana", "1"), ("ben", "0")]);
    assert_eq!(standings(&game), "ana 0 #1 +0; ben 0 #1 +0");
    assert_eq!(game.state.leaders, []);
    assert_eq!((outcome(&game, "ana").verdict, outcome(&game, "ana").next_bonus), (Verdict::Right, 0));
}

#[test]
fn what_was_typed_is_told_once_for_all_who_meant_it() {
    let typed = Question {
        accepted_answers: vec!["Jupiter".into(), "Jove".into()],
        ..question(Kind::Typed, "The largest?", &[])
    };
    let answers = [
        ("a", "Saturn"),
        ("b", "jupiter"),
        ("c", "JUPITER!"),
        ("d", "Jove"),
        ("e", "fuck"),
        ("f", "saturn"),
        ("g", "Sátürn"),
    ];
    let filtered = quiz(&[typed]);
    let game = one_round(&filtered, &answers);
    assert_eq!(
        bars(&game),
        [("Saturn", 3, false), ("jupiter", 2, true), ("Jove", 1, true), ("Something else", 1, false)]
    );
    assert_eq!(game.state.reveal.as_ref().unwrap().right, "Jupiter");
    let open = Quiz { filter: false, ..filtered };
    assert_eq!(
        bars(&one_round(&open, &answers)).last(),
        Some(&("fuck", 1, false)),
        "the host has switched the filter off"
    );
}

#[test]
fn no_text_breaks_out_of_its_place_on_the_wall() {
    let typed = Question { accepted_answers: vec!["Jupiter".into()], ..question(Kind::Typed, "The largest?", &[]) };
    let heap = "z\u{301}\u{302}\u{303}\u{304}\u{305}";
    let game = one_round(&quiz(&[typed]), &[("ana", heap), ("ben", "two\nlines\u{202E}")]);
    assert_eq!(bars(&game), [("ź\u{302}\u{303}", 1, false), ("two lines", 1, false)]);
}

#[test]
fn numbers_beyond_the_most_frequent_are_told_together() {
    let [number, tolerance] = ["100", "3"].map(|text| text.parse().ok());
    let near = Question { number, tolerance, ..question(Kind::Number, "How many?", &[]) };
    let given = ["7", "100", "100.0", "101", "8", "9", "10", "11", "102", "103"];
    let names: Vec<String> = (0..given.len()).map(|at| format!("p{at}")).collect();
    let answers: Vec<_> = names.iter().map(String::as_str).zip(given).collect();
    let game = one_round(&quiz(&[near]), &answers);
    let log = [
        ("100", 2, true),
        ("7", 1, false),
        ("101", 1, true),
        ("8", 1, false),
        ("9", 1, false),
        ("10", 1, false),
        ("Other right answers", 2, true),
        ("Something else", 1, false),
    ];
    assert_eq!(bars(&game), log);
    assert_eq!(game.state.reveal.unwrap().right, "100, give or take 3");
}

#[test]
fn an_order_is_right_or_another() {
    let order = question(Kind::Order, "From the sun on?", &["Mercury", "Venus"]);
    // Two options are always shown the other way round.
    let game = one_round(&quiz(&[order]), &[("ana", "1,0"), ("ben", "0,1"), ("cem", "0,1")]);
    assert_eq!(bars(&game), [("In the right order", 1, true), ("Another order", 2, false)]);
    assert_eq!(game.state.reveal.unwrap().right, "Mercury, then Venus");
}
