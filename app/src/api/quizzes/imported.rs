//! The imported quiz as its page shows it. It is in the context of that page alone; nothing of it is stored
//! before its author wants it.

use protocol::quiz::{Decimal, Quiz};

/// What was understood of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedQuiz {
    /// The name of the file; empty if it is not known.
    pub file: String,
    /// All questions; one with a doubt is as complete as possible.
    pub quiz: Quiz,
    /// What was not understood, in the order of the questions.
    pub doubts: Vec<ImportDoubt>,
    /// What was left out or changed, as sentences.
    pub notes: Vec<String>,
    /// Pictures and films that were not imported, as sentences.
    pub missing: Vec<String>,
    /// The doubts, encoded for the form.
    pub carried: String,
}

/// Something in a file that its author has to decide before the quiz is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDoubt {
    /// The index of the question, from 0.
    pub question: usize,
    /// The place in the file, such as `Row 10, column G`.
    pub place: String,
    /// The line of a text, or the row of a sheet, from 1.
    pub line: usize,
    /// Why it was not understood, as the part of a sentence.
    pub why: String,
    /// In a sheet: the cells of that row.
    pub cells: Vec<ShownCell>,
    /// The question whose answer settles the doubt.
    pub ask: Ask,
}

/// A cell of a sheet, under the heading of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCell {
    /// The heading of the cell's column, shortened.
    pub heading: String,
    /// The text of the cell, shortened.
    pub text: String,
    /// Whether the doubt is about this cell.
    pub is_doubtful: bool,
}

/// The question that settles a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which option, or options, of the question are right?
    Right,
    /// How many seconds does the question take?
    Seconds,
    /// Which of these numbers is meant?
    Number(Vec<Decimal>),
    /// Nothing can be chosen: it is finished in the editor.
    Finish,
}

impl ImportedQuiz {
    /// The number of questions without a doubt.
    pub fn understood(&self) -> usize {
        self.quiz.questions.len() - self.doubtful()
    }

    /// The number of questions with a doubt.
    pub fn doubtful(&self) -> usize {
        let mut questions: Vec<_> = self.doubts.iter().map(|doubt| doubt.question).collect();
        questions.dedup();
        questions.len().min(self.quiz.questions.len())
    }

    /// Whether the question with this index, from 0, has a doubt.
    pub fn is_doubtful(&self, question: usize) -> bool {
        self.doubts.iter().any(|doubt| doubt.question == question)
    }
}
