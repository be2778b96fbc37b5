//! What was understood of a file, as its page shows it. It is in the context of
//! that page alone; nothing of it is kept before its author wants it.

use protocol::quiz::{Decimal, Quiz};

/// What was understood of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedQuiz {
    /// What the file is called; empty where nobody said.
    pub file: String,
    /// All of it; a question with a doubt is as whole as could be.
    pub quiz: Quiz,
    /// What was not understood, in the order of the questions.
    pub doubts: Vec<ImportDoubt>,
    /// What was left out or changed, as sentences.
    pub notes: Vec<String>,
    /// What there was to be seen in a question and was not taken along, as sentences.
    pub missing: Vec<String>,
    /// The doubts as the form carries them back.
    pub carried: String,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDoubt {
    /// Of which question, from 0.
    pub question: usize,
    /// Where it stands, such as `Row 10, column G`.
    pub place: String,
    /// The line of a text, or the row of a sheet, from 1.
    pub line: usize,
    /// Why, as the part of a sentence.
    pub why: String,
    /// In a sheet: the row that it stands in.
    pub cells: Vec<ShownCell>,
    /// The question whose answer removes this doubt, for the person who brought the file.
    pub ask: Ask,
}

/// A cell of a sheet, under the heading of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCell {
    /// The words above the cell's column in the file, cut where they are long.
    pub heading: String,
    /// What stands in the cell.
    pub text: String,
    /// The doubt is about it.
    pub is_doubtful: bool,
}

/// The question that settles a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which option is right?
    Right,
    /// How many seconds does the question take?
    Seconds,
    /// Which of these numbers?
    Number(Vec<Decimal>),
    /// Nothing to choose: it is finished in the editor.
    Finish,
}

impl ImportedQuiz {
    /// How many questions nothing is wrong with.
    pub fn understood(&self) -> usize {
        self.quiz.questions.len() - self.doubtful()
    }

    /// How many questions have a doubt.
    pub fn doubtful(&self) -> usize {
        let mut questions: Vec<_> = self.doubts.iter().map(|doubt| doubt.question).collect();
        questions.dedup();
        questions.len().min(self.quiz.questions.len())
    }

    /// Whether there is a doubt about a question, from 0.
    pub fn is_doubtful(&self, question: usize) -> bool {
        self.doubts.iter().any(|doubt| doubt.question == question)
    }
}
