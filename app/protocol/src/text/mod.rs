//! One rule for every text that people write: names, titles, messages, nicknames, quizzes.
//!
//! Texts from a frame, a form or a file are cleaned before they are stored, and stored ones again before they
//! are shown. A cleaned text is in NFC; an HTML parser does not change it; nothing in it is invisible, turns
//! the text around it or runs into the lines above and below.
//!
//! The browser only passes texts through: the tables are large, and what it gets was cleaned by the server.

use std::borrow::Cow;

#[cfg(not(target_family = "wasm"))]
mod characters;
#[cfg(not(target_family = "wasm"))]
mod cleaning;
mod excess;
#[cfg(all(test, not(target_family = "wasm")))]
mod tests;

#[cfg(not(target_family = "wasm"))]
pub use characters::{is_attached, is_invisible};
pub use excess::{grouped, too_long};

/// How many lines a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One: every run of white space is one space, with none around the text.
    Line,
    /// Any number: tabs, spaces and line ends stay, but no empty lines before
    /// the text and no white space after it.
    Lines,
}

/// Cleans a text; the result is empty where nothing of it can be seen. Cleaning it again changes nothing.
#[cfg(not(target_family = "wasm"))]
pub fn clean(text: &str, shape: Shape) -> Cow<'_, str> {
    cleaning::clean(text, shape)
}

/// Returns the text, which the server has cleaned.
#[cfg(target_family = "wasm")]
pub fn clean(text: &str, _: Shape) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A stored text as it may be shown: cleaned, and at most `most` characters.
pub fn shown(text: &str, shape: Shape, most: usize) -> Cow<'_, str> {
    let text = clean(text, shape);
    match text.char_indices().nth(most) {
        // A cut may leave white space or half a pair at the end.
        Some((end, _)) => Cow::Owned(clean(&text[..end], shape).into_owned()),
        None => text,
    }
}

/// Cleans a text that its owner keeps; one that is clean already is not copied.
pub fn clean_in_place(text: &mut String, shape: Shape) {
    if let Cow::Owned(cleaned) = clean(text, shape) {
        *text = cleaned;
    }
}
