//! Finds what keeps a quiz from being played, in sentences for its author.

use super::{Choice, Kind, Question, Quiz};
use crate::limits;

/// Something that must be corrected before a quiz can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The index of the question, from 0; `None`: the quiz as a whole.
    pub question: Option<usize>,
    /// What is wrong, as a sentence.
    pub sentence: String,
}

/// All problems of a quiz; none if it can be played.
pub fn problems(quiz: &Quiz) -> Vec<Problem> {
    let mut found = Vec::new();
    let whole = |sentence: String| Problem { question: None, sentence };
    if quiz.title.trim().is_empty() {
        found.push(whole("The quiz has no title yet.".into()));
    }
    found.extend(too_long("The title", &quiz.title, limits::TITLE_CHARS).map(|why| whole(format!("{why}."))));
    if quiz.questions.is_empty() {
        found.push(whole("There is no question yet.".into()));
    }
    if quiz.questions.len() > limits::QUESTIONS {
        found.push(whole(format!("A quiz has {} questions at most.", limits::QUESTIONS)));
    }
    for (at, question) in quiz.questions.iter().enumerate() {
        found.extend(question.problem().map(|sentence| Problem { question: Some(at), sentence }));
    }
    found
}

impl Question {
    /// The first problem of the question.
    pub fn problem(&self) -> Option<String> {
        if self.text.trim().is_empty() {
            return Some(if self.kind == Kind::Slide { "No heading yet" } else { "No question yet" }.into());
        }
        let why = if self.kind == Kind::Slide { "The text" } else { "The explanation" };
        let long = too_long("The question", &self.text, limits::QUESTION_CHARS)
            .or_else(|| too_long(why, &self.explanation, limits::EXPLANATION_CHARS))
            .or_else(|| too_long("The description", &self.picture_alt, limits::QUESTION_CHARS));
        if long.is_some() {
            return long;
        }
        if self.seconds > limits::ANSWER_SECONDS {
            return Some(format!("{} seconds is the most", limits::ANSWER_SECONDS));
        }
        match self.kind {
            Kind::Slide => None,
            Kind::Typed => self.problem_of_accepted_answers(),
            Kind::Number => self.problem_of_number(),
            _ => self.problem_of_options(),
        }
    }

    fn problem_of_options(&self) -> Option<String> {
        let most = limits::OPTIONS;
        let filled = self.options.iter().filter(|option| !is_empty(option)).count();
        if filled < 2 || self.options.len() > most {
            return Some(format!("Two to {most} answers are needed"));
        }
        if self.options.iter().any(|option| is_empty(option) && option.right && self.kind.has_right()) {
            return Some("The answer that is marked as right is empty".into());
        }
        let long = self.options.iter().find_map(|option| too_long("An answer", &option.text, limits::OPTION_CHARS));
        if long.is_some() {
            return long;
        }
        let right = self.options.iter().filter(|option| option.right).count();
        match self.kind {
            Kind::Choice | Kind::Several if right == 0 => Some("No right answer yet".into()),
            Kind::TrueFalse if self.options.len() != 2 || right != 1 => Some("Say whether it is true".into()),
            _ => None,
        }
    }

    fn problem_of_accepted_answers(&self) -> Option<String> {
        let accepted_answers = || self.accepted_answers.iter().filter(|spelling| !spelling.trim().is_empty());
        if accepted_answers().next().is_none() {
            return Some("No right answer yet".into());
        }
        if self.accepted_answers.len() > limits::ACCEPTED_ANSWERS {
            return Some(format!("{} accepted answers are the most", limits::ACCEPTED_ANSWERS));
        }
        accepted_answers().find_map(|spelling| too_long("An answer", spelling, limits::OPTION_CHARS))
    }

    fn problem_of_number(&self) -> Option<String> {
        if self.number.is_none() {
            return Some("No right number yet".into());
        }
        let is_negative = self.tolerance.is_some_and(|tolerance| tolerance < super::Decimal::default());
        is_negative.then(|| "The tolerance cannot be below 0".into())
    }
}

