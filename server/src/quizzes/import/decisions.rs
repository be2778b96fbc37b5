//! The author's decisions about an imported file with doubts, as a form.
//!
//! The form carries the imported quiz, so that nothing of it is stored before its author wants it; all of it
//! is parsed again as a stranger's.

use std::collections::{BTreeMap, BTreeSet};

use protocol::limits;
use protocol::quiz::Quiz;
use protocol::wire;
use serde::{Deserialize, Serialize};

use super::{Ask, Imported, NotAQuiz};

/// The most doubts of a form; one with more was not made here.
const DOUBTS: usize = 400;
/// The answer that leaves a question out.
const LEAVE: &str = "leave";

/// Which of the imported questions become the quiz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// All of them, as the doubts were settled.
    All,
    /// Only those without a doubt.
    Understood,
}

/// A doubt as the form carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    question: usize,
    ask: Ask,
}

/// The fields of the form.
#[derive(Debug, Default)]
pub struct ImportDecisions {
    quiz: String,
    title: Option<String>,
    doubts: String,
    takes_understood_alone: bool,
    /// The author's answers, by the number of the doubt.
    answers: BTreeMap<usize, String>,
}

impl Imported {
    /// Encodes the doubts for the form.
    pub fn encoded_doubts(&self) -> String {
        let open = self.doubts.iter().map(|doubt| Open { question: doubt.question, ask: doubt.ask.clone() });
        wire::encode(&open.collect::<Vec<_>>())
    }
}

impl ImportDecisions {
    /// Parses a form: `quiz`, `title`, `doubts`, `use`, and an `answer-{number}` for each doubt.
    pub fn parse(fields: impl Iterator<Item = (String, String)>) -> Self {
        let mut answered = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "quiz" => answered.quiz = value,
                "title" => answered.title = Some(value),
                "doubts" => answered.doubts = value,
                "use" => answered.takes_understood_alone = value == "understood",
                name => {
                    let number = name.strip_prefix("answer-").and_then(|number| number.parse().ok());
                    answered.answers.extend(number.filter(|number| *number < DOUBTS).map(|number| (number, value)));
                }
            }
        }
        answered
    }

    /// Which questions the author wants.
    pub fn wanted(&self) -> Use {
        if self.takes_understood_alone { Use::Understood } else { Use::All }
    }

    /// The quiz as it was decided. A doubt without an answer leaves the question as it was understood: the
    /// editor shows what is missing.
    ///
    /// # Errors [`NotAQuiz`]: the form was not made here, or nothing is left.
    pub fn quiz(&self) -> Result<Quiz, NotAQuiz> {
        let odd = || NotAQuiz::because("This form cannot be read. Bring the file again.");
        if self.quiz.len() > limits::QUIZ_BYTES {
            return Err(NotAQuiz::because("This quiz is too long to be kept. Bring it in parts."));
        }
        let mut quiz: Quiz = wire::decode(&self.quiz).ok_or_else(odd)?;
        if let Some(title) = &self.title {
            quiz.title = title.trim().chars().take(limits::TITLE_CHARS).collect();
        }
        let doubts: Vec<Open> = wire::decode_file(&self.doubts).map_err(|_| odd())?;
        if doubts.len() > DOUBTS {
            return Err(odd());
        }
        let mut left_out = BTreeSet::new();
        for (number, doubt) in doubts.iter().enumerate() {
            let answer = self.answers.get(&number).map(String::as_str);
            if self.wanted() == Use::Understood || answer == Some(LEAVE) {
                left_out.insert(doubt.question);
            } else if let Some(answer) = answer {
                settle(&mut quiz, doubt, answer);
            }
        }
        let mut at = 0;
        quiz.questions.retain(|_| {
            at += 1;
            !left_out.contains(&(at - 1))
        });
        if quiz.questions.is_empty() && !doubts.is_empty() {
            return Err(NotAQuiz::because("No question was left, so nothing was saved."));
        }
        Ok(quiz)
    }
}

fn settle(quiz: &mut Quiz, doubt: &Open, answer: &str) {
    let Some(question) = quiz.questions.get_mut(doubt.question) else { return };
    match &doubt.ask {
        Ask::Right => {
            if let Some(option) = answer.parse().ok().and_then(|at: usize| question.options.get_mut(at)) {
                option.right = true;
            }
        }
        Ask::Seconds => {
            let seconds = answer.parse().ok().filter(|seconds| *seconds <= limits::ANSWER_SECONDS);
            question.seconds = seconds.unwrap_or(question.seconds);
        }
        Ask::Number(numbers) => {
            question.number = answer.parse().ok().and_then(|at: usize| numbers.get(at).copied()).or(question.number);
        }
        Ask::Finish => {}
    }
}

#[cfg(test)]
mod tests {
    use protocol::quiz::{Choice, Decimal, Kind, Question};

    use super::super::{Doubt, FilePosition};
    use super::*;

    fn imported() -> Imported {
        let option = |text: &str| Choice { text: text.into(), right: false };
        let asked =
            |text: &str| Question { text: text.into(), options: ["a", "b"].map(option).into(), ..Question::default() };
        let number = Question { kind: Kind::Number, text: "How many?".into(), ..Question::default() };
        let questions = vec![asked("one"), asked("two"), number];
        let doubt = |question, ask| Doubt { question, place: FilePosition::line(1), why: "why".into(), ask };
        let numbers = ["1000", "1"].map(|number| number.parse::<Decimal>().unwrap()).to_vec();
        let doubts = vec![doubt(1, Ask::Right), doubt(1, Ask::Seconds), doubt(2, Ask::Number(numbers))];
        Imported { quiz: Quiz { title: "T".into(), questions, ..Quiz::default() }, doubts, ..Imported::default() }
    }

    fn decided(answers: &[(&str, &str)]) -> Result<Quiz, NotAQuiz> {
        let imported = imported();
        let carried = [("quiz", wire::encode(&imported.quiz)), ("doubts", imported.encoded_doubts())];
        let answers = answers.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let fields = carried.into_iter().chain(answers).map(|(name, value)| (name.to_owned(), value));
        ImportDecisions::parse(fields).quiz()
    }

    #[test]
    fn each_answer_settles_its_doubt() {
        let quiz = decided(&[("answer-0", "1"), ("answer-1", "60"), ("answer-2", "0"), ("use", "all")]).unwrap();
        let two = &quiz.questions[1];
        assert_eq!((two.options[1].right, two.options[0].right, two.seconds), (true, false, 60));
        assert_eq!(quiz.questions[2].number, "1000".parse().ok());
    }

    #[test]
    fn what_is_left_out_is_gone_and_what_was_not_asked_stays() {
        let quiz = decided(&[("answer-0", "leave"), ("answer-1", "60"), ("use", "all")]).unwrap();
        let texts: Vec<_> = quiz.questions.iter().map(|question| question.text.as_str()).collect();
        assert_eq!(texts, ["one", "How many?"]);
        let quiz = decided(&[("use", "understood"), ("answer-0", "1")]).unwrap();
        assert_eq!(quiz.questions.len(), 1);
    }

    #[test]
    fn odd_forms_are_refused_and_odd_answers_change_nothing() {
        assert!(ImportDecisions::parse([("quiz".to_owned(), "{".to_owned())].into_iter()).quiz().is_err());
        let quiz = decided(&[("answer-0", "9"), ("answer-1", "1e9"), ("answer-2", "-1"), ("answer-999", "0")]).unwrap();
        assert_eq!(quiz, imported().quiz);
    }
}
