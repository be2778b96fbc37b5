//! What must hold for any file of an author, checked by `cargo fuzz` (see `fuzz/`).

use std::io::{Cursor, Write as _};

use protocol::quiz::problems;

use super::*;
use crate::quizzes::sheet::{csv, json};

/// How many questions a file can have: as many as a sheet has rows.
const MOST: usize = 1000;
/// Begins the name of the next part of an archive, and ends the part before it.
const NEXT_PART: &[u8] = b"\n=== ";

/// Reads a file. A quiz without problems is the same after it was exported as JSON and
/// imported again; a sheet has no columns for some of it.
pub(crate) fn check_file(bytes: &[u8]) {
    let Some(imported) = understood(bytes) else { return };
    let quiz = imported.quiz;
    if imported.doubts.is_empty() && problems(&quiz).is_empty() {
        assert_eq!(whole(again(&json(&quiz))), Ok(quiz.clone()), "as JSON");
        assert_eq!(texts(&again(&csv(&quiz)).quiz), texts(&quiz), "as CSV");
    }
}

/// The texts of the questions without spaces around them. What a question's kind does not have is in no sheet.
fn texts(quiz: &Quiz) -> Vec<&str> {
    quiz.questions.iter().map(|question| question.text.trim()).collect()
}

/// Packs the parts of a text into an archive and reads it. What a fuzzer changes in a packed file is only seen as
/// damaged. Each part begins with a line `=== NAME`.
pub(crate) fn check_workbook(parts: &[u8]) {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let starts: Vec<_> = parts.windows(NEXT_PART.len()).enumerate().filter(|(_, part)| *part == NEXT_PART).collect();
    for (at, (start, _)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(parts.len(), |(end, _)| *end);
        let part = &parts[start + NEXT_PART.len()..end];
        let (name, content) = part.split_at(part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len()));
        // A second part of one name is refused.
        if archive.start_file(String::from_utf8_lossy(name), options).is_ok() {
            archive.write_all(content.strip_prefix(b"\n").unwrap_or(content)).unwrap();
        }
    }
    understood(&archive.finish().unwrap().into_inner());
}

/// What was understood, within the limits that everything has; `None` for a sentence.
fn understood(bytes: &[u8]) -> Option<Imported> {
    let budget = Budget::of(LIMITS);
    let imported = match parse(bytes, "file.csv", &budget) {
        Ok(imported) => imported,
        Err(NotAQuiz(why)) => {
            assert!(!why.is_empty() && why.chars().count() <= SENTENCE_CHARS, "{why}");
            return None;
        }
    };
    assert_eq!(budget.exhausted(), None);
    let quiz = &imported.quiz;
    assert!(quiz.questions.len() <= MOST, "{} questions", quiz.questions.len());
    assert!((1..=limits::TITLE_CHARS).contains(&quiz.title.chars().count()), "{:?}", quiz.title);
    assert_eq!(quiz.clone().cleaned(), *quiz, "cleaned once more");
    assert!(imported.doubts.iter().all(|doubt| doubt.question < quiz.questions.len()), "{:?}", imported.doubts);
    Some(imported)
}

fn again(bytes: &[u8]) -> Imported {
    let read = parse(bytes, "file.csv", &Budget::of(LIMITS));
    read.unwrap_or_else(|why| panic!("{why} {}", String::from_utf8_lossy(bytes)))
}