/// Whether an option has no text, so that it is left out in the game.
fn is_empty(option: &Choice) -> bool {
    option.text.trim().is_empty()
}

/// By how much a text is too long, as a sentence without its end.
fn too_long(what: &str, text: &str, most: usize) -> Option<String> {
    match text.chars().count().checked_sub(most) {
        None | Some(0) => None,
        Some(1) => Some(format!("{what} is 1 character too long")),
        Some(more) => Some(format!("{what} is {more} characters too long")),
    }
}

impl Quiz {
    /// The quiz as it is played: without empty options.
    #[must_use]
    pub fn played(mut self) -> Self {
        for question in self.questions.iter_mut().filter(|question| question.kind.has_options()) {
            question.options.retain(|option| !is_empty(option));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planets(right: bool) -> Question {
        let options = [("Mercury", false), ("Jupiter", right)];
        let options = options.map(|(text, right)| Choice { text: text.into(), right }).into();
        Question { text: "Which planet has the shortest day?".into(), options, ..Question::default() }
    }

    #[test]
    fn a_whole_quiz_can_be_played() {
        let quiz = Quiz { title: "The Solar System".into(), questions: vec![planets(true)], ..Quiz::default() };
        assert_eq!(problems(&quiz), []);
    }

    #[test]
    fn the_author_is_told_what_is_missing_and_where() {
        let quiz = Quiz { title: " ".into(), questions: vec![planets(true), planets(false)], ..Quiz::default() };
        let told: Vec<_> = problems(&quiz).into_iter().map(|one| (one.question, one.sentence)).collect();
        assert_eq!(told, [(None, "The quiz has no title yet.".into()), (Some(1), "No right answer yet".into())]);
    }

    #[test]
    fn answers_that_nobody_filled_in_are_left_out() {
        let mut question = planets(true);
        question.options.extend([Choice::default(), Choice::default()]);
        let quiz = Quiz { title: "T".into(), questions: vec![question], ..Quiz::default() };
        assert_eq!(problems(&quiz), []);
        assert_eq!(quiz.clone().played().questions[0].options, planets(true).options);
        let mut marked = quiz.questions[0].clone();
        marked.options[3].right = true;
        assert_eq!(marked.problem().as_deref(), Some("The answer that is marked as right is empty"));
    }

    #[test]
    fn what_is_too_long_is_told_by_how_much() {
        let long = |more: usize| Question { text: "x".repeat(limits::QUESTION_CHARS + more), ..planets(true) };
        assert_eq!(long(0).problem(), None);
        assert_eq!(long(1).problem().as_deref(), Some("The question is 1 character too long"));
        assert_eq!(long(4).problem().as_deref(), Some("The question is 4 characters too long"));
    }

    #[test]
    fn each_kind_wants_what_it_needs() {
        let problem = |kind, change: fn(&mut Question)| {
            let mut question = Question { kind, ..planets(false) };
            change(&mut question);
            question.problem()
        };
        assert_eq!(problem(Kind::Poll, |_| {}), None);
        assert_eq!(problem(Kind::Order, |_| {}), None);
        assert_eq!(problem(Kind::Slide, |it| it.options.clear()), None);
        assert_eq!(problem(Kind::Typed, |it| it.accepted_answers = vec!["Jove".into()]), None);
        assert_eq!(problem(Kind::Typed, |_| {}).as_deref(), Some("No right answer yet"));
        assert_eq!(problem(Kind::Number, |_| {}).as_deref(), Some("No right number yet"));
        assert_eq!(problem(Kind::Number, |it| it.number = "3".parse().ok()), None);
        assert_eq!(problem(Kind::TrueFalse, |_| {}).as_deref(), Some("Say whether it is true"));
        assert_eq!(problem(Kind::Choice, |it| it.options.truncate(1)).as_deref(), Some("Two to 4 answers are needed"));
    }
}
