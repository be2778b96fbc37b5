//! Quizzes as files: our JSON, and the spreadsheet that Kahoot users have, as
//! CSV and XLSX. What a file is, is told by its content.
//!
//! Knows no owner and no storage. Files come from strangers: whatever is in
//! them ends in a quiz or in a sentence, within one budget for the whole file.

use std::time::Duration;

use protocol::quiz::Quiz;
use protocol::{limits, wire};

use crate::workers::{Budget, Exhausted, Limits};

mod csv;
mod line;
mod question;
mod report;
mod table;
mod xlsx;

#[cfg(test)]
mod tests;

pub use report::{players_csv, questions_csv};

/// Bytes of a file, at most.
pub const FILE_BYTES: usize = 1024 * 1024;

/// What reading one file may take. Sheets that people have take a hundredth of it.
pub const LIMITS: Limits = Limits {
    unpacked_bytes: 32 * 1024 * 1024,
    held_bytes: 8 * 1024 * 1024,
    steps: 2_000_000,
    busy: Duration::from_millis(1500),
    elapsed: Duration::from_secs(10),
};
/// Letters of a sentence about a file: it may repeat what stands in it.
const SENTENCE_CHARS: usize = 300;

/// Rows that are read of a sheet; the header and all questions are among them.
const ROWS: usize = 1000;
/// Columns that are read of a sheet.
const COLUMNS: usize = 64;

/// A sheet: its rows from the first one on, their cells from column A on.
type Grid = Vec<Vec<String>>;

/// Why a file is no quiz, as a sentence for whoever chose it. Of a sheet it
/// names row and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAQuiz(pub String);

impl NotAQuiz {
    fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Reads a file. A sheet has no title of its own unless it was written here;
/// then it takes `name`, which is that of the file. Blocks for as long as the
/// budget lasts, and the budget's limits should be [`LIMITS`].
///
/// # Errors
/// [`NotAQuiz`].
pub fn read(bytes: &[u8], name: &str, budget: &Budget) -> Result<Quiz, NotAQuiz> {
    let read = read_any(bytes, name, budget);
    match budget.exhausted() {
        None => read.map_err(|NotAQuiz(why)| NotAQuiz(shortened(why))),
        Some(Exhausted::Size) => Err(NotAQuiz::because("This file has too much in it to be a sheet of questions.")),
        Some(why) => Err(NotAQuiz(format!("This file was not read: {why}. Save it once more with less in it."))),
    }
}

fn read_any(bytes: &[u8], name: &str, budget: &Budget) -> Result<Quiz, NotAQuiz> {
    if bytes.len() > FILE_BYTES {
        let most = FILE_BYTES / 1024 / 1024;
        return Err(NotAQuiz::because(format!("This file is too large: {most} MiB are read at most.")));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return titled(table::read(&xlsx::read(bytes, budget)?)?, name);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(NotAQuiz::because("This is a sheet of an older kind. Save it as XLSX or CSV."));
    }
    let text = csv::decode(bytes);
    if text.trim_start().starts_with('{') {
        return read_json(&text);
    }
    titled(table::read(&csv::read(&text, budget)?)?, name)
}

fn shortened(mut why: String) -> String {
    if let Some((end, _)) = why.char_indices().nth(SENTENCE_CHARS) {
        why.truncate(end);
        why.push('…');
    }
    why
}

fn read_json(text: &str) -> Result<Quiz, NotAQuiz> {
    let quiz: Quiz = wire::read_file(text)
        .map_err(|why| NotAQuiz(format!("This JSON is not a quiz as Hubbub writes it: {why}.")))?;
    if quiz.title.is_empty() && quiz.questions.is_empty() {
        return Err(NotAQuiz::because("This JSON has neither a title nor questions, so it is not a quiz."));
    }
    Ok(quiz)
}

fn titled(mut quiz: Quiz, name: &str) -> Result<Quiz, NotAQuiz> {
    if quiz.title.is_empty() {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
        quiz.title = if name.is_empty() { "Imported quiz".into() } else { name.to_owned() };
    }
    quiz.title = quiz.title.chars().take(limits::TITLE_CHARS).collect();
    Ok(quiz)
}

/// A quiz as JSON: all of it, and what is read from it is the same again.
pub fn json(quiz: &Quiz) -> Vec<u8> {
    wire::spell(quiz).into_bytes()
}

/// A quiz as CSV, for spreadsheets.
pub fn csv(quiz: &Quiz) -> Vec<u8> {
    csv::write(&table::write(quiz))
}

/// A quiz as XLSX.
///
/// # Errors
/// The file could not be made; a fault of ours.
pub fn xlsx(quiz: &Quiz) -> Result<Vec<u8>, NotAQuiz> {
    xlsx::write(&table::write(quiz)).map_err(|error| NotAQuiz(format!("The sheet could not be written: {error}.")))
}
