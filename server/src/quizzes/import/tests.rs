//! Files as teachers bring them, good ones and bad ones.

use proptest::prelude::*;
use protocol::PictureId;
use protocol::quiz::{Choice, Decimal, Kind, Points, Question, Quiz, Scoring, problems};

use super::*;
use crate::quizzes::sheet::{csv, json, xlsx};

mod json;
mod sheets;
mod texts;

fn understood(bytes: &[u8], name: &str) -> Imported {
    parse(bytes, name, &Budget::of(LIMITS)).unwrap()
}

/// The sentence for a file without a question.
fn refused(bytes: &[u8]) -> String {
    parse(bytes, "", &Budget::of(LIMITS)).map(|imported| format!("{imported:?}")).unwrap_err().to_string()
}

/// The quiz of a file without doubts.
fn quiz(bytes: &[u8]) -> Quiz {
    let imported = understood(bytes, "");
    assert_eq!(imported.doubts, [], "{:?}", imported.quiz);
    imported.quiz
}

/// All doubts, as sentences.
fn doubts(bytes: &[u8]) -> Vec<String> {
    understood(bytes, "").doubts.iter().map(ToString::to_string).collect()
}

/// The options of a question, `*` before those that are right.
fn options(question: &Question) -> Vec<String> {
    let option = |option: &Choice| format!("{}{}", if option.right { "*" } else { "" }, option.text);
    question.options.iter().map(option).collect()
}

#[test]
fn other_files_are_called_what_they_are() {
    let stream = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600], &name].concat()
    };
    for (bytes, told) in [
        (stream("Workbook"), "This is an Excel file of an older kind (.xls)."),
        (stream("EncryptedPackage"), "This file is locked with a password."),
        (stream("WordDocument"), "This is a Word document."),
        (b"%PDF-1.7".to_vec(), "This is a PDF."),
        (b"{\\rtf1 x}".to_vec(), "This is a rich text (RTF)."),
        (b"\x89PNG\r\n".to_vec(), "This is a picture."),
        (b"\n <!DOCTYPE html><table>".to_vec(), "This is a web page."),
        (b"PK\x03\x04 and then nothing".to_vec(), "This file is damaged"),
        (b"name,age\nAna,9\n".to_vec(), "No header row was found."),
        (b"".to_vec(), "No header row was found."),
        (vec![0, 1, 2, 255], "No header row was found."),
        (vec![b' '; FILE_BYTES + 1], "This file has more than 3 MB."),
        (vec![b' '; TEXT_BYTES + 1], "This file has more than 1 MB of text."),
    ] {
        let why = refused(&bytes);
        assert!(why.starts_with(told), "{told}: {why}");
    }
}

/// An archive of these parts; a mark in its first header says that it is locked.
fn archive(parts: &[(&str, &str)], is_locked: bool) -> Vec<u8> {
    use std::io::{Cursor, Write as _};
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    let mut bytes = archive.finish().unwrap().into_inner();
    if is_locked {
        let list = bytes.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[list + 8] |= 1;
    }
    bytes
}

#[test]
fn archives_are_called_what_they_are_and_h5p_is_read() {
    for (part, told) in [
        ("word/document.xml", "This is a Word document."),
        ("ppt/presentation.xml", "This is a PowerPoint file."),
        ("content.xml", "This is an OpenDocument file."),
        ("Index/Document.iwa", "This is a Numbers or Pages file."),
        ("holiday.jpg", "This is a ZIP archive."),
    ] {
        let why = refused(&archive(&[(part, "x")], false));
        assert!(why.starts_with(told), "{told}: {why}");
    }
    let why = refused(&archive(&[("xl/workbook.xml", "x")], true));
    assert!(why.starts_with("This file is locked with a password."), "{why}");
    let content =
        r#"{"question":"<p>Which?</p>","answers":[{"text":"a","correct":false},{"text":"b","correct":true}]}"#;
    let h5p = archive(&[("h5p.json", "{}"), ("content/content.json", content)], false);
    assert_eq!(options(&quiz(&h5p).questions[0]), ["a", "*b"]);
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300), is_zip in any::<bool>()) {
        let bytes = if is_zip { [&b"PK\x03\x04"[..], &bytes].concat() } else { bytes };
        let _ = parse(&bytes, "", &Budget::of(LIMITS));
    }

    #[test]
    fn no_text_is_too_odd(text in "([A-D]\\. \\PC{0,5}|ANSWER: [A-Z]|\\PC{0,9}|[{}=~#:,;\"\\[\\]]{0,9}|\n){0,30}") {
        let _ = parse(text.as_bytes(), "", &Budget::of(LIMITS));
    }
}
