//! What everybody sees, and what nobody sees yet.

use super::{TestGame, planets, play, question, quiz, slide};
use crate::show;
use protocol::game::Phase;
use protocol::quiz::{Kind, Question};

#[test]
fn options_are_shown_when_the_question_opens() {
    let quiz = quiz(&[Question { explanation: "It is.".into(), ..planets() }]);
    let options = |script: &[(u64, &str)]| {
        show(&quiz, &play(&quiz, script).state).asked.map(|question_view| question_view.options)
    };
    assert_eq!(options(&[]), None);
    assert_eq!(options(&[(0, "start")]), Some(vec![]));
    assert_eq!(options(&[(0, "start"), (4_000, "tick")]), Some(vec!["Mars".into(), "Jupiter".into(), "Venus".into()]));
    assert_eq!(options(&[(0, "start"), (4_000, "tick"), (5_000, "end")]), None);
}

#[test]
fn an_order_is_shown_shuffled_to_the_end_of_its_question() {
    let quiz = quiz(&[question(Kind::Order, "From the sun on?", &["Mercury", "Venus"])]);
    let mut script = vec![(0, "start"), (4_000, "tick")];
    for event in ["tick", "reveal", "count", "next"] {
        script.push((5_000, event));
        let question_view = show(&quiz, &play(&quiz, &script).state).asked.unwrap();
        assert_eq!(question_view.options, ["Venus", "Mercury"], "after {event}");
    }
}

#[test]
fn a_slide_shows_its_text_and_a_question_does_not() {
    let quiz = quiz(&[slide(), Question { explanation: "Because.".into(), ..planets() }]);
    let words = |script: &[(u64, &str)]| show(&quiz, &play(&quiz, script).state).asked.unwrap().body;
    assert_eq!(words(&[(0, "start")]), "Two more to go.");
    assert_eq!(words(&[(0, "start"), (1, "next"), (5_000, "tick")]), "");
}

#[test]
fn what_was_right_is_shown_from_the_reveal_to_the_next_question() {
    let quiz = quiz(&[planets(), planets()]);
    let mut script = vec![(0, "start"), (4_000, "tick"), (5_000, "reveal")];
    for (event, is_shown, has_leaders) in
        [("tick", false, false), ("count", true, false), ("next", true, true), ("next", false, false)]
    {
        script.push((6_000, event));
        let mut game = play(&quiz, &[(0, "ana joins")]);
        script.iter().for_each(|(now, event)| game.happens(*now, event));
        let game = show(&quiz, &game.state);
        assert_eq!((game.reveal.is_some(), !game.leaders.is_empty()), (is_shown, has_leaders), "after {event}");
    }
}

#[test]
fn a_pause_says_how_much_is_left() {
    let quiz = quiz(&[planets(), slide()]);
    let left = |script: &[(u64, &str)]| show(&quiz, &play(&quiz, script).state).paused;
    assert_eq!(left(&[(0, "start")]), None);
    assert_eq!(left(&[(0, "start"), (1_000, "pause")]), Some(3_000));
    assert_eq!(left(&[(0, "start"), (4_000, "tick"), (9_000, "pause")]), Some(15_000));
    assert_eq!(left(&[(0, "start"), (4_000, "tick"), (90_000, "pause")]), Some(0));
    assert_eq!(left(&[(0, "start"), (0, "skip"), (5, "pause")]), Some(0), "a slide has no end");
}

#[test]
fn the_podium_names_the_question_that_most_knew() {
    let hard = Question { text: "Which is hard?".into(), ..planets() };
    let quiz = quiz(&[hard, planets()]);
    let mut script = vec![(0, "ana joins"), (0, "ben joins"), (1, "start"), (4_001, "tick"), (5_000, "ana answers 1")];
    script.extend([(6_000, "next"), (6_000, "count"), (6_000, "skip"), (10_000, "tick")]);
    script.extend([(11_000, "ana answers 1"), (11_000, "ben answers 1"), (12_000, "next"), (12_000, "count")]);
    let game = |last| {
        let mut game = play(&quiz, &script);
        game.happens(13_000, last);
        show(&quiz, &game.state)
    };
    assert_eq!(game("next").best_known, None, "the game goes on");
    let podium = game("end");
    assert_eq!(podium.best_known, Some(("Which planet is the largest?".into(), 2, 2)));
    assert_eq!((podium.asked, podium.reveal, podium.players), (None, None, 2));
}

#[test]
fn the_podium_shows_a_place_with_each_step() {
    let mut game = TestGame::new(quiz(&[planets()]));
    for name in ["ana joins", "ben joins", "eve joins", "ida joins"] {
        game.happens(0, name);
    }
    for (now, event) in [(1, "start"), (4_001, "tick"), (5_000, "ana answers 1"), (6_000, "next"), (6_000, "count")] {
        game.happens(now, event);
    }
    let missing = |game: &TestGame| show(&quiz(&[planets()]), &game.state).missing;
    assert_eq!(missing(&game), 0, "it is not the podium yet");
    game.happens(7_000, "end");
    assert_eq!((missing(&game), game.state.leaders.len()), (2, 4));
    let two: Vec<_> = game.state.leaders[..2].iter().map(|leader| leader.id.clone()).collect();
    assert_eq!(game.state.without(&two).missing, 1, "two places are left, and the second is shown");
    game.happens(8_000, "next");
    game.happens(8_001, "next");
    assert_eq!((missing(&game), game.state.phase), (0, Phase::Podium));
    game.happens(9_000, "next");
    assert_eq!((missing(&game), game.state.phase), (0, Phase::Ended));
}
