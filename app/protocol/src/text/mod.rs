//! One rule for every text that people write: names, titles, messages,
//! nicknames, quizzes.
//!
//! What comes in by a frame, a form or a file is cleaned before it is kept, and
//! what was kept is cleaned again before it is shown. A cleaned text is in NFC;
//! an HTML parser leaves it as it is; nothing in it is invisible, turns the text
//! around it or runs into the lines above and below.
//!
//! The browser has no part in it: the tables are large, and what it is given
//! was cleaned by the server.

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

/// The text as it may be kept and shown; empty where nothing of it can be seen.
/// Cleaning it again changes nothing.
#[cfg(not(target_family = "wasm"))]
pub fn clean(text: &str, shape: Shape) -> Cow<'_, str> {
    cleaning::clean(text, shape)
}

/// The text as the server has cleaned it.
#[cfg(target_family = "wasm")]
pub fn clean(text: &str, _: Shape) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// As much of a text that was kept as may be shown: cleaned, `most` characters of it.
pub fn shown(text: &str, shape: Shape, most: usize) -> Cow<'_, str> {
    let text = clean(text, shape);
    match text.char_indices().nth(most) {
        // A cut may leave white space or half a pair at the end.
        Some((end, _)) => Cow::Owned(clean(&text[..end], shape).into_owned()),
        None => text,
    }
}

/// Cleans a text in place.
pub fn clean_in_place(text: &mut String, shape: Shape) {
    if let Cow::Owned(cleaned) = clean(text, shape) {
        *text = cleaned;
    }
}
