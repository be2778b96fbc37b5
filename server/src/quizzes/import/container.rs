//! Finds out what a binary file is: by its first bytes, and for an archive by the names of its parts. Kinds
//! that are not supported are named.

use std::io::Read;

use flate2::bufread::GzDecoder;
use protocol::limits;

use super::pictures::{FileParts, no_part};
use super::{NotAQuiz, json};
use crate::quizzes::sheet::Package;
use crate::workers::Budget;

/// The largest text in an archive, in bytes.
const TEXT_BYTES: usize = 2 * 1024 * 1024;

/// An archive that may contain a quiz.
pub(super) enum Archive<'a> {
    /// An XLSX workbook of any program.
    Workbook,
    /// An H5P package: its content as JSON, and the package with its pictures.
    H5p { content: String, package: Package<'a> },
}

/// An H5P package has the pictures of its content beside it.
impl FileParts for Package<'_> {
    fn picture(&mut self, name: &str) -> Result<Vec<u8>, String> {
        // Some names end with a mark of the upload.
        let name = name.split('#').next().unwrap_or_default();
        match self.bytes(&format!("content/{name}"), limits::PICTURE_BYTES) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(no_part(name)),
            Err(_) => Err("it is damaged".into()),
        }
    }
}

/// A quiz of ClassQuiz (`.cqa`): compressed JSON, followed by its pictures, each with the
/// number of its question.
pub(super) struct Packed<'a> {
    /// The JSON of the quiz, after it was unpacked within the budget.
    pub(super) text: String,
    pictures: Vec<(&'a str, &'a [u8])>,
}

impl FileParts for Packed<'_> {
    fn picture(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let found = self.pictures.iter().find(|(other, _)| *other == name);
        found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| "it is not in the file".into())
    }
}

/// The bytes before the pictures, before each of them, and between its number and its data.
const PICTURES: &[u8] = &[0xC7, 0xC7, 0xC7, 0x00];
const PICTURE: &[u8] = &[0xC6, 0xC6, 0xC6, 0x00];
const NUMBER_END: &[u8] = &[0xC5, 0xC5, 0x00];

/// Uncompresses a `.cqa`; `None` for any other file.
pub(super) fn unpack<'a>(bytes: &'a [u8], budget: &Budget) -> Option<Packed<'a>> {
    if !bytes.starts_with(b"\x1F\x8B") {
        return None;
    }
    let mut decoder = GzDecoder::new(bytes);
    let (mut unpacked, mut piece) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        let read = decoder.read(&mut piece).ok()?;
        budget.unpack(read).ok()?;
        unpacked.extend_from_slice(piece.get(..read)?);
        match read {
            0 => break,
            _ if unpacked.len() > TEXT_BYTES => return None,
            _ => {}
        }
    }
    let text = String::from_utf8(unpacked).ok().filter(|text| json::is_json(text))?;
    let pictures = decoder.into_inner().strip_prefix(PICTURES).map(pictures).unwrap_or_default();
    Some(Packed { text, pictures })
}

/// The pictures, each with its number.
fn pictures(mut rest: &[u8]) -> Vec<(&str, &[u8])> {
    let mut pictures = Vec::new();
    while let Some((number, behind)) = numbered(rest) {
        let end = (0..behind.len()).find(|at| behind.get(*at..).is_some_and(|rest| numbered(rest).is_some()));
        let (picture, next) = behind.split_at(end.unwrap_or(behind.len()));
        pictures.push((number, picture));
        rest = next;
    }
    pictures
}

/// The number of the picture that begins here, and all bytes after it.
fn numbered(bytes: &[u8]) -> Option<(&str, &[u8])> {
    const DIGITS: usize = 6;
    let behind = bytes.strip_prefix(PICTURE)?;
    let end = behind.iter().take(DIGITS).position(|byte| !matches!(byte, b'-' | b'0'..=b'9'))?;
    let (number, behind) = behind.split_at_checked(end)?;
    Some((std::str::from_utf8(number).ok()?, behind.strip_prefix(NUMBER_END)?))
}

/// Whether a text contains pictures as data URLs.
pub(super) fn has_pictures(text: &[u8]) -> bool {
    const MARK: &[u8] = b"data:image/";
    text.windows(MARK.len()).any(|part| part == MARK)
}

pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Names of parts that tell what an archive is, each with the sentence for its sender.
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

/// Finds out what an archive is.
///
/// # Errors [`NotAQuiz`] for one that is not supported, or locked.
pub(super) fn open<'a>(bytes: &'a [u8], budget: &'a Budget) -> Result<Archive<'a>, NotAQuiz> {
    let mut package = Package::open(bytes, budget)?;
    if package.is_locked() {
        return Err(NotAQuiz::because("This file is locked with a password. Save it without one."));
    }
    if package.has("h5p.json") {
        let content = package.text("content/content.json", TEXT_BYTES)?;
        let none = || NotAQuiz::because("This H5P package has nothing in it.");
        return content.map(|content| Archive::H5p { content, package }).ok_or_else(none);
    }
    let other = OTHERS.iter().find(|(part, _)| package.has(part)).map(|(_, why)| *why);
    let is_workbook = package.has("xl/workbook.xml") || package.has("_rels/.rels");
    match other {
        Some(why) => Err(NotAQuiz::because(why)),
        None if is_workbook || !package.has_any() => Ok(Archive::Workbook),
        None => Err(NotAQuiz::because("This is a ZIP archive. Unpack it, and bring the file that is in it.")),
    }
}

/// First bytes of other kinds of files, each with a sentence for the sender.
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

/// The sentence for a kind of file that is known but not supported.
pub(super) fn unsupported_kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some(office_kind(bytes));
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

/// Old Office files and encrypted new ones consist of streams, whose names tell which they are.
fn office_kind(bytes: &[u8]) -> &'static str {
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
