//! Sheets as XLSX.

use std::io::{Cursor, Read, sink};

use calamine::{DataRef, Reader, Xlsx, XlsxError, open_workbook_from_rs};
use rust_xlsxwriter::{Format, Workbook, XlsxError as WriteError};
use zip::ZipArchive;

use super::{COLUMNS, Grid, NotAQuiz, ROWS};

/// Bytes of a file's parts when unpacked, at most. A small file can hold endless ones.
const UNPACKED: u64 = 32 * 1024 * 1024;
/// Parts of a file, at most.
const PARTS: usize = 1000;
/// Cells that are looked at, those without anything in them too.
const CELLS: usize = 200_000;

/// Reads the first sheet that has a cell, cell by cell: what it says about its own size is
/// left aside. Blocks for as long as unpacking takes.
pub(super) fn read(bytes: &[u8]) -> Result<Grid, NotAQuiz> {
    if !is_bounded(bytes) {
        return Err(NotAQuiz::because("This file has too much in it to be a sheet of questions."));
    }
    let unreadable = |_: XlsxError| NotAQuiz::because("This file cannot be read. Save it as XLSX or CSV once more.");
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    for name in workbook.sheet_names() {
        let grid = read_sheet(&mut workbook, &name).map_err(unreadable)?;
        if !grid.is_empty() {
            return Ok(grid);
        }
    }
    Err(NotAQuiz::because("There is nothing in this file."))
}

fn read_sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Grid, XlsxError> {
    let mut cells = workbook.worksheet_cells_reader(name)?;
    let mut grid = Grid::new();
    let mut seen = 0;
    while let Some(cell) = cells.next_cell()? {
        seen += 1;
        let (row, column) = cell.get_position();
        let place = (usize::try_from(row).unwrap_or(ROWS), usize::try_from(column).unwrap_or(COLUMNS));
        let text = text(cell.get_value());
        if seen > CELLS {
            break;
        }
        if text.is_empty() || place.0 >= ROWS || place.1 >= COLUMNS {
            continue;
        }
        put(&mut grid, place, text);
    }
    Ok(grid)
}

fn put(grid: &mut Grid, (row, column): (usize, usize), text: String) {
    grid.resize(grid.len().max(row + 1), Vec::new());
    if let Some(cells) = grid.get_mut(row) {
        cells.resize(cells.len().max(column + 1), String::new());
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
    }
}

/// A cell as it is shown, more or less. Dates and faults are no part of a quiz.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.replace("\r\n", "\n"),
        DataRef::SharedString(text) => text.replace("\r\n", "\n"),
        DataRef::Bool(true) => "True".into(),
        DataRef::Bool(false) => "False".into(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Unpacks everything into nothing, to see how much there is: what the file
/// says about that may be a lie.
fn is_bounded(bytes: &[u8]) -> bool {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        // No archive is opened without being read; the reader says what is wrong.
        return true;
    };
    if archive.len() > PARTS {
        return false;
    }
    let mut left = UNPACKED;
    for at in 0..archive.len() {
        let Ok(part) = archive.by_index(at) else { return false };
        let Ok(read) = std::io::copy(&mut part.take(left.saturating_add(1)), &mut sink()) else { return false };
        let Some(rest) = left.checked_sub(read) else { return false };
        left = rest;
    }
    true
}

/// Writes a sheet. Every cell is a text, so nothing in it is ever calculated.
pub(super) fn write(grid: &Grid) -> Result<Vec<u8>, WriteError> {
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
