//! Computes from a quiz and the answers that counted what everybody must have, by the published rule and
//! without the server's code.

use protocol::game::Answer;
use protocol::quiz::{Question, Quiz};

use super::{Class, Sheet};

/// Full points for an answer within this time, in milliseconds.
const AT_ONCE_MS: u64 = 500;
/// What a streak adds for each right one after the first, and at most.
const STREAK: (u32, u32) = (100, 500);

/// The points of one student.
pub fn score(quiz: &Quiz, sheet: &Sheet) -> u32 {
    let mut streak = 0;
    let points = quiz.questions.iter().enumerate().map(|(at, question)| {
        let given = sheet.get(&at).filter(|given| is_right(question, &given.answer));
        streak = if given.is_some() { streak + 1 } else { 0 };
        let bonus = if quiz.streaks && streak > 1 { ((streak - 1) * STREAK.0).min(STREAK.1) } else { 0 };
        given.map_or(0, |given| points(question, given.took_ms) + bonus)
    });
    points.sum()
}

/// `round(P * (1 - t / 2T))`, half a point up. In whole numbers: a fraction of two is not exact, and misses the half.
fn points(question: &Question, took_ms: u64) -> u32 {
    let (most, limit_ms) = (question.points.most(), u64::from(question.seconds) * 1_000);
    if took_ms < AT_ONCE_MS || limit_ms == 0 {
        return most;
    }
    let twice = 2 * limit_ms;
    let exact = u64::from(most) * (twice - took_ms.min(limit_ms));
    u32::try_from((exact + limit_ms) / twice).unwrap_or(most)
}

fn is_right(question: &Question, answer: &Answer) -> bool {
    matches!(answer, Answer::Choice(at) if question.options.get(*at).is_some_and(|option| option.right))
}

/// What does not add up in a class, as sentences.
pub fn faults(class: &Class) -> Vec<String> {
    let mut faults = Vec::new();
    for student in &class.students {
        let notes = student.notes();
        faults.extend(notes.wrongs.iter().cloned());
        let (due, told) = (score(&class.quiz, &notes.given), notes.outcomes.values().last().map(|last| last.score));
        if told != Some(due) {
            faults.push(format!("somebody has {told:?} points, and {due} by their answers {:?}", notes.given));
        }
        if notes.accepted > notes.given.len() as u64 {
            faults.push(format!("{} answers accepted to {} questions", notes.accepted, notes.given.len()));
        }
    }
    faults.extend(class.teacher.refused());
    faults.truncate(10);
    faults
}
