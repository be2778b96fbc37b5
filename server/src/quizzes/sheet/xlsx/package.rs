//! The archive of an XLSX file, and its parts, each read as a stream. Sizes that the archive declares are
//! ignored: bytes are counted as they come.

use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::super::NotAQuiz;
use super::unreadable;
use super::xml::Xml;
use crate::workers::{Budget, Exhausted};

/// The most parts of an archive.
const PARTS: usize = 1000;

/// How many parts are checked for encryption.
const FIRST_PARTS: usize = 8;

/// An opened archive within its budget.
pub(in crate::quizzes) struct Package<'a> {
    archive: ZipArchive<Packed<'a>>,
    budget: &'a Budget,
}

impl<'a> Package<'a> {
    /// Reads the directory of the archive.
    pub(in crate::quizzes) fn open(bytes: &'a [u8], budget: &'a Budget) -> Result<Self, NotAQuiz> {
        let packed = Packed { bytes: Cursor::new(bytes), budget };
        let archive = ZipArchive::new(packed).map_err(unreadable)?;
        if archive.len() > PARTS {
            budget.exhaust(Exhausted::Size).map_err(unreadable)?;
        }
        Ok(Self { archive, budget })
    }

    /// Whether there is a part with this name.
    pub(in crate::quizzes) fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// Whether there is any part in a folder, such as `xl/media/`.
    pub(super) fn has_any_in(&self, folder: &str) -> bool {
        self.archive.file_names_raw().any(|name| name.starts_with(folder.as_bytes()))
    }

    /// Whether there is any part at all.
    pub(in crate::quizzes) fn has_any(&self) -> bool {
        !self.archive.is_empty()
    }

    /// Whether one of its first parts is encrypted, so that it needs a password.
    pub(in crate::quizzes) fn is_locked(&mut self) -> bool {
        let count = self.archive.len().min(FIRST_PARTS);
        (0..count).any(|at| self.archive.by_index_raw(at).is_ok_and(|part| part.encrypted()))
    }

    /// The bytes of a part, at most `most` and one more.
    pub(in crate::quizzes) fn bytes(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, NotAQuiz> {
        let Some(index) = self.index(name) else { return Ok(None) };
        let file = self.archive.by_index(index).map_err(unreadable)?;
        let mut bytes = Vec::new();
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        Unpacked { file, budget: self.budget }.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(Some(bytes))
    }

    /// The text of a part, of at most `most` bytes.
    pub(in crate::quizzes) fn text(&mut self, name: &str, most: usize) -> Result<Option<String>, NotAQuiz> {
        let Some(bytes) = self.bytes(name, most)? else { return Ok(None) };
        if bytes.len() > most {
            self.budget.exhaust(Exhausted::Size).map_err(unreadable)?;
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A part as a stream of XML; `None` when there is none with this name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'a, Part<'_, 'a>>>, NotAQuiz> {
        let Some(index) = self.index(name) else { return Ok(None) };
        let file = self.archive.by_index(index).map_err(unreadable)?;
        Ok(Some(Xml::new(BufReader::new(Unpacked { file, budget: self.budget }), self.budget)))
    }

    /// Some programs write names with another case or other slashes than the references to them.
    fn index(&self, name: &str) -> Option<usize> {
        let same = |other: &[u8]| {
            let other = other.iter().map(|byte| if *byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() });
            other.eq(name.bytes().map(|byte| byte.to_ascii_lowercase()))
        };
        self.archive.index_for_name(name).or_else(|| self.archive.file_names_raw().position(same))
    }
}

/// A part's bytes as they are unpacked, counted by the budget while they are read.
pub(super) type Part<'p, 'a> = BufReader<Unpacked<'p, 'a>>;

/// The packed bytes, which count against the budget: also seeking to and fro is limited.
pub(super) struct Packed<'a> {
    bytes: Cursor<&'a [u8]>,
    budget: &'a Budget,
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.budget.step()?;
        self.bytes.read(into)
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.budget.step()?;
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for Packed<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.budget.step()?;
        self.bytes.seek(to)
    }
}

pub(super) struct Unpacked<'p, 'a> {
    file: ZipFile<'p, Packed<'a>>,
    budget: &'a Budget,
}

impl Read for Unpacked<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.budget.unpack(read)?;
        Ok(read)
    }
}
