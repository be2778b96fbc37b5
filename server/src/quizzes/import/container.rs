//! What a file is, where it is no text: told by its first bytes, and of an
//! archive by the names of its parts. What is not read is called what it is.

use super::NotAQuiz;
use crate::quizzes::sheet::Package;
use crate::workers::Budget;

/// Bytes of a text in an archive, at most.
const TEXT_BYTES: usize = 2 * 1024 * 1024;

/// An archive that can hold a quiz.
pub(super) enum Archive {
    /// A workbook in XLSX.
    Workbook,
    /// What an H5P package is about, as JSON.
    H5p(String),
}

pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Parts that tell of an archive what it is, and the sentence for whoever brought it.
const OTHERS: [(&str, &str); 7] = [
    ("word/document.xml", "This is a Word document. Put the questions into the template, or save them as plain text."),
    ("ppt/presentation.xml", "This is a PowerPoint file. Put the questions into the template."),
    ("xl/workbook.bin", "This is a binary Excel workbook (.xlsb). Save it as XLSX or CSV."),
    ("content.xml", "This is an OpenDocument file. Save it as XLSX or CSV."),
    ("Index/Document.iwa", "This is a Numbers or Pages file. Export it as Excel or CSV."),
    (
        "imsmanifest.xml",
        "This is a package of a learning platform (SCORM or QTI). Export its questions as GIFT or CSV.",
    ),
    ("mimetype", "This is a packed document of a kind that is not read here. Save it as XLSX or CSV."),
];

/// Looks what an archive is.
///
/// # Errors
/// [`NotAQuiz`] where it is something else, or locked.
pub(super) fn open(bytes: &[u8], budget: &Budget) -> Result<Archive, NotAQuiz> {
    let mut package = Package::open(bytes, budget)?;
    if package.is_locked() {
        return Err(NotAQuiz::because("This file is locked with a password. Save it without one."));
    }
    if package.has("h5p.json") {
        let content = package.text("content/content.json", TEXT_BYTES)?;
        let none = || NotAQuiz::because("This H5P package has nothing in it.");
        return content.map(Archive::H5p).ok_or_else(none);
    }
    let other = OTHERS.iter().find(|(part, _)| package.has(part)).map(|(_, why)| *why);
    let is_workbook = package.has("xl/workbook.xml") || package.has("_rels/.rels");
    match other {
        Some(why) => Err(NotAQuiz::because(why)),
        None if is_workbook || !package.has_any() => Ok(Archive::Workbook),
        None => Err(NotAQuiz::because("This is a ZIP archive. Unpack it, and bring the file that is in it.")),
    }
}

/// The first bytes of other files, and what to do about each.
const KNOWN: [(&[u8], &str); 8] = [
    (b"%PDF", "This is a PDF. Put the questions into the template."),
    (b"\x89PNG", "This is a picture. Type its questions into the template."),
    (b"\xFF\xD8\xFF", "This is a picture. Type its questions into the template."),
    (b"GIF8", "This is a picture. Type its questions into the template."),
    (b"{\\rtf", "This is a rich text (RTF). Save it as plain text, or put the questions into the template."),
    (b"\x1F\x8B", "This file is packed (gzip). Unpack it first."),
    (b"Rar!", "This is a RAR archive. Unpack it, and bring the file that is in it."),
    (b"7z\xBC\xAF", "This is a 7-Zip archive. Unpack it, and bring the file that is in it."),
];

/// What a file is that is not read here, as a sentence.
pub(super) fn called_what_it_is(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some(called_by_its_streams(bytes));
    }
    if let Some((_, why)) = KNOWN.iter().find(|(first, _)| bytes.starts_with(first)) {
        return Some(why);
    }
    let start = bytes.get(..bytes.len().min(2048)).unwrap_or_default();
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let begins = start.trim_start_matches(|letter: char| letter == '\u{FEFF}' || letter.is_whitespace());
    let is_page = ["<!doctype html", "<html", "<table", "<head"].iter().any(|tag| begins.starts_with(tag));
    if is_page {
        return Some("This is a web page. Open it in a spreadsheet and save it as XLSX or CSV.");
    }
    if begins.starts_with("<?xml") && begins.contains("office:spreadsheet") {
        return Some("This is an Excel file of an older kind (XML 2003). Save it as XLSX or CSV.");
    }
    begins.starts_with("<?xml").then_some("This is XML, of a kind that is not read here. Save it as XLSX, CSV or GIFT.")
}

/// Old Office files and locked new ones are made of streams, which have names.
fn called_by_its_streams(bytes: &[u8]) -> &'static str {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|part| part == name)
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return "This file is locked with a password. Open it, take the password off, and save it again.";
    }
    if has("WordDocument") {
        return "This is a Word document. Put the questions into the template, or save them as plain text.";
    }
    if has("PowerPoint Document") {
        return "This is a PowerPoint file. Put the questions into the template.";
    }
    "This is an Excel file of an older kind (.xls). Save it as XLSX or CSV."
}
