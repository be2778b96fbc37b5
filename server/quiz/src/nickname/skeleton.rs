//! The skeleton of a name: what it looks like.

use protocol::Name;
use protocol::text::is_attached;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection;

use crate::normalize::plain;

/// The skeleton of a name: names that could be taken for each other, whatever their case, accents, spaces and
/// alphabets, have the same. To be compared, not shown.
///
/// Latin letters are distinguished as readers do: Ian is not Lan, and Marnie not Mamie. Vowels and other
/// marks that make another letter count.
pub fn skeleton(name: &Name) -> String {
    let name = name.as_str();
    if name.is_ascii() {
        return without_signs(&name.to_ascii_lowercase());
    }
    let bare = bare(name);
    let alike: String = bare.chars().flat_map(prototype).collect();
    // Whole alphabets have look-alikes in capitals only. A name that can be read as Latin is compared so;
    // others in their own letters.
    let is_latin = alike.chars().all(|c| c.is_ascii() || !c.is_alphabetic());
    let lower = plain(if is_latin { &alike } else { &bare });
    let alike: String = lower.chars().flat_map(prototype).collect();
    without_signs(&alike.to_lowercase())
}

/// The name with compatible forms unified, without marks that are only accents.
fn bare(name: &str) -> String {
    let mut bare = String::with_capacity(name.len());
    let mut has_own_marks = false;
    for c in name.nfkd().filter(|c| !is_attached(*c)) {
        let is_mark = is_combining_mark(c);
        if !is_mark {
            has_own_marks = !is_whole_without_marks(c.script());
        }
        if !is_mark || has_own_marks {
            bare.push(c);
        }
    }
    bare
}

/// Whether names of a script are readable without accents or vowel points.
fn is_whole_without_marks(script: Script) -> bool {
    matches!(
        script,
        Script::Latin
            | Script::Greek
            | Script::Cyrillic
            | Script::Armenian
            | Script::Hebrew
            | Script::Arabic
            | Script::Common
            | Script::Inherited
    )
}

/// Whether a script's letters are taken for Latin ones. A Hebrew vav is a stroke as an l is, but nobody takes
/// one for the other, nor for a final nun.
fn passes_for_latin(script: Script) -> bool {
    matches!(
        script,
        Script::Latin
            | Script::Greek
            | Script::Cyrillic
            | Script::Armenian
            | Script::Cherokee
            | Script::Coptic
            | Script::Lisu
            | Script::Common
            | Script::Inherited
    )
}

/// The prototype of a character (Unicode TR 39); ASCII maps to itself.
fn prototype(c: char) -> impl Iterator<Item = char> {
    let mut prototype = String::new();
    if !c.is_ascii() {
        let all = confusable_detection::skeleton(c.encode_utf8(&mut [0; 4])).collect::<String>();
        prototype = all.chars().filter(|part| is_combining_mark(c) || !is_combining_mark(*part)).collect();
        if prototype.is_ascii() && !passes_for_latin(c.script()) {
            prototype.clear();
        }
    }
    match prototype.as_str() {
        "" => prototype.push(c),
        // In those data, m maps to rn, and capital I to l.
        "rn" => prototype = "m".into(),
        "l" if c.is_uppercase() => prototype = "i".into(),
        _ => {}
    }
    prototype.chars().collect::<Vec<_>>().into_iter()
}

/// Removes spaces and signs, unless nothing is left; replaces digits by the letters that they are typed for.
fn without_signs(lower: &str) -> String {
    let is_kept = |c: &char| !c.is_whitespace() && !c.is_ascii_punctuation();
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'l',
        c => c,
    };
    let kept: String = lower.chars().filter(is_kept).map(letter).collect();
    if kept.is_empty() { lower.to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str) -> String {
        skeleton(&Name::parse(text).unwrap())
    }

    #[test]
    fn nobody_has_a_double() {
        let doubles = [
            "ada",
            "ADA",
            "Áda",
            "A d a",
            "Аdа",
            "𝐀𝐝𝐚",
            "Ａｄａ",
            "A.D.A.",
            "Ad\u{200B}a",
            "Ad\u{200D}a",
            "АDА",
            "A\u{335}da",
        ];
        for double in doubles {
            assert_eq!(like("Ada"), like(double), "{double}");
        }
        for (one, other) in [
            ("Bob", "Вob"),
            ("Otto", "0tto"),
            ("Ian", "Іan"),
            ("Ian", "іan"),
            ("Ваня", "ВАНЯ"),
            ("Ваня", "Вaня"),
            ("Σοφία", "ΣΟΦΊΑ"),
            ("أحمد", "احمد"),
            ("が", "か\u{3099}"),
            ("می\u{200C}نا", "مینا"),
            ("Ada ❤", "Ada ❤\u{FE0F}"),
        ] {
            assert_eq!(like(one), like(other), "{one} and {other}");
        }
    }

    #[test]
    fn another_name_is_no_double() {
        for (one, other) in [
            ("Ada", "Adam"),
            ("Ada 🐱", "Ada 🐶"),
            ("Ada 2", "Ada 3"),
            ("小明", "小紅"),
            ("!", "?"),
            ("मीना", "मोना"),
            ("かな", "がな"),
            ("ハナ", "バナ"),
            ("Ian", "Lan"),
            ("Ivy", "Lvy"),
            ("Marnie", "Mamie"),
            ("דן", "דו"),
            ("กา", "กี"),
            ("ကို", "ကု"),
            ("미나", "모나"),
        ] {
            assert_ne!(like(one), like(other), "{one} and {other}");
        }
    }

    #[test]
    fn every_letter_looks_like_itself_in_capitals() {
        for letter in 'a'..='z' {
            assert_eq!(like(&letter.to_string()), like(&letter.to_uppercase().to_string()), "{letter}");
        }
    }
}
