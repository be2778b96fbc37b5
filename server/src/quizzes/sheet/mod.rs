//! Sheets of questions and of results, as CSV and XLSX: parses those of several programs, and writes ours.
//!
//! Knows no owner and no storage. The rules for questions are `protocol`'s.

use std::collections::BTreeMap;

use protocol::quiz::Quiz;
use protocol::wire;

use super::import::{Imported, NotAQuiz, PictureReference};
use crate::workers::Budget;

mod csv;
mod formula;
mod headings;
mod question;
mod report;
mod row;
mod table;
mod template;
mod xlsx;

pub(super) use headings::nearest;
pub use report::{players_csv, questions_csv, results_xlsx};
pub use template::{template_csv, template_xlsx};
pub(super) use xlsx::Package;

/// How many rows of a sheet are read, the header included.
const ROWS: usize = 1000;
/// How many columns of a sheet are read.
const COLUMNS: usize = 64;

/// The cells of a sheet, row by row, from A1 on.
type Grid = Vec<Vec<String>>;

/// The content of one sheet that was read.
#[derive(Debug, Default)]
struct Sheet {
    /// The sheet's name in its workbook; empty for CSV.
    name: String,
    /// The cells' texts as people see them.
    grid: Grid,
    /// Plain values of numbers that are shown in another form, by row and column.
    plain: BTreeMap<(usize, usize), String>,
    /// Whether it has dates whose form depends on the system.
    has_system_dates: bool,
    /// Pictures, by the row that they begin in.
    pictures: BTreeMap<usize, PictureReference>,
}

impl Sheet {
    fn put(&mut self, (row, column): (usize, usize), text: String) {
        self.grid.resize(self.grid.len().max(row + 1), Vec::new());
        let Some(cells) = self.grid.get_mut(row) else { return };
        cells.resize(cells.len().max(column + 1), String::new());
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
    }
}

/// Parses a decoded text whose columns are separated by commas, semicolons, tabs or bars.
pub(super) fn parse_csv(text: &str, budget: &Budget) -> Result<Imported, NotAQuiz> {
    let grid = csv::parse(text, |grid| headings::find(grid).map_or(0, |found| found.columns.known()), budget)?;
    table::parse(&Sheet { grid, ..Sheet::default() })
}

/// Parses the first sheet of a workbook that has questions.
pub(super) fn parse_workbook(bytes: &[u8], budget: &Budget) -> Result<Imported, NotAQuiz> {
    let mut read = Err(NotAQuiz::because("There is nothing in this file."));
    let mut name = String::new();
    let unread = xlsx::parse(bytes, budget, |sheet| {
        let this = table::parse(&sheet);
        let is_enough = this.is_ok();
        // If no sheet has questions, doubts are reported for the first one with a header.
        if is_enough || name.is_empty() {
            (read, name) = (this, sheet.name);
        }
        is_enough
    })?;
    let mut imported = read?;
    if let Some(next) = unread.sheets.first() {
        let more = unread.sheets.len() - 1;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        imported.note(format!("The sheet “{name}” was read; not looked at: “{next}”{more}."));
    }
    if unread.has_pictures && imported.pictures.is_empty() && imported.missing.is_empty() {
        imported.note("Pictures in this file stand beside no question. Add them in the editor.".into());
    }
    Ok(imported)
}

/// A quiz as JSON: complete, so that an import gives the same quiz.
pub fn json(quiz: &Quiz) -> Vec<u8> {
    wire::encode(quiz).into_bytes()
}

/// A quiz as CSV, for spreadsheets.
pub fn csv(quiz: &Quiz) -> Vec<u8> {
    csv::write(&table::write(quiz))
}

/// A quiz as XLSX.
///
/// # Errors The file could not be written, which is a bug.
pub fn xlsx(quiz: &Quiz) -> Result<Vec<u8>, NotAQuiz> {
    let rows: Vec<Vec<_>> = table::write(quiz).into_iter().map(report::texts).collect();
    written(&[xlsx::OutputSheet { name: "Questions", rows: &rows, header: table::HEADER, wide: 1 }])
}

fn written(pages: &[xlsx::OutputSheet<'_>]) -> Result<Vec<u8>, NotAQuiz> {
    xlsx::write(pages).map_err(|error| NotAQuiz(format!("The sheet could not be written: {error}.")))
}
