//! A row of a sheet, by what its columns are for; and how to say what is wrong
//! in it. Knows nothing of kinds of questions.

use super::NotAQuiz;
use super::table::Columns;

/// A row below the header.
pub(super) struct Line<'a> {
    /// Which, from 0.
    pub(super) row: usize,
    pub(super) cells: &'a [String],
    pub(super) columns: &'a Columns,
}

impl Line<'_> {
    /// Whether there is neither a question nor an answer; a number of the row
    /// may stand in it all the same.
    pub(super) fn is_empty(&self) -> bool {
        self.text().is_empty() && self.answers().all(|(_, answer)| answer.is_empty())
    }

    /// What is wrong, and where.
    pub(super) fn wrong(&self, column: Option<usize>, why: &str) -> NotAQuiz {
        let row = self.row + 1;
        NotAQuiz(match column {
            Some(column) => format!("Row {row}, column {}: {why}.", letters(column)),
            None => format!("Row {row}: {why}."),
        })
    }

    pub(super) fn at(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", |cell| cell.trim())
    }

    pub(super) fn text(&self) -> &str {
        self.at(Some(self.columns.question))
    }

    /// All columns of answers with what is in them, empty or not.
    pub(super) fn answers(&self) -> impl Iterator<Item = (Option<usize>, &str)> {
        self.columns.answers.iter().map(|column| (*column, self.at(*column)))
    }

    /// The answers in words; nothing for those left out at the end.
    pub(super) fn filled(&self) -> Vec<String> {
        self.answers().map(|(_, answer)| answer.to_owned()).filter(|answer| !answer.is_empty()).collect()
    }

    /// Fails where a text has too many letters.
    pub(super) fn check(&self, column: Option<usize>, most: usize) -> Result<&str, NotAQuiz> {
        let text = self.at(column);
        let count = text.chars().count();
        if count > most {
            return Err(self.wrong(column, &format!("this text has {count} characters, and {most} fit")));
        }
        Ok(text)
    }
}

/// A column as spreadsheets name it: `A`, …, `Z`, `AA`, ….
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
