//! Pictures of imported files. Pictures in the file are imported; others are not fetched, but reported with
//! their question and the reason.

use std::fmt;

use data_encoding::BASE64_NOPAD;
use protocol::limits;

use super::{Imported, cut};
use crate::quizzes::picture::PictureError;

/// How many bytes of pictures are imported from one file.
const ALL_BYTES: usize = 6 * 1024 * 1024;
/// How many characters of an address or of a part's name are shown.
const NAME_CHARS: usize = 60;

/// A picture from a file for one of its questions, not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtPicture {
    /// The index of the question, from 0.
    pub question: usize,
    /// The picture as a file.
    pub bytes: Vec<u8>,
    /// Its description, for people who do not see it.
    pub words: String,
}

/// A picture or film that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPicture {
    /// The index of the question, from 0.
    pub question: usize,
    /// What it is and why it was not imported, as a sentence after the number of the question.
    pub sentence: String,
}

impl MissingPicture {
    /// A picture that was not imported; `why` is the end of a sentence.
    pub fn because(question: usize, why: impl fmt::Display) -> Self {
        Self { question, sentence: not_taken("the picture", why) }
    }
}

impl fmt::Display for MissingPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question {}: {}", self.question + 1, self.sentence)
    }
}

/// The picture of a question that has no index yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PictureReference {
    /// A picture with its description.
    Here { bytes: Vec<u8>, words: String },
    /// It was not imported: the sentence after the number of the question.
    Missing(String),
}

impl PictureReference {
    /// The result of looking for a picture, called `what` in a sentence.
    pub(crate) fn of(found: Result<Vec<u8>, String>, words: String, what: &str) -> Self {
        match found {
            Ok(bytes) => Self::Here { bytes, words },
            Err(why) => Self::Missing(not_taken(what, why)),
        }
    }
}

/// As in `the picture was not taken, because it has more than 1 MiB.`
pub(crate) fn not_taken(what: &str, why: impl fmt::Display) -> String {
    format!("{what} was not taken, because {why}.")
}

/// The other parts of the file that a question is in.
pub(crate) trait FileParts {
    /// A picture by its name in the question; the error is the end of a sentence.
    fn picture(&mut self, name: &str) -> Result<Vec<u8>, String>;
}

/// A file that consists of one text.
pub(crate) struct SingleText;

impl FileParts for SingleText {
    fn picture(&mut self, _: &str) -> Result<Vec<u8>, String> {
        Err("it is not in the file".into())
    }
}

/// The picture that a text refers to: by a data URL, by the address of another site, or by the
/// name of a part.
pub(crate) fn referred(to: &str, parts: &mut dyn FileParts) -> Result<Vec<u8>, String> {
    let to = to.trim();
    let found = match (to.strip_prefix("data:"), site(to)) {
        (Some(data), _) => decoded(data)?,
        (None, Some(site)) => return Err(format!("it is on another site, {site}, and nothing is fetched from there")),
        (None, None) => parts.picture(to)?,
    };
    if found.len() > limits::PICTURE_BYTES { Err(PictureError::TooLarge.clause()) } else { Ok(found) }
}

/// The host of an address, without its port.
fn site(address: &str) -> Option<String> {
    let rest = ["https://", "http://", "//"].iter().find_map(|scheme| {
        let head = address.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| address.get(scheme.len()..)).flatten()
    })?;
    let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
    Some(cut(rest.get(..end).unwrap_or_default(), NAME_CHARS))
}

/// The bytes of `data:image/png;base64,…`; `data` is the part after `data:`.
fn decoded(data: &str) -> Result<Vec<u8>, String> {
    let why = || "it is written in a way that cannot be read".to_owned();
    let (kind, text) = data.split_once(',').ok_or_else(why)?;
    if !kind.to_ascii_lowercase().ends_with(";base64") {
        return Err(why());
    }
    let is_sign = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'=';
    let signs: Vec<u8> = text.bytes().filter(is_sign).collect();
    BASE64_NOPAD.decode(&signs).map_err(|_| why())
}

/// The error for a part that does not exist.
pub(crate) fn no_part(name: &str) -> String {
    format!("“{}” is not in the file", cut(name, NAME_CHARS))
}

impl Imported {
    /// Adds a question's pictures, as far as there is room.
    pub(crate) fn illustrate(&mut self, question: usize, pictured: Vec<PictureReference>) {
        for pictured in pictured {
            let taken: usize = self.pictures.iter().map(|picture| picture.bytes.len()).sum();
            match pictured {
                PictureReference::Here { bytes, words } if taken.saturating_add(bytes.len()) <= ALL_BYTES => {
                    self.pictures.push(BroughtPicture { question, bytes, words });
                }
                PictureReference::Here { .. } => {
                    let why = format!("the pictures of one file may have {} MiB together", ALL_BYTES / 1024 / 1024);
                    self.missing.push(MissingPicture::because(question, why));
                }
                PictureReference::Missing(sentence) => self.missing.push(MissingPicture { question, sentence }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_taken_out_of_the_text_and_fetched_from_nowhere() {
        let referred = |to| referred(to, &mut SingleText);
        assert_eq!(referred("data:image/png;base64,iVBORw=="), Ok(b"\x89PNG".to_vec()));
        assert_eq!(referred(" data:image/png;BASE64,iVBO\n Rw "), Ok(b"\x89PNG".to_vec()));
        for (to, why) in [
            (
                "https://media.example.org:443/a.png?b",
                "it is on another site, media.example.org, and nothing is fetched from there",
            ),
            ("//media.example.org", "it is on another site, media.example.org, and nothing is fetched from there"),
            (
                "HTTP://169.254.169.254/latest",
                "it is on another site, 169.254.169.254, and nothing is fetched from there",
            ),
            ("file:///etc/passwd", "it is not in the file"),
            ("../../etc/passwd", "it is not in the file"),
            ("data:image/svg+xml,<svg>", "it is written in a way that cannot be read"),
            ("data:image/png;base64,ä", "it is written in a way that cannot be read"),
            ("data:", "it is written in a way that cannot be read"),
        ] {
            assert_eq!(referred(to), Err(why.into()), "{to}");
        }
        let large = format!("data:image/png;base64,{}", "A".repeat(1_700_000));
        assert_eq!(referred(&large), Err("it has more than 1 MiB".into()));
    }

    #[test]
    fn what_is_not_taken_is_told_with_its_question() {
        let mut imported = Imported::default();
        let here = |size| PictureReference::Here { bytes: vec![0; size], words: String::new() };
        imported.illustrate(2, vec![here(ALL_BYTES - 1), here(2), here(1)]);
        imported.illustrate(3, vec![PictureReference::of(Err(no_part("images/a.png")), String::new(), "the picture")]);
        assert_eq!(imported.pictures.len(), 2);
        let told: Vec<_> = imported.missing.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "Question 3: the picture was not taken, because the pictures of one file may have 6 MiB together.",
                "Question 4: the picture was not taken, because “images/a.png” is not in the file.",
            ]
        );
    }
}
