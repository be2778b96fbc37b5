//! Parses quizzes as plain texts, as learning platforms export them: Aiken and GIFT.

mod aiken;
mod gift;

pub(super) use aiken::{is_aiken, parse as parse_aiken};
pub(super) use gift::{is_gift, parse as parse_gift};

/// A line of a text, and its number from 1.
type Numbered<'a> = (usize, &'a str);

/// The lines of a text with their numbers.
fn numbered(text: &str) -> impl Iterator<Item = Numbered<'_>> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}
