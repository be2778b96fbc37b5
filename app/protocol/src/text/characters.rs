//! The classes of characters that cleaning distinguishes.
//!
//! Ranges that Unicode reserves for one purpose are written out; for unassigned characters and marks, tables
//! of crates are used.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// Joins emoji, and letters of scripts that are written joined.
pub(super) const JOINER: char = '\u{200D}';
/// Keeps letters of such scripts apart.
const NON_JOINER: char = '\u{200C}';
/// The flag that tags turn into the flag of a country's part.
pub(super) const BLACK_FLAG: char = '\u{1F3F4}';
/// Ends a sequence of tags.
pub(super) const CANCEL_TAG: char = '\u{E007F}';

/// Whether it ends a line in some kind of text.
pub(super) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether it looks like a space, but is none for Unicode: an empty Braille cell, fillers
/// of Hangul and others.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{13441}' | '\u{13442}' | '\u{1D159}')
}

/// Whether nobody sees it: controls, marks that turn the writing direction, letters without a
/// glyph, and unassigned characters.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFC}' | '\u{16FE4}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
        || !is_assigned(c)
}

/// Whether it has a meaning only together with the character before it: joiners and variation selectors. For
/// the eye, a name with one is the name without it.
pub fn is_attached(c: char) -> bool {
    is_joiner(c) || is_selector(c)
}

pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, JOINER | NON_JOINER)
}

pub(super) fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{180B}'..='\u{180F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether it is a mark above, below or around the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    is_combining_mark(c) && !is_selector(c)
}

/// Whether it is a mark that any letter can have, so that many can be heaped on one.
pub(super) fn goes_with_any_letter(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether it belongs to a script in which joiners make a difference: Arabic, those of
/// India and their neighbours.
pub(super) fn is_written_joined(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{109F}' | '\u{1700}'..='\u{18AF}' | '\u{1900}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}'
        | '\u{FB50}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}

/// Whether it is an emoji, or may become one in a later Unicode: people with a newer system than the
/// server see it already.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2934}' | '\u{2935}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}'
        | '\u{1F000}'..='\u{1FAFF}' | '\u{1FC00}'..='\u{1FFFD}')
}

/// Whether a character has the variants that a selector after it chooses from.
pub(super) fn has_variants(c: char, selector: char) -> bool {
    let is_han = matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}');
    match selector {
        '\u{E0100}'..='\u{E01EF}' => is_han,
        '\u{180B}'..='\u{180F}' => matches!(c, '\u{1800}'..='\u{18AF}'),
        _ => {
            is_han
                || is_pictograph(c)
                || matches!(c, '0'..='9' | '#' | '*' | '\u{1000}'..='\u{109F}' | '\u{2200}'..='\u{22FF}' | '\u{3000}'..='\u{303F}' | '\u{A840}'..='\u{A87F}')
        }
    }
}

/// Whether it is a tag, which spells the part of a country whose flag it is.
pub(super) fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}')
}

fn is_assigned(c: char) -> bool {
    let is_private = matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}');
    c.is_ascii() || is_private || is_pictograph(c) || c.script() != Script::Unknown
}
