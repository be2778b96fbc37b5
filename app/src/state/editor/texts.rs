//! The editor's texts: kinds, settings, and where something is missing.

use protocol::limits;
use protocol::quiz::{Kind, Points, Question, Scoring};

/// The name of a kind, and what it asks of players.
pub(crate) fn kind(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Choice => ("One right answer", "Players choose one of two to four answers."),
        Kind::Several => ("Several right answers", "Players choose all that are right."),
        Kind::TrueFalse => ("True or false", "Players say whether it is true."),
        Kind::Typed => ("Typed answer", "Players type a word or a few. Capitals, accents and spaces do not matter."),
        Kind::Number => ("Number", "Players type a number; you decide how close is enough."),
        Kind::Order => ("Put in order", "Players put two to four things in order."),
        Kind::Poll => ("Poll", "Players choose, and nothing is right or wrong."),
        Kind::Slide => ("Slide", "Text or a picture, no question."),
    }
}

/// The value of a kind in addresses and choices.
pub(crate) fn kind_value(kind: Kind) -> &'static str {
    match kind {
        Kind::Choice => "choice",
        Kind::Several => "several",
        Kind::TrueFalse => "trueFalse",
        Kind::Typed => "typed",
        Kind::Number => "number",
        Kind::Order => "order",
        Kind::Poll => "poll",
        Kind::Slide => "slide",
    }
}

/// The name of a way of scoring, and what it rewards.
pub(crate) fn scoring(scoring: Scoring) -> (&'static str, &'static str) {
    match scoring {
        Scoring::Speed => ("Speed", "Right answers count, and quick ones count more."),
        Scoring::Accuracy => ("Accuracy", "Right answers count, however long they take."),
        Scoring::None => ("None", "There are no points and no places."),
    }
}

/// The name of a weight.
pub(crate) fn points(points: Points) -> &'static str {
    match points {
        Points::None => "None",
        Points::Normal => "Normal",
        Points::Double => "Double",
    }
}

/// As in `124 of 280 characters`.
pub(crate) fn letters(text: &str, most: usize) -> String {
    format!("{} of {most} characters", text.chars().count())
}

/// The heading of a question, also of an empty one.
pub(crate) fn heading(question: &Question) -> String {
    let text = question.text.trim();
    if !text.is_empty() {
        return text.into();
    }
    if question.kind == Kind::Slide { "A new slide".into() } else { "A new question".into() }
}

/// The field that a question's problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditorField {
    /// The field with the question's text.
    Text,
    /// The fields with the answers.
    Answers,
    /// The field with the time limit.
    Seconds,
    /// The field with the explanation.
    Explanation,
    /// The field with the picture's description.
    Picture,
}

/// The first problem of a question, and its field.
pub(crate) fn problem(question: &Question) -> Option<(EditorField, String)> {
    let sentence = question.problem().filter(|_| is_begun(question))?;
    let is_long = |text: &str, most: usize| text.chars().count() > most;
    let place = if question.text.trim().is_empty() || is_long(&question.text, limits::QUESTION_CHARS) {
        EditorField::Text
    } else if is_long(&question.explanation, limits::EXPLANATION_CHARS) {
        EditorField::Explanation
    } else if is_long(&question.picture_alt, limits::QUESTION_CHARS) {
        EditorField::Picture
    } else if question.seconds > limits::ANSWER_SECONDS {
        EditorField::Seconds
    } else {
        EditorField::Answers
    };
    Some((place, sentence))
}

/// Whether anything was written into a question: before that, no problem is shown.
fn is_begun(question: &Question) -> bool {
    let options = question.options.iter().map(|option| &option.text);
    let mut texts = options.chain(&question.accepted_answers).chain([&question.text, &question.explanation]);
    // A true or false question has its two words from the beginning.
    let has_text = if question.kind == Kind::TrueFalse {
        !question.text.is_empty()
    } else {
        texts.any(|text| !text.trim().is_empty())
    };
    has_text || question.number.is_some() || question.picture.is_some()
}

/// Why a game cannot be started yet, to follow a colon; `None` if it can.
pub(crate) fn hindrance(problems: &[protocol::quiz::Problem]) -> Option<String> {
    let first = problems.first()?;
    let first = match first.question {
        Some(at) => of_question(at + 1, &first.sentence),
        None => uncapitalised(&first.sentence),
    };
    Some(match problems.len() {
        1 => first,
        2 => format!("{first} One more thing is missing."),
        more => format!("{first} {} more things are missing.", more - 1),
    })
}

/// A question's problem with its number, as in `question 2 is 41 characters too long.`
fn of_question(number: usize, problem: &str) -> String {
    if let Some(is) = problem.strip_prefix("The question ") {
        return format!("question {number} {is}.");
    }
    match problem.strip_prefix("No ").and_then(|missing| missing.strip_suffix(" yet")) {
        Some("question") => format!("question {number} has no text yet."),
        Some(missing) => format!("question {number} has no {missing} yet."),
        None => format!("in question {number}, {}.", uncapitalised(problem)),
    }
}

/// The same sentence after a colon or a comma.
fn uncapitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
