//! The name of a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::InvalidId;
use crate::limits;
use crate::text::{Shape, clean, shown};

const WHAT: &str = "a name";
/// The longest text that can be a name, in bytes: one in the widest letters, with room
/// for what cleaning removes.
const LOOKED_AT: usize = 16 * limits::NAME_CHARS;
/// The name of somebody whose stored name cannot be shown any more.
const NAMELESS: &str = "Nameless";

/// The name of a person: 1 to 32 characters, cleaned. Not unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Checks a name and [cleans](clean) it.
    ///
    /// # Errors [`InvalidId`] where nothing of it can be seen, or it is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if text.len() > LOOKED_AT {
            return Err(InvalidId::TooLong(WHAT, limits::NAME_CHARS));
        }
        let text = clean(text, Shape::Line);
        match text.chars().count() {
            0 => Err(InvalidId::Empty(WHAT)),
            1..=limits::NAME_CHARS => Ok(Self(text.into_owned())),
            _ => Err(InvalidId::TooLong(WHAT, limits::NAME_CHARS)),
        }
    }

    /// The cleaned text, from one visible character to [`limits::NAME_CHARS`] of them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A stored name, perhaps from an earlier rule: as much of it as may be shown.
impl From<String> for Name {
    fn from(kept: String) -> Self {
        let shown = shown(&kept, Shape::Line, limits::NAME_CHARS);
        Self(if shown.is_empty() { NAMELESS.to_owned() } else { shown.into_owned() })
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        for (typed, name) in [
            ("نور الهدى", "نور الهدى"),
            ("  Ada   Lovelace ", "Ada Lovelace"),
            ("evil\u{202E}name", "evilname"),
            ("line\nbreak", "line break"),
            ("Jose\u{301}", "José"),
        ] {
            assert_eq!(Name::parse(typed).unwrap().as_str(), name, "{typed:?}");
        }
        assert!(Name::parse(&"ä".repeat(limits::NAME_CHARS)).is_ok(), "characters are counted, not bytes");
    }

    #[test]
    fn nobody_is_called_nothing_or_has_an_endless_name() {
        for nothing in ["", " \t", "\u{3164}", "\u{200B}\u{2800}", "\u{301}", "\0", "\u{FE0F}"] {
            assert_eq!(Name::parse(nothing), Err(InvalidId::Empty(WHAT)), "{nothing:?}");
        }
        for endless in ["W".repeat(limits::NAME_CHARS + 1), " x".repeat(100_000)] {
            assert_eq!(Name::parse(&endless), Err(InvalidId::TooLong(WHAT, limits::NAME_CHARS)));
        }
    }

    #[test]
    fn a_name_that_was_kept_is_shown_as_far_as_it_can_be() {
        assert_eq!(Name::from("A\u{200B}na\0".to_owned()).as_str(), "Ana");
        assert_eq!(Name::from("\u{3164}".to_owned()).as_str(), "Nameless");
        assert_eq!(Name::from("W".repeat(60_000)).as_str(), "W".repeat(limits::NAME_CHARS));
    }
}
