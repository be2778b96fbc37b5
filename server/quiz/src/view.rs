//! What everybody may see of a game. It contains no right answer before the reveal.

use protocol::formula::Formulas;
use protocol::game::{Game, Phase, QuestionView};
use protocol::quiz::{Kind, Question, Quiz};

use crate::scoring::is_scored;
use crate::shuffle::written;
use crate::state::{State, Tally};

/// The game as players, hosts and the wall see it.
pub fn show(quiz: &Quiz, state: &State) -> Game {
    let phase = state.phase;
    let is_asking = matches!(phase, Phase::Ready | Phase::Open | Phase::Closed);
    let is_revealed = matches!(phase, Phase::Reveal | Phase::Places);
    let is_over = state.is_over();
    let question = state.question(quiz).filter(|_| is_asking || is_revealed);
    Game {
        title: quiz.title.clone(),
        phase,
        round: state.round,
        questions: quiz.questions.len(),
        at: state.at,
        asked: question.map(|(_, question)| question_view(question, state)),
        opens_at: state.clock.opens_at.filter(|_| is_asking),
        closes_at: state.clock.closes_at.filter(|_| is_asking),
        paused: left(state),
        locked: state.locked,
        admission: state.admission,
        chat: state.chat,
        scored: is_scored(quiz),
        players: state.players,
        reveal: state.reveal.clone().filter(|_| is_revealed),
        leaders: if is_over || phase == Phase::Places { state.leaders.clone() } else { Vec::new() },
        missing: if phase == Phase::Podium { state.missing } else { 0 },
        best_known: best_known(quiz, &state.tallies).filter(|_| is_over),
        // The sender renders them.
        formulas: Formulas::default(),
    }
}

fn question_view(question: &Question, state: &State) -> QuestionView {
    let has_options = question.kind.has_options() && state.phase != Phase::Ready;
    QuestionView {
        kind: question.kind,
        text: question.text.clone(),
        body: if question.kind == Kind::Slide { question.explanation.clone() } else { String::new() },
        picture: question.picture.clone(),
        picture_alt: question.picture_alt.clone(),
        seconds: question.seconds,
        points: question.points,
        options: if has_options { options(question, state.shuffle()) } else { Vec::new() },
    }
}

fn options(question: &Question, shuffle: &[usize]) -> Vec<String> {
    let text = |shown| question.options.get(written(shuffle, shown)).map(|option| option.text.clone());
    (0..question.options.len()).filter_map(text).collect()
}

/// The time that was left when the clock was paused, in milliseconds.
fn left(state: &State) -> Option<u64> {
    let paused_at = state.clock.paused_at?;
    let runs_to = if state.phase == Phase::Ready { state.clock.opens_at } else { state.clock.closes_at };
    Some(runs_to.map_or(0, |runs_to| runs_to.saturating_sub(paused_at)))
}

/// The question with the largest share of right answers, and that share; the first of several.
fn best_known(quiz: &Quiz, tallies: &[Tally]) -> Option<(String, usize, usize)> {
    let known = |tally: &&Tally| tally.correct > 0;
    let better = |best: Tally, next: Tally| {
        if next.correct * best.players > best.correct * next.players { next } else { best }
    };
    let best = tallies.iter().filter(known).copied().reduce(better)?;
    Some((quiz.questions.get(best.question)?.text.clone(), best.correct, best.players))
}
