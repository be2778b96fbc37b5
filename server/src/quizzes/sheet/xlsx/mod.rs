//! Sheets as XLSX: an archive of XML parts, of which those that a quiz needs are parsed. Each is read once,
//! as a stream, within the budget.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::report::Cell;
use super::{NotAQuiz, Sheet};
use crate::workers::Budget;

mod cells;
mod package;
mod pictures;
mod shown;
mod styles;
mod workbook;
mod xml;

pub(in crate::quizzes) use package::Package;
use styles::Styles;

/// What was not read of a workbook.
pub(super) struct SkippedContent {
    /// The names of the sheets that were not looked at.
    pub(super) sheets: Vec<String>,
    pub(super) has_pictures: bool,
}

/// Parses the sheets one after the other until `is_enough`.
pub(super) fn parse(
    bytes: &[u8],
    budget: &Budget,
    mut is_enough: impl FnMut(Sheet) -> bool,
) -> Result<SkippedContent, NotAQuiz> {
    let mut package = Package::open(bytes, budget)?;
    let workbook = workbook::find(&mut package, budget)?;
    let styles = match package.part(&workbook.styles)? {
        Some(part) => styles::parse(part, workbook.dates, budget)?,
        None => Styles::default(),
    };
    let mut sheets = workbook.sheets.iter();
    for workbook::Entry { name, part } in sheets.by_ref() {
        let Some(xml) = package.part(part)? else { continue };
        let cells = cells::parse(xml, &styles, budget)?;
        let shared = cells::shared(&cells);
        let texts = match package.part(&workbook.strings)? {
            Some(strings) if !shared.is_empty() => cells::texts(strings, &shared, budget)?,
            _ => Default::default(),
        };
        let mut sheet = Sheet { name: name.clone(), ..cells::arrange(cells, &texts, budget)? };
        // Without its pictures it is a sheet all the same.
        sheet.pictures = pictures::parse(&mut package, part, budget).unwrap_or_default();
        if !sheet.grid.is_empty() && is_enough(sheet) {
            break;
        }
    }
    let sheets = sheets.map(|entry| entry.name.clone()).collect();
    Ok(SkippedContent { sheets, has_pictures: package.has_any_in("xl/media/") })
}

/// The one error for any fault of such a file. A budget that ran out is remembered by the budget.
fn unreadable<E>(_: E) -> NotAQuiz {
    NotAQuiz::because("This file is damaged, or no workbook. Save it again as XLSX or CSV.")
}

/// A sheet to be written.
pub(super) struct OutputSheet<'a> {
    /// Its name, of up to 31 characters.
    pub(super) name: &'a str,
    pub(super) rows: &'a [Vec<Cell>],
    /// The index of the row with the headings, from 0.
    pub(super) header: u32,
    /// The index of the column with long texts, from 0.
    pub(super) wide: u16,
}

/// Writes a workbook. People's texts are written as texts, so nothing in it is ever calculated.
pub(super) fn write(pages: &[OutputSheet<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, wrapped) = (Format::new().set_bold().set_text_wrap(), Format::new().set_text_wrap());
    for page in pages {
        let sheet = workbook.add_worksheet();
        sheet.set_name(page.name)?;
        sheet.set_column_width(page.wide, 50)?;
        sheet.set_freeze_panes(page.header + 1, 0)?;
        for (row, cells) in (0..).zip(page.rows) {
            let format = if row == page.header { &bold } else { &wrapped };
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) if text.is_empty() => {}
                    Cell::Text(text) => drop(sheet.write_string_with_format(row, column, text, format)?),
                    Cell::Number(number) => drop(sheet.write_number(row, column, *number)?),
                }
            }
        }
    }
    workbook.save_to_buffer()
}
