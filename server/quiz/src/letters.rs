//! Texts without what people leave out when they type: accents, case, spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Taken away at both ends of an answer. No signs among them that make another
/// word: `C` is not `C++` and not `C#`.
const ENDS: &[char] = &[
    '.', ',', ';', ':', '!', '?', '"', '(', ')', '[', ']', '«', '»', '‹', '›', '“', '”', '„', '‟', '¿', '¡', '…', '。',
    '、',
];
/// What people type for an apostrophe.
const APOSTROPHES: &[char] = &['\'', '’', '‘', '‛', 'ʼ', 'ʹ', '´', '`', '′', '＇'];

/// What an answer comes down to: two that count as the same have one.
///
/// Compatible forms are one (NFKD), without accents, in lower case, with one
/// space for every run of them, without apostrophes, and without punctuation
/// at the ends.
pub(crate) fn essence(text: &str) -> String {
    // Before NFKD, which makes a space and a mark of some of them.
    let text: String = text.chars().filter(|c| !APOSTROPHES.contains(c)).collect();
    let text = one_spaced(&plain(&text));
    let trimmed = text.trim_matches(|c: char| ENDS.contains(&c) || c == ' ');
    if trimmed.is_empty() { text } else { trimmed.to_owned() }
}

/// Without accents and in lower case.
pub(crate) fn plain(text: &str) -> String {
    let lower = text.nfkd().filter(|c| !is_accent(*c)).collect::<String>().to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    // A capital İ has its dot only now.
    for c in lower.chars().filter(|c| !is_accent(*c)) {
        match c {
            // Letters that Unicode does not take apart, as people do who lack them.
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

/// One space for every run of them, none around.
pub(crate) fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic
/// ones. Not the marks that are half a letter elsewhere: without them か would
/// be が, and most Hindi syllables one.
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
        ] {
            assert_eq!(essence(typed), essence(meant), "{typed:?} is {meant:?}");
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
            ("NewYork", "New York"),
        ] {
            assert_ne!(essence(one), essence(other), "{one:?} is not {other:?}");
        }
    }

    #[test]
    fn of_nothing_but_signs_something_is_left() {
        assert_eq!(essence("?!"), "?!");
        assert_eq!(essence(" ' "), "");
    }
}
