//! Normalises texts: without what people leave out when they type, such as accents, case and spaces.

use std::borrow::Cow;

use protocol::quiz::digit;
use protocol::text::is_invisible;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Removed at both ends of an answer. Signs that make another word are not among them: `C` is not
/// `C++` and not `C#`.
const ENDS: &[char] = &[
    '.', ',', ';', ':', '!', '?', '"', '(', ')', '[', ']', '«', '»', '‹', '›', '“', '”', '„', '‟', '¿', '¡', '…', '。',
    '、',
];
/// The characters that people type for an apostrophe.
const APOSTROPHES: &[char] = &['\'', '’', '‘', '‛', 'ʼ', 'ʹ', '´', '`', '′', '＇'];

/// The normalised form of an answer: answers that count as the same have one.
///
/// Compatible forms are unified (NFKD), without accents, in lower case, without spaces and apostrophes, with
/// digits of every script as 0 to 9, and without punctuation at the ends.
pub(crate) fn normalized(text: &str) -> String {
    // Before NFKD, which makes a space and a mark of some of them.
    let text: String = text.chars().filter(|c| !APOSTROPHES.contains(c)).collect();
    // Joiners and selectors only affect how letters are drawn.
    let is_drawing = |c: &char| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}');
    let is_kept = |c: &char| !c.is_whitespace() && !is_invisible(*c) && !is_drawing(c);
    let text: String = plain(&text).chars().filter(is_kept).map(to_ascii_digit).collect();
    let trimmed = text.trim_matches(ENDS);
    if trimmed.is_empty() { text } else { trimmed.to_owned() }
}

/// The text with accented letters as people type them on other keyboards: `Koeln`, `Aarhus`, `Malmoe`.
/// ([`normalized`] would make `Koln`.)
pub(crate) fn transcribed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut transcribed = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            'ä' | 'Ä' => transcribed.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => transcribed.push_str("oe"),
            'ü' | 'Ü' => transcribed.push_str("ue"),
            'å' | 'Å' => transcribed.push_str("aa"),
            'þ' | 'Þ' => transcribed.push_str("th"),
            c => transcribed.push(c),
        }
    }
    Cow::Owned(transcribed)
}

/// Maps a digit of any script to 0 to 9.
fn to_ascii_digit(c: char) -> char {
    digit(c).and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// The text without accents and in lower case.
pub(crate) fn plain(text: &str) -> String {
    let lower = text.nfkd().filter(|c| !is_accent(*c)).collect::<String>().to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    // The dot of a capital İ becomes a mark only here.
    for c in lower.chars().filter(|c| !is_accent(*c)) {
        match c {
            // Letters that Unicode does not decompose, in the usual transcription.
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'ς' => plain.push('σ'),
            _ => plain.push(c),
        }
    }
    plain
}

/// Accents of Latin, Greek and Cyrillic letters, vowel points of Hebrew and Arabic. Not marks that are half a
/// letter elsewhere: without them か would be が, and most Hindi syllables one.
fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 10..=36 | 200..=240)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_leave_out_does_not_count() {
        for (typed, meant) in [
            ("  jupiter ", "Jupiter"),
            ("JUPITER!", "Jupiter"),
            ("¿Que?", "qué"),
            ("sao  paulo", "São Paulo"),
            ("Sao\u{A0}Paulo", "São Paulo"),
            ("strasse", "Straße"),
            ("oneill", "O’Neill"),
            ("O'Neill", "O´Neill"),
            ("„Faust“", "Faust"),
            ("Tromso", "Tromsø"),
            ("ｊｕｐｉｔｅｒ", "Jupiter"),
            ("cafe\u{301}", "café"),
            ("ΣΟΦΟΣ", "σοφός"),
            ("istanbul", "İSTANBUL"),
            ("ёлка", "елка"),
            ("H2O", "H₂O"),
            ("Newyork", "New York"),
            ("New\u{3000}York", "New York"),
            ("New\u{200B}York", "New York"),
            ("１９８９", "1989"),
            ("١٩٨٩", "1989"),
            ("१९८९", "1989"),
        ] {
            assert_eq!(normalized(typed), normalized(meant), "{typed:?} is {meant:?}");
        }
    }

    #[test]
    fn another_word_stays_another_word() {
        for (one, other) in [
            ("Jupiter", "Jupiter 2"),
            ("C", "C++"),
            ("C", "C#"),
            ("-5", "5"),
            ("か", "が"),
            ("की", "का"),
            ("!", "?"),
            ("Koeln", "Köln"),
        ] {
            assert_ne!(normalized(one), normalized(other), "{one:?} is not {other:?}");
        }
    }

    #[test]
    fn whoever_lacks_a_key_writes_two_letters() {
        for (typed, meant) in [("Koeln", "Köln"), ("KOELN", "KÖLN"), ("Aarhus", "Århus"), ("Koeln", "Ko\u{308}ln")] {
            assert_eq!(normalized(typed), normalized(&transcribed(meant)), "{typed:?} is {meant:?}");
        }
    }

    #[test]
    fn of_nothing_but_signs_something_is_left() {
        assert_eq!(normalized("?!"), "?!");
        assert_eq!(normalized(" ' "), "");
    }
}
