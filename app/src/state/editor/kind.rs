//! Changes the kind of a question, keeping what fits.

use protocol::limits;
use protocol::quiz::{Choice, Kind, Points, Question};

/// How right options are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CorrectOptions {
    /// Exactly one option can be marked.
    One,
    /// Any number of options can be marked.
    Any,
    /// No option can be marked as right.
    None,
}

/// How the right options of a question are marked. An imported choice may have several right
/// ones; they all stay.
pub(crate) fn correct_options(question: &Question) -> CorrectOptions {
    let right = question.options.iter().filter(|option| option.right).count();
    match question.kind {
        Kind::TrueFalse => CorrectOptions::One,
        Kind::Choice if right <= 1 => CorrectOptions::One,
        Kind::Choice | Kind::Several => CorrectOptions::Any,
        _ => CorrectOptions::None,
    }
}

/// An empty question of a kind.
pub(super) fn blank(kind: Kind) -> Question {
    let mut question = Question::default();
    change_kind(&mut question, kind);
    question
}

/// Changes the kind of a question, and takes along what the new kind has room for.
pub(super) fn change_kind(question: &mut Question, kind: Kind) {
    let was = std::mem::replace(&mut question.kind, kind);
    let (options, accepted_answers) =
        (std::mem::take(&mut question.options), std::mem::take(&mut question.accepted_answers));
    if kind.has_options() {
        question.options = options_of(kind, was, options, &accepted_answers);
    } else if kind == Kind::Typed {
        question.accepted_answers = if accepted_answers.is_empty() { right_texts(&options) } else { accepted_answers };
        if question.accepted_answers.is_empty() {
            question.accepted_answers.push(String::new());
        }
    }
    if kind != Kind::Number {
        (question.number, question.tolerance) = (None, None);
    }
    let is_bare = |kind| matches!(kind, Kind::Slide | Kind::Poll);
    if is_bare(kind) {
        question.points = Points::None;
    } else if is_bare(was) {
        question.points = Points::Normal;
    }
    if kind == Kind::Slide {
        question.seconds = 0;
    } else if was == Kind::Slide {
        question.seconds = Question::default().seconds;
    }
}

fn options_of(kind: Kind, was: Kind, mut options: Vec<Choice>, accepted_answers: &[String]) -> Vec<Choice> {
    if kind == Kind::TrueFalse {
        let right = |text: &str| options.iter().any(|option| option.right && option.text.eq_ignore_ascii_case(text));
        return ["True", "False"].map(|text| Choice { text: text.into(), right: right(text) }).into();
    }
    if was == Kind::Typed {
        let right = accepted_answers.iter().find(|text| !text.trim().is_empty());
        options.extend(right.map(|text| Choice { text: text.clone(), right: true }));
    }
    if options.len() < 2 {
        options.resize(limits::OPTIONS, Choice::default());
    }
    let mut is_taken = false;
    for option in &mut options {
        option.right &= kind.has_right() && kind != Kind::Order && !(kind == Kind::Choice && is_taken);
        is_taken |= option.right;
    }
    options
}

fn right_texts(options: &[Choice]) -> Vec<String> {
    options.iter().filter(|option| option.right && !option.text.trim().is_empty()).map(|one| one.text.clone()).collect()
}

/// What a change of kind dropped, as a sentence; `None` if all was kept.
pub(super) fn dropped(before: &Question, after: &Question) -> Option<String> {
    if before.kind == after.kind {
        return None;
    }
    let written = |question: &Question| {
        let options = question.options.iter().filter(|option| !option.text.trim().is_empty());
        let fixed = question.kind == Kind::TrueFalse;
        options.filter(|_| !fixed).count()
            + question.accepted_answers.iter().filter(|text| !text.trim().is_empty()).count()
    };
    let lost = written(before).saturating_sub(written(after));
    let is_number_lost = before.number.is_some() && after.number.is_none();
    let sentence = match lost {
        0 if is_number_lost => "The number had no place here.".into(),
        0 => return None,
        1 => "One answer had no place here.".into(),
        _ => format!("{lost} answers had no place here."),
    };
    Some(sentence)
}
