//! Sheets as CSV: read with any delimiter, written so that no spreadsheet takes a cell for a formula.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};

use super::formula::{harmless, plain};
use super::{COLUMNS, Grid, NotAQuiz, ROWS};
use crate::workers::{Budget, Exhausted};

/// The most cells in a row; no spreadsheet has more.
const CELLS: usize = 16_384;
/// The delimiters, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows are read to find the delimiter.
const LOOKED_AT: usize = 50;
const LOOKED_AT_BYTES: usize = 64 * 1024;

/// The byte order mark, by which spreadsheets recognise UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Parses a decoded text. The delimiter is the one that makes a header row of one of the first rows;
/// `headings` counts the known headings of a sheet.
pub(super) fn parse(text: &str, headings: impl Fn(&Grid) -> usize, budget: &Budget) -> Result<Grid, NotAQuiz> {
    let (declared, text) = declared_delimiter(text);
    let delimiter = match declared {
        Some(delimiter) => delimiter,
        None => delimiter(text, headings, budget)?,
    };
    // The parser reads whole rows, and notes each cell of them.
    if is_endless(text, delimiter) {
        budget.exhaust(Exhausted::Size).map_err(|_| broken(0))?;
    }
    rows(text, delimiter, ROWS, budget)
}

/// Excel's way to name the delimiter, in a first line that it does not show: `sep=;`.
fn declared_delimiter(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let declared = first.trim_matches('"').strip_prefix("sep=").filter(|declared| declared.len() == 1);
    match declared.and_then(|declared| declared.bytes().next()) {
        Some(delimiter) => (Some(delimiter), rest),
        None => (None, text),
    }
}

fn delimiter(text: &str, headings: impl Fn(&Grid) -> usize, budget: &Budget) -> Result<u8, NotAQuiz> {
    let mut best = (0, b',');
    let start = text.get(..text.floor_char_boundary(LOOKED_AT_BYTES)).unwrap_or(text);
    for delimiter in DELIMITERS.into_iter().filter(|delimiter| !is_endless(start, *delimiter)) {
        let known = headings(&rows(start, delimiter, LOOKED_AT, budget)?);
        // Of equal ones the likeliest wins.
        best = if known > best.0 { (known, delimiter) } else { best };
    }
    Ok(if best.0 > 0 { best.1 } else { most_frequent(text) })
}

/// The delimiter that occurs most often in some line, outside of quotes.
fn most_frequent(text: &str) -> u8 {
    let count = |line: &str, delimiter: u8| {
        let outside = line.split('"').step_by(2);
        outside.map(|part| part.bytes().filter(|byte| *byte == delimiter).count()).sum::<usize>()
    };
    let most = |delimiter: u8| text.lines().take(ROWS).map(|line| count(line, delimiter)).max().unwrap_or(0);
    let counts = DELIMITERS.map(|delimiter| (most(delimiter), delimiter));
    counts.into_iter().rev().max_by_key(|(count, _)| *count).map_or(b',', |(_, delimiter)| delimiter)
}

fn is_endless(text: &str, delimiter: u8) -> bool {
    text.lines().any(|line| line.bytes().filter(|byte| *byte == delimiter).count() >= CELLS)
}

fn rows(text: &str, delimiter: u8, most: usize, budget: &Budget) -> Result<Grid, NotAQuiz> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // Without a line break at its end, the last line would have no number.
        .from_reader(Cursor { text: text.as_bytes(), end: b"\n" });
    let mut grid = Grid::new();
    let mut record = csv::StringRecord::new();
    let mut inner_lines = 0;
    while reader.read_record(&mut record).map_err(|_| broken(grid.len()))? {
        budget.step().map_err(|_| broken(grid.len()))?;
        // The parser skips empty rows, and counts the lines within cells. The rest is the row's number.
        inner_lines += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let row = line.saturating_sub(2).saturating_sub(inner_lines);
        if row >= most {
            break;
        }
        grid.resize(row.max(grid.len()), Vec::new());
        let cells: Vec<String> = record.iter().take(COLUMNS).map(|cell| plain(cell).into_owned()).collect();
        budget.hold(cells.iter().map(|cell| size_of::<String>() + cell.len()).sum()).map_err(|_| broken(grid.len()))?;
        grid.push(cells);
    }
    Ok(grid)
}

fn broken(row: usize) -> NotAQuiz {
    NotAQuiz(format!("Row {} cannot be read. Is this a CSV file?", row + 1))
}

/// The text, followed by a line break, without a copy.
struct Cursor<'a> {
    text: &'a [u8],
    end: &'static [u8],
}

impl std::io::Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.text.is_empty() { self.end.read(buffer) } else { self.text.read(buffer) }
    }
}

/// Writes a sheet: UTF-8 with a byte order mark, every cell in quotes, none a formula.
pub(super) fn write(grid: &Grid) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(MARK.to_vec());
    for row in grid {
        let cells = row.iter().map(|cell| harmless(cell).into_owned());
        // Writing to memory cannot fail.
        let _ = writer.write_record(cells);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::quizzes::import::LIMITS;

    fn parse(text: &str) -> Result<Grid, NotAQuiz> {
        let headings =
            |grid: &Grid| grid.iter().flatten().filter(|cell| *cell == "Question" || *cell == "Right").count();
        super::parse(text, headings, &Budget::of(LIMITS))
    }

    #[test]
    fn no_cell_is_a_formula_wherever_it_is_parted() {
        let text = write(&vec![vec!["a\"b,c\n=1".into(), "'tis".into()], vec!["a;=1+1;".into()]]);
        assert_eq!(&text[3..], "\"a\"\"b,c\n'=1\",\"'tis\"\r\n\"a;'=1+1;\"\r\n".as_bytes());
    }

    #[test]
    fn rows_keep_their_numbers_over_empty_ones_and_long_cells() {
        let grid = parse("\"a\nb\",c\n\n\nd").unwrap();
        assert_eq!(grid, [vec!["a\nb".to_owned(), "c".into()], vec![], vec![], vec!["d".into()]]);
    }

    #[test]
    fn the_header_tells_what_parts_the_columns() {
        for text in [
            "Question;Right\nOne, two, three, four, five, six or seven?;1",
            "Question\tRight\nOne, two, three, four, five, six or seven?\t1",
            "Question|Right\nOne, two, three, four, five, six or seven?|1",
            "sep=;\nQuestion;Right\nOne, two, three, four, five, six or seven?;1",
            "\"Question\",\"Right\"\n\"One, two, three, four, five, six or seven?\",1",
        ] {
            let grid = parse(text).unwrap();
            assert_eq!(grid[1], ["One, two, three, four, five, six or seven?", "1"], "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("[-=+'@a,\";\t\n é]{0,4}", 2..5)) {
            let grid = vec![vec!["Question".to_owned(), "Right".into()], cells];
            prop_assert_eq!(parse(&String::from_utf8_lossy(&write(&grid)[3..]).replace("\r\n", "\n")).unwrap(), grid);
        }
    }
}
