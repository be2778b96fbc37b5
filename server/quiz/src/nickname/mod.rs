//! The rules for nicknames: readable, not rude, and unlike the others in the game.
//!
//! Knows one name at a time. The game's store compares [`skeleton`]s.

use protocol::text::{Shape, clean, too_long};
use protocol::{InvalidId, Name, limits};

use crate::profanity::is_rude;
use crate::shuffle::SplitMix64;

mod skeleton;

pub use skeleton::skeleton;

/// Why a nickname is refused. Reads as a sentence for the player.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NicknameProblem {
    /// Nothing in it can be seen.
    #[error("Choose a nickname.")]
    Empty,
    /// It has too many characters, this many.
    #[error("{} Shorten it.", too_long(*.0, limits::NICKNAME_CHARS))]
    TooLong(usize),
    /// It has signs only, no letter or digit.
    #[error("A nickname needs a letter or a digit.")]
    NoLetter,
    /// It contains a word of the list.
    #[error("This nickname is not for a classroom. Choose another one.")]
    Rude,
    /// Another player has it, or one that looks the same.
    #[error("Somebody in this game is called {name}. Try {free}.")]
    Taken {
        /// The name that was asked for.
        name: Name,
        /// A name like it that nobody in the game has.
        free: Name,
    },
}

/// Checks and cleans a nickname. `filter`: rude words are refused.
///
/// # Errors [`NicknameProblem`], but not [`NicknameProblem::Taken`]: other names are not known here.
pub fn check(text: &str, filter: bool) -> Result<Name, NicknameProblem> {
    let name = Name::parse(text).map_err(|problem| match problem {
        InvalidId::TooLong(..) => NicknameProblem::TooLong(clean(text, Shape::Line).chars().count()),
        _ => NicknameProblem::Empty,
    })?;
    let count = name.as_str().chars().count();
    if count > limits::NICKNAME_CHARS {
        return Err(NicknameProblem::TooLong(count));
    }
    if !name.as_str().chars().any(char::is_alphanumeric) {
        return Err(NicknameProblem::NoLetter);
    }
    if filter && is_rude(name.as_str()) {
        return Err(NicknameProblem::Rude);
    }
    Ok(name)
}

/// Alternatives for a name that is taken, the nicest first: Ada 2 and the next few, then random numbers of
/// more and more digits. They are few, so that all of them can be looked up; even in a full game one
/// of them is free.
pub fn alternatives(name: &Name, seed: u64) -> impl Iterator<Item = Name> {
    let mut draws = SplitMix64::new(seed);
    let drawn = [(3, 6, 99), (3, 100, 999), (4, 1_000, 99_999)];
    let drawn = drawn.into_iter().flat_map(|(times, from, to)| std::iter::repeat_n((from, to), times));
    let numbers = (2..=5).chain(drawn.map(move |(from, to)| from + draws.up_to(to - from)));
    numbers.filter_map(|number| numbered(name, number))
}

/// The name with a number, no longer than a nickname may be.
fn numbered(name: &Name, number: usize) -> Option<Name> {
    let number = format!(" {number}");
    let most = limits::NICKNAME_CHARS.saturating_sub(number.chars().count());
    let start: String = name.as_str().chars().take(most).collect();
    Name::parse(&format!("{}{number}", start.trim_end())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (&long, Err(NicknameProblem::TooLong(limits::NICKNAME_CHARS + 1))),
            (&endless, Err(NicknameProblem::TooLong(199_999))),
            ("Ada\u{202E}", Ok("Ada")),
            ("A\u{200B}da", Ok("Ada")),
            ("a\u{302}\u{303}\u{304}\u{309}\u{30A}", Ok("ẫ\u{304}")),
            ("می\u{200C}نا", Ok("می\u{200C}نا")),
            ("मीना", Ok("मीना")),
            ("\u{3164}", Err(NicknameProblem::Empty)),
            ("...", Err(NicknameProblem::NoLetter)),
            ("🐱", Err(NicknameProblem::NoLetter)),
            ("sh1t", Err(NicknameProblem::Rude)),
        ] {
            assert_eq!(check(wanted, true).as_ref().map(Name::as_str), told.as_ref().map(|name| *name), "{wanted:?}");
        }
        assert!(check("sh1t", false).is_ok(), "the host has switched the filter off");
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
