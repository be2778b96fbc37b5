//! The result of an import: what was understood, and doubts, each with its place and with a
//! question that settles it.

use std::fmt;

use protocol::limits;
use protocol::quiz::{Decimal, Question, Quiz};
use serde::{Deserialize, Serialize};

use super::{BroughtPicture, MissingPicture, PictureReference, cut};

/// How many doubts of one file are reported; more help nobody.
const DOUBTS: usize = 100;
/// How many characters of a cell are shown beside a doubt.
const CELL_CHARS: usize = 160;
/// How many notes about one file are reported.
const NOTES: usize = 12;

/// What was understood of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// All questions; one with a doubt is as complete as possible.
    pub quiz: Quiz,
    /// What was not understood, in the order of the questions.
    pub doubts: Vec<Doubt>,
    /// What was left out or changed, as sentences.
    pub notes: Vec<String>,
    /// Pictures that the file contains.
    pub pictures: Vec<BroughtPicture>,
    /// Pictures and films that were not imported.
    pub missing: Vec<MissingPicture>,
}

/// Something in a file that its author has to decide before the quiz is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The index of the question, from 0.
    pub question: usize,
    /// The cell, line or field that the doubt is about.
    pub place: FilePosition,
    /// Why it was not understood, as the part of a sentence after the place.
    pub why: String,
    /// The question to the author whose answer settles the doubt.
    pub ask: Ask,
}

/// A place in a file, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePosition {
    /// The line of a text, or the row of a sheet, from 1.
    pub line: usize,
    /// In a sheet: the column's letters, such as `G`.
    pub column: Option<String>,
    /// In a sheet: the row with the headings of its columns, to be shown.
    pub cells: Vec<ShownCell>,
}

/// A cell of a sheet, to be shown beside a doubt about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCell {
    /// The heading of its column, as the file has it.
    pub heading: String,
    /// The cell's text, shortened to what a page shows.
    pub text: String,
    /// Whether the doubt is about this cell.
    pub is_doubtful: bool,
}

/// The question that settles a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// Which of the question's options is right?
    Right,
    /// How many seconds does it take?
    Seconds,
    /// Which of these numbers is meant?
    Number(Vec<Decimal>),
    /// Nothing can be chosen; the question can be finished in the editor.
    Finish,
}

/// A doubt about a question that has no index yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuestionFault {
    pub(crate) place: FilePosition,
    pub(crate) why: String,
    pub(crate) ask: Ask,
}

/// A question as far as it could be parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedQuestion {
    pub(crate) question: Question,
    pub(crate) faults: Vec<QuestionFault>,
    /// Its picture, or why there is none.
    pub(crate) pictured: Vec<PictureReference>,
}

impl Imported {
    /// Adds a question; a note says when there are too many.
    pub(crate) fn push(&mut self, read: ParsedQuestion) {
        let at = self.quiz.questions.len();
        if at >= limits::QUESTIONS {
            let most = limits::QUESTIONS;
            self.note(format!("A quiz has {most} questions at most. Those after the first {most} were left out."));
            return;
        }
        self.quiz.questions.push(read.question);
        self.illustrate(at, read.pictured);
        let room = DOUBTS.saturating_sub(self.doubts.len());
        let doubts =
            read.faults.into_iter().map(|QuestionFault { place, why, ask }| Doubt { question: at, place, why, ask });
        self.doubts.extend(doubts.take(room.max(1)));
    }

    /// Adds a note, unless it is there already, or there are too many.
    pub(crate) fn note(&mut self, note: String) {
        if self.notes.len() < NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl ParsedQuestion {
    /// Adds the faults that the rules for quizzes find, if there are no doubts yet.
    pub(crate) fn checked(mut self, place: impl FnOnce() -> FilePosition) -> Self {
        if self.faults.is_empty()
            && let Some(problem) = self.question.problem()
        {
            self.faults.push(QuestionFault { place: place(), why: problem, ask: Ask::Finish });
        }
        self
    }
}

impl FilePosition {
    /// A line of a text, counted from 1.
    pub(crate) fn line(line: usize) -> Self {
        Self { line, ..Self::default() }
    }
}

impl ShownCell {
    pub(crate) fn new(heading: &str, text: &str, is_doubtful: bool) -> Self {
        Self { heading: cut(heading, 40), text: cut(text, CELL_CHARS), is_doubtful }
    }
}

impl fmt::Display for FilePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, cells } = self;
        match column {
            Some(column) => write!(f, "Row {line}, column {column}"),
            None if !cells.is_empty() => write!(f, "Row {line}"),
            None => write!(f, "Line {line}"),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}.", self.place, self.why)
    }
}
