//! What everybody may see of a game, with formulas rendered.

use protocol::game::Game;
use protocol::quiz::Quiz;
use quiz::State;

use crate::formulas;

/// The game as players, hosts and the wall see it. Only formulas of what is shown are in it: others would
/// tell the right answer.
pub(super) fn show(quiz: &Quiz, state: &State) -> Game {
    let mut game = quiz::show(quiz, state);
    game.formulas = formulas::render(texts(&game), formulas::FRAME_BYTES);
    game
}

/// The quiz's texts that a game shows, without what players typed.
fn texts(game: &Game) -> impl Iterator<Item = &str> {
    let asked = game.asked.iter().flat_map(|asked| {
        let options = asked.options.iter().map(String::as_str);
        [asked.text.as_str(), &asked.body].into_iter().chain(options)
    });
    let reveal = game.reveal.iter().flat_map(|reveal| [reveal.right.as_str(), &reveal.explanation]);
    let best_known = game.best_known.iter().map(|(question, ..)| question.as_str());
    asked.chain(reveal).chain(best_known)
}

#[cfg(test)]
mod tests {
    use protocol::formula::{Piece, pieces};
    use protocol::game::{Phase, QuestionView, Reveal};
    use protocol::quiz::{Choice, Kind, Points, Question};

    use super::*;

    fn asks(text: &str) -> Question {
        let option = |text: &str, right| Choice { text: text.into(), right };
        Question {
            text: text.into(),
            explanation: "Because $w=1$".into(),
            options: vec![option("$a=1$", true), option("$\\frac{1}$", false)],
            ..Question::default()
        }
    }

    fn is_drawn(game: &Game, text: &str) -> bool {
        match pieces(text).find(|piece| matches!(piece, Piece::Formula(_))) {
            Some(Piece::Formula(source)) => game.formulas.markup(source).is_some(),
            _ => panic!("{text}"),
        }
    }

    #[test]
    fn what_is_shown_is_drawn_and_nothing_that_is_shown_later() {
        let quiz = Quiz { title: "T".into(), questions: vec![asks("What is $q=1$?")], ..Quiz::default() };
        let mut state = State::new(&quiz, 1);
        assert!(show(&quiz, &state).formulas.is_empty());
        (state.phase, state.at) = (Phase::Ready, Some(0));
        let drawn = |state: &State| {
            let game = show(&quiz, state);
            ["$q=1$", "$a=1$", "$w=1$", "$\\frac{1}$"].map(|text| is_drawn(&game, text))
        };
        assert_eq!(drawn(&state), [true, false, false, false]);
        state.phase = Phase::Open;
        assert_eq!(drawn(&state), [true, true, false, false], "one is wrong");
        let why = "Because $w=1$".to_owned();
        state.reveal = Some(Reveal {
            right: "$a=1$".into(),
            bars: Vec::new(),
            explanation: why,
            correct: 0,
            answered: 0,
            players: 0,
        });
        assert_eq!(drawn(&state), [true, true, false, false], "it is not revealed yet");
        state.phase = Phase::Reveal;
        assert_eq!(drawn(&state), [true, true, true, false]);
    }

    #[test]
    fn a_slide_is_drawn_as_well() {
        let slide = Question { kind: Kind::Slide, points: Points::None, options: Vec::new(), ..asks("Look: $s=1$") };
        let quiz = Quiz { questions: vec![slide], ..Quiz::default() };
        let mut state = State::new(&quiz, 1);
        (state.phase, state.at) = (Phase::Open, Some(0));
        let game = show(&quiz, &state);
        let words = game.asked.as_ref().map(|QuestionView { body: words, .. }| words.clone());
        assert_eq!(words.as_deref(), Some("Because $w=1$"));
        assert!(is_drawn(&game, "$s=1$") && is_drawn(&game, "$w=1$"));
    }
}
