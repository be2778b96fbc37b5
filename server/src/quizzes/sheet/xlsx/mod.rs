//! Sheets as XLSX: an archive of parts in XML, of which the few that a quiz is
//! made of are read. Each is read once, as a stream, within the budget.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Grid, NotAQuiz};
use crate::workers::Budget;

mod cells;
mod package;
mod workbook;
mod xml;

use package::Package;

/// Reads the first sheet that has a cell.
pub(super) fn read(bytes: &[u8], budget: &Budget) -> Result<Grid, NotAQuiz> {
    let mut package = Package::open(bytes, budget)?;
    let workbook = workbook::find(&mut package, budget)?;
    for name in &workbook.sheets {
        let Some(sheet) = package.part(name)? else { continue };
        let cells = cells::read(sheet, budget)?;
        let shared = cells::shared(&cells);
        let texts = match package.part(&workbook.strings)? {
            Some(strings) if !shared.is_empty() => cells::texts(strings, &shared, budget)?,
            _ => Default::default(),
        };
        let grid = cells::arrange(cells, &texts, budget)?;
        if !grid.is_empty() {
            return Ok(grid);
        }
    }
    Err(NotAQuiz::because("There is nothing in this file."))
}

/// Whatever is wrong with a file of this kind, there is one thing to do about it.
/// That a budget ran out is told by the budget.
fn unreadable<E>(_: E) -> NotAQuiz {
    NotAQuiz::because("This file cannot be read. Save it as XLSX or CSV once more.")
}

/// Writes a sheet. Every cell is a text, so nothing in it is ever calculated.
pub(super) fn write(grid: &Grid) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, wrapped) = (Format::new().set_bold(), Format::new().set_text_wrap());
    let sheet = workbook.add_worksheet();
    sheet.set_name("Questions")?;
    sheet.set_column_width(1, 50)?;
    for (row, cells) in (0..).zip(grid) {
        for (column, cell) in (0..).zip(cells) {
            if !cell.is_empty() {
                let format = if row == super::table::HEADER { &bold } else { &wrapped };
                sheet.write_string_with_format(row, column, cell, format)?;
            }
        }
    }
    workbook.save_to_buffer()
}
