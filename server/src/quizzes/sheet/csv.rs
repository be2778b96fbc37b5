//! Sheets as CSV: read from whatever a spreadsheet saves, written so that no
//! spreadsheet takes a cell for a formula.

use std::borrow::Cow;

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{COLUMNS, Grid, NotAQuiz, ROWS};
use crate::workers::{Budget, Exhausted};

/// Cells in a row, at most; no spreadsheet has more.
const CELLS: usize = 16_384;

/// Spreadsheets tell UTF-8 by it.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A cell that begins with one of these may be taken for a formula, or become
/// one: OWASP, "CSV Injection"
/// (<https://owasp.org/www-community/attacks/CSV_Injection>), full-width ones too.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// Text out of a file: UTF-8, UTF-16 with its mark, or what is left, the old
/// letters of western Windows. With the internet's and old line ends made one.
pub(super) fn decode(bytes: &[u8]) -> String {
    let (encoding, mark) = match bytes {
        [0xFF, 0xFE, ..] => (UTF_16LE, 2),
        [0xFE, 0xFF, ..] => (UTF_16BE, 2),
        [0xEF, 0xBB, 0xBF, ..] => (UTF_8, 3),
        _ if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        _ => (WINDOWS_1252, 0),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads a decoded text. Its columns may be parted by commas, semicolons or
/// tabs; which of them, the line with the most tells.
pub(super) fn read(text: &str, budget: &Budget) -> Result<Grid, NotAQuiz> {
    let delimiter = delimiter(text);
    // A row is read as a whole, and each cell of it is noted.
    let is_endless = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count() >= CELLS;
    if text.lines().any(is_endless) {
        budget.exhaust(Exhausted::Size).map_err(|_| broken(0))?;
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // The last line must end for its number to be told.
        .from_reader(Cursor { text: text.as_bytes(), end: b"\n" });
    let mut grid = Grid::new();
    let mut record = csv::StringRecord::new();
    let mut inner_lines = 0;
    while reader.read_record(&mut record).map_err(|_| broken(grid.len()))? {
        budget.step().map_err(|_| broken(grid.len()))?;
        // Empty rows are passed over; lines in cells are counted. What is left is the row's number.
        inner_lines += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let row = line.saturating_sub(2).saturating_sub(inner_lines);
        if row >= ROWS {
            break;
        }
        grid.resize(row.max(grid.len()), Vec::new());
        let cells: Vec<String> = record.iter().take(COLUMNS).map(|cell| plain(cell).to_owned()).collect();
        budget.hold(cells.iter().map(|cell| size_of::<String>() + cell.len()).sum()).map_err(|_| broken(grid.len()))?;
        grid.push(cells);
    }
    Ok(grid)
}

fn broken(row: usize) -> NotAQuiz {
    NotAQuiz(format!("Row {} cannot be read. Is this a CSV file?", row + 1))
}

/// The text and the end of its last line, without a copy.
struct Cursor<'a> {
    text: &'a [u8],
    end: &'static [u8],
}

impl std::io::Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.text.is_empty() { self.end.read(buffer) } else { self.text.read(buffer) }
    }
}

fn delimiter(text: &str) -> u8 {
    let most = |mark: char| text.lines().take(ROWS).map(|line| line.matches(mark).count()).max().unwrap_or(0);
    let marks = [',', ';', '\t'].map(|mark| (most(mark), mark));
    // The first of equals: a comma is the likeliest.
    let found = marks.into_iter().rev().max_by_key(|(count, _)| *count);
    found.and_then(|(_, mark)| u8::try_from(mark).ok()).unwrap_or(b',')
}

/// Writes a sheet: UTF-8 with its mark, every cell in quotes, none a formula.
pub(super) fn write(grid: &Grid) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(MARK.to_vec());
    for row in grid {
        let cells = row.iter().map(|cell| harmless(cell).into_owned());
        // Into memory; nothing can fail there.
        let _ = writer.write_record(cells);
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell as no spreadsheet calculates with it. [`plain`] takes it back.
fn harmless(cell: &str) -> Cow<'_, str> {
    // Of those that were written with a ' it is taken back, so they get one more.
    if cell.trim_start_matches('\'').starts_with(FORMULA) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Grid, NotAQuiz> {
        super::read(text, &Budget::of(crate::quizzes::sheet::LIMITS))
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\u{FF1D}1"] {
            let text = String::from_utf8(write(&vec![vec![cell.into()]])).unwrap();
            assert!(text.starts_with("\u{FEFF}\"'"), "{text:?}");
        }
        let text = write(&vec![vec!["a\"b,c\n=1".into(), "'tis".into()]]);
        assert_eq!(&text[3..], b"\"a\"\"b,c\n=1\",\"'tis\"\r\n");
    }

    #[test]
    fn rows_keep_their_numbers_over_empty_ones_and_long_cells() {
        let grid = read(&decode(b"\"a\r\nb\",c\r\n\r\n\r\nd")).unwrap();
        assert_eq!(grid, [vec!["a\nb".to_owned(), "c".into()], vec![], vec![], vec!["d".into()]]);
    }

    #[test]
    fn any_spreadsheet_saves_something_that_is_read() {
        let wanted = [["Größe", "2"]];
        let utf_16: Vec<u8> = "\u{FEFF}Größe\t2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in ["\u{FEFF}Größe;2".as_bytes(), b"Gr\xF6\xDFe,2", &utf_16] {
            assert_eq!(read(&decode(bytes)).unwrap(), wanted);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("[-=+'@a,\";\t\n é]{0,4}", 2..5)) {
            let grid = vec![vec!["a".to_owned(), "b".into(), "c,d,e,f,g,h,i,j".into(), ",".repeat(40)], cells];
            prop_assert_eq!(read(&decode(&write(&grid))).unwrap(), grid);
        }
    }
}
