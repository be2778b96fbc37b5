//! A row of a sheet, with access by the meaning of its columns; and reports of what is wrong in it. Knows
//! nothing of kinds of questions.

use super::Sheet;
use super::headings::Header;
use crate::quizzes::import::{Ask, FilePosition, QuestionFault, ShownCell};

/// How many cells are shown beside a doubt.
const SHOWN: usize = 14;

/// A row below the header.
pub(super) struct SheetRow<'a> {
    /// The index of the row, from 0.
    pub(super) row: usize,
    pub(super) cells: &'a [String],
    pub(super) header: &'a Header,
    pub(super) sheet: &'a Sheet,
}

impl SheetRow<'_> {
    /// Whether it has neither a question nor an answer; it may have a row number.
    pub(super) fn is_empty(&self) -> bool {
        self.text().is_empty() && self.answers().all(|(_, answer)| answer.is_empty())
    }

    /// The place of a column in this row; without a column, the whole row.
    pub(super) fn place(&self, column: Option<usize>) -> FilePosition {
        let headings = self.sheet.grid.get(self.header.row).map_or(&[][..], Vec::as_slice);
        let shown = |at: usize| {
            let heading = headings.get(at).map_or("", |heading| heading.trim());
            let text = self.at(Some(at));
            let is_doubtful = column == Some(at);
            let is_shown = is_doubtful || !heading.is_empty() && !self.header.unknown.contains(&at);
            is_shown.then(|| ShownCell::new(heading, text, is_doubtful))
        };
        let width = headings.len().max(self.cells.len()).max(column.map_or(0, |column| column + 1));
        FilePosition {
            line: self.row + 1,
            column: column.map(letters),
            cells: (0..width).filter_map(shown).take(SHOWN).collect(),
        }
    }

    /// A doubt about a column of this row.
    pub(super) fn wrong(&self, column: Option<usize>, why: impl Into<String>, ask: Ask) -> QuestionFault {
        QuestionFault { place: self.place(column), why: why.into(), ask }
    }

    pub(super) fn at(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", |cell| cell.trim())
    }

    /// The plain value of a cell, if it is shown in another form: 1000 for 1,000.
    pub(super) fn plain_at(&self, column: Option<usize>) -> &str {
        let plain = column.and_then(|column| self.sheet.plain.get(&(self.row, column)));
        plain.map_or_else(|| self.at(column), String::as_str)
    }

    pub(super) fn text(&self) -> &str {
        self.at(Some(self.header.columns.question))
    }

    /// All columns of answers with their texts, empty or not.
    pub(super) fn answers(&self) -> impl Iterator<Item = (Option<usize>, &str)> {
        self.header.columns.answers.iter().map(|column| (*column, self.at(*column)))
    }

    /// The texts of the answers that are filled in.
    pub(super) fn filled(&self) -> Vec<String> {
        self.answers().map(|(_, answer)| answer.to_owned()).filter(|answer| !answer.is_empty()).collect()
    }

    /// A text, shortened to what the editor takes, with a doubt if it is too long.
    pub(super) fn checked(&self, column: Option<usize>, most: usize, faults: &mut Vec<QuestionFault>) -> String {
        let text = self.at(column);
        let count = text.chars().count();
        if count > most {
            faults.push(self.wrong(column, format!("this text has {count} characters, and {most} fit"), Ask::Finish));
        }
        // Enough to be shortened by hand, but not a whole huge cell.
        text.chars().take(4 * most).collect()
    }
}

/// The name of a column in spreadsheets: `A`, …, `Z`, `AA`, ….
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        match (column / 26).checked_sub(1) {
            Some(more) => column = more,
            None => return letters.iter().rev().collect(),
        }
    }
}
