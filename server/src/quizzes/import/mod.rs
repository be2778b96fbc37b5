//! Imports quizzes from files: our JSON and that of other programs, sheets as CSV and XLSX, texts as GIFT and
//! Aiken. The content decides what a file is.
//!
//! Knows no owner and no storage. Files come from strangers: whatever is in them results in what was
//! [understood](Imported) or in a sentence, within one budget for the whole file. Nothing is guessed: what
//! can be read in two ways, or in none, is a [`Doubt`], reported with its place.

use std::time::Duration;

use protocol::limits;
use protocol::quiz::Quiz;

use crate::quizzes::sheet;
use crate::workers::{Budget, Exhausted, Limits};

mod container;
mod correct_mark;
mod decisions;
mod decode;
mod doubt;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod html;
mod json;
mod kinds;
mod pictures;
mod seconds;
mod text;

#[cfg(test)]
mod tests;

pub(super) use correct_mark::{CorrectMark, right_answers};
pub use decisions::{ImportDecisions, Use};
pub use doubt::{Ask, Doubt, FilePosition, Imported, ShownCell};
pub(super) use doubt::{ParsedQuestion, QuestionFault};
pub(super) use html::cut;
pub(super) use kinds::{kind_named, points_named};
pub use pictures::{BroughtPicture, MissingPicture};
pub(super) use pictures::{FileParts, PictureReference, SingleText, no_part, not_taken, referred};
pub(super) use seconds::seconds;

/// The largest file, in bytes. Most of it may be pictures.
pub const FILE_BYTES: usize = 3 * 1024 * 1024;
/// The largest text without pictures in it, in bytes.
const TEXT_BYTES: usize = 1024 * 1024;

/// The budget for parsing one file. Usual sheets take a hundredth of it.
pub const LIMITS: Limits = Limits {
    unpacked_bytes: 32 * 1024 * 1024,
    held_bytes: 8 * 1024 * 1024,
    steps: 2_000_000,
    busy: Duration::from_millis(1500),
    elapsed: Duration::from_secs(10),
};
/// The longest sentence about a file, in characters: it may quote the file.
const SENTENCE_CHARS: usize = 300;

/// Why a file cannot be imported, as a sentence for whoever chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAQuiz(pub String);

impl NotAQuiz {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Parses a file. A quiz without a title is called `name`, after the file. Blocks for as long as the budget
/// lasts, and the budget's limits should be [`LIMITS`].
///
/// # Errors
/// [`NotAQuiz`]: not one question was found.
pub fn parse(bytes: &[u8], name: &str, budget: &Budget) -> Result<Imported, NotAQuiz> {
    let read = parse_any(bytes, budget).map(|imported| titled(imported, name));
    match budget.exhausted() {
        None => read.map_err(|NotAQuiz(why)| NotAQuiz(shortened(why))),
        Some(Exhausted::Size) => Err(NotAQuiz::because("This file has too much in it to be a quiz.")),
        Some(why) => Err(NotAQuiz(format!("This file was not read: {why}. Save it again with less in it."))),
    }
}

fn parse_any(bytes: &[u8], budget: &Budget) -> Result<Imported, NotAQuiz> {
    if bytes.len() > FILE_BYTES {
        return Err(NotAQuiz::because(too_large()));
    }
    if container::is_archive(bytes) {
        return parse_archive(bytes, budget);
    }
    if let Some(mut packed) = container::unpack(bytes, budget) {
        let text = std::mem::take(&mut packed.text);
        return json::parse(&text, &mut packed, budget);
    }
    if let Some(why) = container::unsupported_kind(bytes) {
        return Err(NotAQuiz::because(why));
    }
    if bytes.len() > TEXT_BYTES && !container::has_pictures(bytes) {
        let why = "This file has more than 1 MB of text. A quiz has 100 questions at most: bring it in parts.";
        return Err(NotAQuiz::because(why));
    }
    let decoded = decode::decode(bytes)?;
    let mut imported = parse_text(&decoded.text, budget)?;
    imported.notes.extend(decoded.note());
    Ok(imported)
}

/// The sentence for a file that is too large.
pub fn too_large() -> String {
    let most = FILE_BYTES / 1024 / 1024;
    format!("This file has more than {most} MB. Take the pictures out of it, or bring it in parts.")
}

fn parse_archive(bytes: &[u8], budget: &Budget) -> Result<Imported, NotAQuiz> {
    match container::open(bytes, budget)? {
        container::Archive::Workbook => sheet::parse_workbook(bytes, budget),
        container::Archive::H5p { content, mut package } => json::parse(&content, &mut package, budget),
    }
}

fn parse_text(text: &str, budget: &Budget) -> Result<Imported, NotAQuiz> {
    if json::is_json(text) {
        return json::parse(text, &mut SingleText, budget);
    }
    if text::is_aiken(text) {
        return text::parse_aiken(text, budget);
    }
    match sheet::parse_csv(text, budget) {
        // A text with answers in braces and without a header row is GIFT, no sheet.
        Err(_) if budget.exhausted().is_none() && text::is_gift(text) => text::parse_gift(text, budget),
        read => read,
    }
}

fn shortened(why: String) -> String {
    if why.chars().count() <= SENTENCE_CHARS { why } else { cut(&why, SENTENCE_CHARS) }
}

fn titled(mut imported: Imported, name: &str) -> Imported {
    imported.quiz = imported.quiz.cleaned();
    let title = &mut imported.quiz.title;
    if title.trim().is_empty() {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
        *title = if name.is_empty() { "Imported quiz".into() } else { name.to_owned() };
    }
    if title.chars().count() > limits::TITLE_CHARS {
        *title = title.chars().take(limits::TITLE_CHARS).collect();
        imported.notes.push(format!("The title was cut to {} characters.", limits::TITLE_CHARS));
    }
    imported
}

/// The quiz of a file without doubts.
///
/// # Errors
/// [`NotAQuiz`] with all doubts, one to a line.
pub fn whole(imported: Imported) -> Result<Quiz, NotAQuiz> {
    if imported.doubts.is_empty() {
        return Ok(imported.quiz);
    }
    let sentences = imported.doubts.iter().map(|doubt| shortened(doubt.to_string())).collect::<Vec<_>>();
    Err(NotAQuiz(sentences.join("\n")))
}
