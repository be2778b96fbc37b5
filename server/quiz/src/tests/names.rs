//! The name under which a renamed player is shown.

use protocol::{Name, UserId};

use super::{TestGame, planets, play, quiz};
use crate::State;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// Ana leads before Ben, at the reveal of the first of two questions.
fn revealed() -> TestGame {
    let joins = [(0, "ana joins"), (1, "ben joins"), (10, "start"), (4_010, "tick")];
    let answers = [(6_010, "ana answers 1"), (8_010, "ben answers 0"), (24_010, "tick"), (24_020, "count")];
    play(&quiz(&[planets(), planets()]), &[&joins[..], &answers].concat())
}

/// The name of the player before Ben in his outcome.
fn ahead_of_ben(game: &TestGame, state: &State) -> String {
    let outcome = state.current_outcome(game.seats[1].outcome.clone().unwrap());
    outcome.ahead.unwrap().0.to_string()
}

fn leader(state: &State) -> &str {
    state.leaders[0].name.as_str()
}

#[test]
fn nobody_reads_the_name_before_again() {
    let game = revealed();
    let ana = UserId::parse("ana").unwrap();
    assert_eq!((leader(&game.state), ahead_of_ben(&game, &game.state).as_str()), ("ana", "ana"));
    let once = game.state.with_name(&ana, &name("ana"), &name("Ana B."));
    let twice = once.with_name(&ana, &name("Ana B."), &name("Ana C."));
    for (state, called, renames) in [(&once, "Ana B.", 1), (&twice, "Ana C.", 2)] {
        assert_eq!((leader(state), ahead_of_ben(&game, state).as_str(), state.renames), (called, called, renames));
    }
    // Renaming to the same name again shows the same.
    let again = twice.with_name(&ana, &name("Ana C."), &name("Ana C."));
    assert_eq!((leader(&again), ahead_of_ben(&game, &again).as_str()), ("Ana C.", "Ana C."));
}

#[test]
fn a_name_that_is_free_again_is_not_mistaken_for_who_had_it() {
    let game = revealed();
    let [ana, ben] = ["ana", "ben"].map(|id| UserId::parse(id).unwrap());
    let state = game.state.with_name(&ana, &name("ana"), &name("Zoe"));
    let state = state.with_name(&ben, &name("ben"), &name("ana"));
    assert_eq!(ahead_of_ben(&game, &state), "Zoe");
    let back = state.with_name(&ana, &name("Zoe"), &name("ben"));
    assert_eq!(ahead_of_ben(&game, &back), "ben");
}

#[test]
fn the_next_count_calls_everybody_by_their_names_and_points_stay() {
    let mut game = revealed();
    let score = game.seats[0].score;
    game.state = game.state.with_name(&UserId::parse("ana").unwrap(), &name("ana"), &name("Zoe"));
    game.seats[0].name = name("Zoe");
    for (now, event) in [
        (30_000, "next"),
        (40_000, "next"),
        (44_000, "tick"),
        (44_001, "ana answers 1"),
        (50_000, "reveal"),
        (50_001, "count"),
    ] {
        game.happens(now, event);
    }
    assert!(game.state.called.is_empty() && game.state.renames == 1);
    assert_eq!((leader(&game.state), ahead_of_ben(&game, &game.state).as_str()), ("Zoe", "Zoe"));
    assert!(score > 0 && game.seats[0].score > score);
    assert_eq!(game.seats[0].streak, 2);
}

#[test]
fn a_game_remembers_only_so_many_earlier_names() {
    let game = revealed();
    let mut state = game.state.clone();
    for number in 0..1_000 {
        let id = UserId::parse(&format!("u{number}")).unwrap();
        state = state.with_name(&id, &name(&format!("Player {number}")), &name(&format!("Pupil {number}")));
    }
    assert_eq!((state.called.len(), state.renames), (100, 1_000));
}
