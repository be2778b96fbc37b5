//! Removes from a text what it may not contain.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

use unicode_normalization::char::decompose_canonical;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::Shape;
use super::characters::{
    BLACK_FLAG, CANCEL_TAG, JOINER, ends_line, goes_with_any_letter, has_variants, is_blank, is_invisible, is_joiner,
    is_mark, is_pictograph, is_selector, is_tag, is_written_joined,
};

/// The most marks on one letter that go with any letter: more run into the lines around it.
const FOREIGN_MARKS: usize = 3;
/// The most marks on one letter. Burmese has five, Hebrew with all its points four.
const MARKS: usize = 6;
/// The most letters that name a part of a country.
const TAGS: usize = 6;

/// Cleans a text, see [`super::clean`].
pub(super) fn clean(text: &str, shape: Shape) -> Cow<'_, str> {
    if is_plainly_clean(text, shape) {
        return Cow::Borrowed(text);
    }
    // Removing characters brings others together, which may compose or be too many now. Each pass leaves
    // fewer, so this ends.
    let mut cleaned = once(text, shape);
    loop {
        let again = once(&cleaned, shape);
        if again == cleaned {
            return if cleaned == text { Cow::Borrowed(text) } else { Cow::Owned(cleaned) };
        }
        cleaned = again;
    }
}

/// Whether a text needs no cleaning, as nearly all of English: visible ASCII.
fn is_plainly_clean(text: &str, shape: Shape) -> bool {
    let is_seen = |byte| matches!(byte, b' '..=b'~') || shape == Shape::Lines && matches!(byte, b'\n' | b'\t');
    let has_end = text.ends_with(char::is_whitespace);
    let has_start = match shape {
        Shape::Line => text.starts_with(' ') || text.contains("  "),
        Shape::Lines => text.lines().next().is_some_and(|line| line.trim().is_empty()),
    };
    !has_end && !has_start && text.bytes().all(is_seen)
}

fn once(text: &str, shape: Shape) -> String {
    let text = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    };
    let mut sieve = Sieve::new(text.len(), shape);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        sieve.take(c, &mut rest);
    }
    sieve.finish()
}

/// The marks that a composed letter contains: those that go with any letter, and all.
fn own_marks(c: char) -> (usize, usize) {
    let (mut foreign, mut all) = (0, 0);
    if !c.is_ascii() {
        decompose_canonical(c, |part| {
            foreign += usize::from(goes_with_any_letter(part));
            all += usize::from(is_mark(part));
        });
    }
    (foreign, all)
}

/// The text that passed, and the state for the next character.
struct Sieve {
    passed: String,
    shape: Shape,
    /// The last character that passed, on which the next one may depend.
    last: Option<char>,
    /// The marks on the last letter: those that go with any letter, and all.
    marks: (usize, usize),
    /// Whether white space followed, which becomes one space.
    has_gap: bool,
}

impl Sieve {
    fn new(bytes: usize, shape: Shape) -> Self {
        Self { passed: String::with_capacity(bytes), shape, last: None, marks: (0, 0), has_gap: false }
    }

    fn take(&mut self, c: char, rest: &mut Peekable<Chars<'_>>) {
        if ends_line(c) {
            // The second character of a line end is dropped.
            if c != '\r' || rest.peek() != Some(&'\n') {
                self.space('\n');
            }
        } else if is_blank(c) {
            self.space(' ');
        } else if c.is_whitespace() {
            self.space(c);
        } else if is_joiner(c) {
            if self.joins(c, rest.peek()) {
                self.pass(c);
            }
        } else if is_selector(c) {
            if self.last.is_some_and(|last| has_variants(last, c)) {
                self.pass(c);
            }
        } else if is_invisible(c) {
        } else if is_mark(c) {
            self.mark(c);
        } else {
            self.marks = own_marks(c);
            self.pass(c);
            if c == BLACK_FLAG {
                self.tags(rest);
            }
        }
    }

    fn pass(&mut self, c: char) {
        if std::mem::take(&mut self.has_gap) && !self.passed.is_empty() {
            self.passed.push(' ');
        }
        self.passed.push(c);
        self.last = Some(c);
    }

    fn space(&mut self, c: char) {
        self.marks = (0, 0);
        match self.shape {
            Shape::Line => {
                self.has_gap = true;
                self.last = None;
            }
            Shape::Lines if c == '\n' && self.passed.trim().is_empty() => {
                self.passed.clear();
                self.last = None;
            }
            Shape::Lines => {
                self.passed.push(c);
                self.last = Some(c).filter(|c| *c != '\n');
            }
        }
    }

    /// Takes a mark. One without a letter before it would go with whatever precedes the text.
    fn mark(&mut self, c: char) {
        let (foreign, all) = self.marks;
        let foreign = foreign + usize::from(goes_with_any_letter(c));
        if self.last.is_some_and(|last| last != c) && foreign <= FOREIGN_MARKS && all < MARKS {
            self.marks = (foreign, all + 1);
            self.pass(c);
        }
    }

    fn joins(&self, joiner: char, next: Option<&char>) -> bool {
        let Some(last) = self.last else { return false };
        let is_emoji = is_pictograph(last) || last == '\u{FE0F}';
        is_written_joined(last) || joiner == JOINER && is_emoji && next.copied().is_some_and(is_pictograph)
    }

    /// Takes tags, as in the flag of Scotland; tags without a flag are only a way to hide letters.
    fn tags(&mut self, rest: &mut Peekable<Chars<'_>>) {
        let tags: Vec<char> = rest.clone().take_while(|c| is_tag(*c)).take(TAGS + 1).collect();
        let is_flag = (1..=TAGS).contains(&tags.len()) && rest.clone().nth(tags.len()) == Some(CANCEL_TAG);
        if is_flag {
            rest.by_ref().take(tags.len() + 1).for_each(|tag| self.passed.push(tag));
            self.last = Some(CANCEL_TAG);
        }
    }

    fn finish(mut self) -> String {
        let end = self.passed.trim_end().len();
        self.passed.truncate(end);
        self.passed
    }
}
