//! Quizzes as files: our JSON, and the spreadsheet that Kahoot users have, as
//! CSV and XLSX. What a file is, is told by its content.
//!
//! Knows no owner and no storage. Files come from strangers: whatever is in
//! them ends in a quiz or in a sentence, after a bounded amount of work.

use protocol::quiz::Quiz;
use protocol::{limits, wire};

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
/// then it takes `name`, which is that of the file.
///
/// # Errors
/// [`NotAQuiz`].
pub fn read(bytes: &[u8], name: &str) -> Result<Quiz, NotAQuiz> {
    if bytes.len() > FILE_BYTES {
        let most = FILE_BYTES / 1024 / 1024;
        return Err(NotAQuiz::because(format!("This file is too large: {most} MiB are read at most.")));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return titled(table::read(&xlsx::read(bytes)?)?, name);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(NotAQuiz::because("This is a sheet of an older kind. Save it as XLSX or CSV."));
    }
    let text = csv::decode(bytes);
    if text.trim_start().starts_with('{') { read_json(&text) } else { titled(table::read(&csv::read(&text)?)?, name) }
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
