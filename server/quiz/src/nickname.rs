//! What a player may be called: something to read, nothing rude, and nobody's
//! double.
//!
//! Knows one name at a time. Who keeps a game's names keeps their [`skeleton`]s.

use protocol::{InvalidId, Name, limits};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection;

use crate::letters::{one_spaced, plain};
use crate::shuffle::Draws;
use crate::words::is_rude;

/// Marks on one letter, at most: more of them run into the lines around it.
const MARKS: usize = 3;

/// Why a nickname is not taken. Reads as a sentence for the player.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NicknameProblem {
    /// Nothing but spaces.
    #[error("Choose a nickname.")]
    Empty,
    /// Too much of it.
    #[error("A nickname has up to {} letters.", limits::NICKNAME_CHARS)]
    TooLong,
    /// Something that cannot be seen, or runs over what stands beside it.
    #[error("This nickname has a character that cannot be shown.")]
    Unprintable,
    /// Signs alone.
    #[error("A nickname needs a letter or a digit.")]
    NoLetter,
    /// A word of the list.
    #[error("This nickname is not for a classroom. Choose another one.")]
    Rude,
    /// Somebody has one that looks like it.
    #[error("Somebody in this game is called {name}. Try {free}.")]
    Taken {
        /// What was asked for.
        name: Name,
        /// What is free.
        free: Name,
    },
}

/// Checks a nickname and takes it, with one space for every run of them.
/// `filter`: rude words are refused.
///
/// # Errors
/// [`NicknameProblem`], but not [`NicknameProblem::Taken`]: only who knows the others can tell.
pub fn check(text: &str, filter: bool) -> Result<Name, NicknameProblem> {
    // Of a long text no more is looked at than is needed to see that it is long.
    let start: String = text.trim().chars().take(4 * limits::NICKNAME_CHARS).collect();
    let text = one_spaced(&start.nfc().collect::<String>());
    if text.is_empty() {
        return Err(NicknameProblem::Empty);
    }
    if text.chars().count() > limits::NICKNAME_CHARS {
        return Err(NicknameProblem::TooLong);
    }
    if text.chars().any(is_invisible) || has_heap_of_marks(&text) {
        return Err(NicknameProblem::Unprintable);
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(NicknameProblem::NoLetter);
    }
    if filter && is_rude(&text) {
        return Err(NicknameProblem::Rude);
    }
    Name::parse(&text).map_err(|problem| match problem {
        InvalidId::Empty(_) => NicknameProblem::Empty,
        InvalidId::TooLong(..) => NicknameProblem::TooLong,
        InvalidId::BadCharacter(_) => NicknameProblem::Unprintable,
    })
}

/// What a name looks like: two that could be taken for each other, whatever
/// their case, accents, spaces and alphabets, have one. To be compared, not shown.
pub fn skeleton(name: &Name) -> String {
    let bare: String = name.as_str().nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let alike: String = confusable_detection::skeleton(&bare).collect();
    // Whole alphabets have look-alikes in capitals alone. What can be read in
    // Latin is compared so; other names in their own letters.
    let is_latin = alike.chars().all(|c| c.is_ascii() || !c.is_alphabetic());
    let lower = plain(if is_latin { &alike } else { &bare });
    let alike = confusable_detection::skeleton(&lower).collect::<String>().to_lowercase();
    let is_kept = |c: &char| !c.is_whitespace() && !c.is_ascii_punctuation();
    let kept: String = alike.chars().map(|c| if c == 'i' { 'l' } else { c }).filter(is_kept).collect();
    if kept.is_empty() { alike } else { kept }
}

/// Other names for who wants one that is taken, the nicest first: Ada 2 and the
/// next few, then drawn numbers of more and more digits. They are few, so all of
/// them may be looked up; in a full game one of them is free all the same.
pub fn alternatives(name: &Name, seed: u64) -> impl Iterator<Item = Name> {
    let mut draws = Draws::new(seed);
    let drawn = [(3, 6, 99), (3, 100, 999), (4, 1_000, 99_999)];
    let drawn = drawn.into_iter().flat_map(|(times, from, to)| std::iter::repeat_n((from, to), times));
    let numbers = (2..=5).chain(drawn.map(move |(from, to)| from + draws.up_to(to - from)));
    numbers.filter_map(|number| numbered(name, number))
}

/// The name and a number, no longer than a nickname may be.
fn numbered(name: &Name, number: usize) -> Option<Name> {
    let number = format!(" {number}");
    let most = limits::NICKNAME_CHARS.saturating_sub(number.chars().count());
    let start: String = name.as_str().chars().take(most).collect();
    Name::parse(&format!("{}{number}", start.trim_end())).ok()
}

