//! Decodes the bytes of a text, however old the program that wrote it.
//!
//! UTF-8 and UTF-16 can be recognised. Of the few older encodings of spreadsheets, the one in which the
//! letters make words is chosen, and the user is told which; if none makes words, the file is refused.

use std::borrow::Cow;

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

use super::NotAQuiz;

/// Encodings without a mark, the likeliest first, with their names for people.
const OLD: [(&Encoding, &str); 4] = [
    (WINDOWS_1252, "Windows-1252"),
    (MACINTOSH, "Mac Roman"),
    (WINDOWS_1250, "Windows-1250"),
    (WINDOWS_1251, "Windows-1251"),
];
/// How many bytes are looked at to find the encoding.
const LOOKED_AT: usize = 64 * 1024;
/// Letters that western texts have beside ASCII, and letters of rarer or other alphabets.
const ACCENTED: &str = "äöüßÄÖÜéèêëàâáãåçñíîïóôõøúûÉÈÀÁÂÅÇÑÍÓØÚ";
const RARE: &str = "œæÆìòùýÿąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČŘŠŽőűŐŰșțăÎ";
/// Signs that are beside words, not in them.
const SIGNS: &str = "“”„‘’‚«»‹›–—…€£°§·•¿¡©®™²³µ½¼¾×÷±\u{A0}";

/// A decoded text, and how its encoding was found.
pub(super) struct Decoded {
    pub(super) text: String,
    /// The encoding that was chosen by the words, if it was.
    guessed_encoding: Option<&'static str>,
}

impl Decoded {
    /// A note for the user about the choice.
    pub(super) fn note(&self) -> Option<String> {
        let name = self.guessed_encoding?;
        Some(format!("The letters were read as {name}. If some look wrong, save the file as UTF-8."))
    }
}

/// Decodes a text, and unifies its line ends.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, NotAQuiz> {
    let (encoding, mark) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (UTF_8, 3),
        [0xFF, 0xFE, ..] => (UTF_16LE, 2),
        [0xFE, 0xFF, ..] => (UTF_16BE, 2),
        _ if has_zeros_at(bytes, 1) => (UTF_16LE, 0),
        _ if has_zeros_at(bytes, 0) => (UTF_16BE, 0),
        _ if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        _ => return decode_old(bytes),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
    Ok(Decoded { text: clean(&text), guessed_encoding: None })
}

/// Whether nearly every second byte is a zero, as in UTF-16 of ASCII letters.
fn has_zeros_at(bytes: &[u8], first: usize) -> bool {
    let bytes = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let zeros = bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let others = bytes.iter().skip(1 - first).step_by(2).filter(|byte| **byte == 0).count();
    bytes.len() >= 4 && zeros * 4 >= bytes.len() && others * 8 < zeros
}

fn decode_old(bytes: &[u8]) -> Result<Decoded, NotAQuiz> {
    let start = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let scored = OLD.map(|(encoding, name)| (score(&encoding.decode_without_bom_handling(start).0), encoding, name));
    // Of equal scores the likeliest encoding wins.
    let best = scored.into_iter().rev().max_by_key(|(score, ..)| *score);
    match best {
        Some((score, encoding, name)) if score >= 0 => {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            Ok(Decoded { text: clean(&text), guessed_encoding: Some(name) })
        }
        _ => Err(NotAQuiz::because(
            "The letters of this file cannot be told. Save it as “CSV UTF-8”, or as an Excel workbook.",
        )),
    }
}

/// How much a text looks like words: below 0, not at all.
fn score(text: &str) -> i64 {
    let mut score = 0;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied().unwrap_or(' ');
        if !letter.is_ascii() {
            score += score_of(before, letter, after);
        }
        before = letter;
    }
    score
}

fn score_of(before: char, letter: char, after: char) -> i64 {
    let is_cyrillic = |letter: char| ('\u{400}'..='\u{45F}').contains(&letter);
    let is_inside = before.is_alphabetic() && after.is_alphabetic();
    // As in `GrŠße`: a capital within a word.
    let is_odd = letter.is_uppercase() && before.is_lowercase() || letter.is_lowercase() && after.is_uppercase();
    // As in `Êàêàÿ`: words of western languages hardly have three accents in a row.
    let is_accented = |other: char| !other.is_ascii() && other.is_alphabetic();
    let has_run = is_accented(before) && is_accented(after);
    match letter {
        _ if letter.is_control() || letter == '\u{FFFD}' => -5,
        _ if is_odd => -4,
        // No word has letters of both alphabets.
        _ if is_cyrillic(letter) && (before.is_ascii_alphabetic() || after.is_ascii_alphabetic()) => -4,
        _ if is_cyrillic(letter) => i64::from(is_cyrillic(before) || is_cyrillic(after)) * 3 - 1,
        _ if has_run && letter.is_alphabetic() => -1,
        _ if ACCENTED.contains(letter) => 2,
        _ if RARE.contains(letter) || letter == '’' => 1,
        _ if is_inside => -4,
        _ if SIGNS.contains(letter) => 1,
        _ if letter.is_alphabetic() => -1,
        _ => -4,
    }
}

/// Unifies line ends, and removes zero bytes.
fn clean(text: &str) -> String {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    // Copies only for a kind that occurs: a text may be large.
    let mut text = Cow::Borrowed(text);
    for (end, one) in [("\r\n", "\n"), ("\r", "\n"), ("\0", "")] {
        if text.contains(end) {
            text = Cow::Owned(text.replace(end, one));
        }
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, Option<&'static str>) {
        let decoded = decode(bytes).unwrap();
        (decoded.text, decoded.guessed_encoding)
    }

    #[test]
    fn old_programs_letters_are_told_by_the_words_they_make() {
        for (text, encoding, name) in [
            ("Größe, Fußball, Übung", WINDOWS_1252, "Windows-1252"),
            ("Größe, Fußball, Übung", MACINTOSH, "Mac Roman"),
            ("Où est l’été à Genève ?", WINDOWS_1252, "Windows-1252"),
            ("Où est l’été à Genève ?", MACINTOSH, "Mac Roman"),
            ("Wo ist „München“ – dort?", MACINTOSH, "Mac Roman"),
            ("¿Qué año fue España…?", WINDOWS_1252, "Windows-1252"),
            ("Żółć i gęś, święta", WINDOWS_1250, "Windows-1250"),
            ("Какая планета самая большая?", WINDOWS_1251, "Windows-1251"),
        ] {
            let bytes = encoding.encode(text).0;
            assert_eq!(decoded(&bytes), (text.to_owned(), Some(name)), "{text} in {name}");
        }
    }

    #[test]
    fn what_says_what_it_is_is_believed() {
        let utf_16 = |text: &str, mark: &str| {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            let little = units.iter().copied().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            [little, units.iter().copied().flat_map(u16::to_be_bytes).collect()]
        };
        for mark in ["\u{FEFF}", ""] {
            for bytes in utf_16("Question;Größe 2", mark) {
                assert_eq!(decoded(&bytes), ("Question;Größe 2".to_owned(), None));
            }
        }
        assert_eq!(decoded("\u{FEFF}Größe\r\nb\rc".as_bytes()).0, "Größe\nb\nc");
        assert_eq!(decoded("a\0b".as_bytes()).0, "ab");
    }

    #[test]
    fn letters_that_nobody_can_tell_are_refused() {
        let noise: Vec<u8> = b"a\x81b\x8Dc\x90d\x9De\xADf".repeat(20);
        assert!(decode(&noise).is_err_and(|why| why.0.contains("cannot be told")));
    }
}
