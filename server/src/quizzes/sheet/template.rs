//! An empty sheet to be filled in, with one example of each usual kind.

use protocol::quiz::{Choice, Kind, Question, Quiz};

use super::{NotAQuiz, csv, xlsx};

/// The template that authors fill in, as CSV with an example of each usual kind of question.
pub fn template_csv() -> Vec<u8> {
    csv(&example())
}

/// The template as XLSX.
///
/// # Errors The file could not be written, which is a bug.
pub fn template_xlsx() -> Result<Vec<u8>, NotAQuiz> {
    xlsx(&example())
}

fn example() -> Quiz {
    let option = |text: &str, right: bool| Choice { text: text.into(), right };
    let choice = Question {
        text: "Which planet has the shortest day?".into(),
        options: vec![
            option("Mercury", false),
            option("Earth", false),
            option("Jupiter", true),
            option("Neptune", false),
        ],
        explanation: "A day on Jupiter lasts less than 10 hours.".into(),
        ..Question::default()
    };
    let several = Question {
        kind: Kind::Several,
        text: "Which of these are planets?".into(),
        options: vec![option("Mars", true), option("The Moon", false), option("Venus", true)],
        seconds: 30,
        ..Question::default()
    };
    let statement = Question {
        kind: Kind::TrueFalse,
        text: "The Sun is a star.".into(),
        options: vec![option("True", true), option("False", false)],
        ..Question::default()
    };
    let typed = Question {
        kind: Kind::Typed,
        text: "What is the star called that we see by day?".into(),
        accepted_answers: vec!["The Sun".into(), "Sun".into()],
        ..Question::default()
    };
    let number = Question {
        kind: Kind::Number,
        text: "How many moons does Mars have?".into(),
        number: "2".parse().ok(),
        ..Question::default()
    };
    Quiz {
        title: "The title of your quiz".into(),
        questions: vec![choice, several, statement, typed, number],
        ..Quiz::default()
    }
}