/// Controls, marks that turn the writing direction, and letters without a
/// picture. Not the two joiners, which Persian and families of emoji need.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether it would run into the lines around it.
pub(crate) fn has_heap_of_marks(text: &str) -> bool {
    let mut marks = 0;
    text.nfd().any(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks > MARKS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str) -> String {
        skeleton(&Name::parse(text).unwrap())
    }

    #[test]
    fn a_nickname_is_something_to_read() {
        let long = "x".repeat(limits::NICKNAME_CHARS + 1);
        let endless = " x".repeat(100_000);
        for (wanted, told) in [
            ("  Ada   Lovelace ", Ok("Ada Lovelace")),
            ("Zoe\u{308}", Ok("Zoë")),
            ("نور الهدى", Ok("نور الهدى")),
            ("7", Ok("7")),
            ("Ada 🐱", Ok("Ada 🐱")),
            (" \t ", Err(NicknameProblem::Empty)),
            (&long, Err(NicknameProblem::TooLong)),
            (&endless, Err(NicknameProblem::TooLong)),
            ("Ada\u{202E}", Err(NicknameProblem::Unprintable)),
            ("A\u{200B}da", Err(NicknameProblem::Unprintable)),
            ("a\u{327}\u{301}\u{302}\u{303}\u{304}", Err(NicknameProblem::Unprintable)),
            ("\u{3164}", Err(NicknameProblem::Unprintable)),
            ("...", Err(NicknameProblem::NoLetter)),
            ("🐱", Err(NicknameProblem::NoLetter)),
            ("sh1t", Err(NicknameProblem::Rude)),
        ] {
            assert_eq!(check(wanted, true).as_ref().map(Name::as_str), told.as_ref().map(|name| *name), "{wanted:?}");
        }
        assert!(check("sh1t", false).is_ok(), "the host has switched the filter off");
    }

    #[test]
    fn nobody_has_a_double() {
        for double in ["ada", "ADA", "Áda", "A d a", "Аdа", "𝐀𝐝𝐚", "A.D.A.", "Ad\u{200D}a", "АDА"] {
            assert_eq!(like("Ada"), like(double), "{double}");
        }
        for (one, other) in [("Ilia", "llia"), ("Bob", "Вob"), ("Otto", "0tto"), ("Ваня", "ВАНЯ"), ("Σοφία", "ΣΟΦΊΑ")]
        {
            assert_eq!(like(one), like(other), "{one} and {other}");
        }
        for (one, other) in [("Ada", "Adam"), ("Ada 🐱", "Ada 🐶"), ("Ada 2", "Ada 3"), ("小明", "小紅"), ("!", "?")]
        {
            assert_ne!(like(one), like(other), "{one} and {other}");
        }
    }

    #[test]
    fn every_letter_looks_like_itself_in_capitals() {
        for letter in 'a'..='z' {
            assert_eq!(like(&letter.to_string()), like(&letter.to_uppercase().to_string()), "{letter}");
        }
    }

    #[test]
    fn who_comes_second_is_offered_a_number() {
        let ada = Name::parse("Ada").unwrap();
        let offered: Vec<_> = alternatives(&ada, 7).map(|name| name.to_string()).collect();
        assert_eq!(offered[..4], ["Ada 2", "Ada 3", "Ada 4", "Ada 5"]);
        assert_eq!(offered.len(), 14, "few enough to look all of them up");
        let long = Name::parse("Ada Lovelace the 1st").unwrap();
        assert_eq!(alternatives(&long, 7).next().unwrap().as_str(), "Ada Lovelace the 1 2");
        assert!(alternatives(&long, 7).all(|name| name.as_str().chars().count() <= limits::NICKNAME_CHARS));
        let told = NicknameProblem::Taken { name: ada.clone(), free: alternatives(&ada, 7).next().unwrap() };
        assert_eq!(told.to_string(), "Somebody in this game is called Ada. Try Ada 2.");
    }

    #[test]
    fn in_a_full_game_of_one_name_there_is_still_a_free_one() {
        let ada = Name::parse("Ada").unwrap();
        let taken: std::collections::HashSet<_> = (2..=limits::PLAYERS).map(|number| format!("Ada {number}")).collect();
        let is_free = |seed| alternatives(&ada, seed).any(|name| !taken.contains(name.as_str()));
        assert!((0..1_000).all(is_free));
    }
}
