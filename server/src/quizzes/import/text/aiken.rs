//! Parses Aiken: a question, its answers as `A. one`,
//! and `ANSWER: A` (<https://docs.moodle.org/en/Aiken_format>).

use protocol::limits;
use protocol::quiz::{Choice, Question};

use super::{Numbered, numbered};
use crate::quizzes::import::{
    Ask, CorrectMark, FilePosition, Imported, NotAQuiz, ParsedQuestion, QuestionFault, right_answers,
};
use crate::workers::Budget;

/// Whether a text contains a question in Aiken.
pub(in crate::quizzes::import) fn is_aiken(text: &str) -> bool {
    let mut before = "";
    text.lines().filter(|line| !line.trim().is_empty()).any(|line| {
        let is_end = marked(line).is_some() && option(before).is_some();
        before = line;
        is_end
    })
}

/// The mark of the right answer, if the line has one.
fn marked(line: &str) -> Option<&str> {
    let (word, mark) = line.trim().split_once(':')?;
    let is_word =
        ["answer", "answers", "correct", "correct answer"].iter().any(|known| word.eq_ignore_ascii_case(known));
    is_word.then(|| mark.trim())
}

/// The letter and the text of an answer: `A. one`, `b) two`.
fn option(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    let letter = line.bytes().next()?.to_ascii_uppercase();
    let text = line.get(1..)?.strip_prefix(['.', ')'])?;
    let is_option = letter.is_ascii_uppercase() && text.starts_with(char::is_whitespace);
    is_option.then(|| (usize::from(letter - b'A'), text.trim()))
}

/// The lines of a question so far.
#[derive(Default)]
struct Block<'a> {
    begins: usize,
    text: Vec<&'a str>,
    options: Vec<Numbered<'a>>,
}

/// Parses questions in the Aiken format: a text, options with letters, and `ANSWER:`.
pub(in crate::quizzes::import) fn parse(text: &str, budget: &Budget) -> Result<Imported, NotAQuiz> {
    let broken = |_| NotAQuiz::because("There is too much in this file.");
    let mut imported = Imported::default();
    let mut block = Block::default();
    for (number, line) in numbered(text) {
        budget.step().map_err(broken)?;
        if let Some(mark) = marked(line).filter(|_| !block.is_empty()) {
            imported.push(std::mem::take(&mut block).ended(Some((number, mark))));
        } else if let Some((_, answer)) = option(line).filter(|(at, _)| *at == block.options.len()) {
            block.options.push((number, answer));
        } else if line.trim().is_empty() {
            // An empty line ends a question only after its answers.
            if !block.options.is_empty() {
                imported.push(std::mem::take(&mut block).ended(None));
            }
        } else {
            if !block.options.is_empty() {
                imported.push(std::mem::take(&mut block).ended(None));
            }
            block.begins = if block.text.is_empty() { number } else { block.begins };
            block.text.push(line.trim());
        }
    }
    if !block.is_empty() {
        imported.push(block.ended(None));
    }
    Ok(imported)
}

impl Block<'_> {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.options.is_empty()
    }

    /// Finishes the question with the mark of its right answer and the line of that.
    fn ended(self, mark: Option<Numbered<'_>>) -> ParsedQuestion {
        let texts: Vec<&str> = self.options.iter().map(|(_, text)| *text).collect();
        let last = self.options.last().map_or(self.begins, |(line, _)| *line);
        let (line, right) = match mark {
            Some((line, mark)) => (line, right_answers(mark, &texts)),
            None => (last, CorrectMark::Unsaid),
        };
        let is_right = |at: usize| matches!(&right, CorrectMark::Options(right) if right.contains(&at));
        let option = |(at, text): (usize, &&str)| Choice {
            text: text.chars().take(4 * limits::OPTION_CHARS).collect(),
            right: is_right(at),
        };
        let options = texts.iter().enumerate().map(option).collect();
        let text = self.text.join("\n").chars().take(4 * limits::QUESTION_CHARS).collect();
        let question = Question { text, options, ..Question::default() };
        let ask = if (2..=limits::OPTIONS).contains(&texts.len()) { Ask::Right } else { Ask::Finish };
        let why = match right {
            CorrectMark::Options(_) => None,
            CorrectMark::Unsaid => Some("a line such as “ANSWER: A” is missing after the answers".to_owned()),
            CorrectMark::Unclear(why) => Some(why),
        };
        let faults = why.map(|why| QuestionFault { place: FilePosition::line(line), why, ask }).into_iter().collect();
        ParsedQuestion { question, faults, ..ParsedQuestion::default() }
            .checked(|| FilePosition::line(self.begins.max(1)))
    }
}
