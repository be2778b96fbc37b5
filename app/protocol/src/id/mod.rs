//! Ids and names, each a type of its own that is checked once where it enters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits;

mod name;
mod room;

pub use name::Name;
pub use room::{RoomId, RoomKind};

/// Why a text is not a valid id or name; the text names the kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Nothing is left without the spaces around it.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// It has more characters than allowed.
    #[error("{0} has more than {1} characters")]
    TooLong(&'static str, usize),
    /// A character that is not allowed in this kind of id.
    #[error("{0} has a character that is not allowed")]
    BadCharacter(&'static str),
    /// Only dots, which mean another folder in an address.
    #[error("{0} cannot be dots alone")]
    Dots(&'static str),
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text`, without the spaces around it.
            ///
            /// # Errors [`InvalidId`] says what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                check(text, $what, $max, $allowed).map(Self)
            }

            /// The text as it was checked, without the spaces around it; never empty.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// The id of a person, the same in every tab and on every node.
    UserId, "a user id", limits::USER_ID_CHARS,
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
text_id!(
    /// The id of a message, chosen by its sender, so that a resend is recognised.
    MessageId, "a message id", limits::MESSAGE_ID_CHARS,
    |c| c.is_ascii_graphic()
);
text_id!(
    /// A token that proves a session, for programs without cookies. It is as good as a password: it is sent
    /// in frames alone, never in an address.
    SessionToken, "a session token", limits::SESSION_TOKEN_CHARS,
    |c| c.is_ascii_graphic()
);
text_id!(
    /// The name of one life of a log: another one means that entries may be lost.
    Epoch, "an epoch", limits::EPOCH_CHARS,
    |c| c.is_ascii_alphanumeric()
);

text_id!(
    /// The id of a stored quiz.
    QuizId, "a quiz id", limits::USER_ID_CHARS,
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
text_id!(
    /// The id of a game's stored results.
    ResultsId, "a results id", limits::USER_ID_CHARS,
    |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
text_id!(
    /// The id of a host who was added by a code.
    HostId, "a host id", limits::USER_ID_CHARS,
    |c| c.is_ascii_alphanumeric()
);
text_id!(
    /// The id of a picture: the digest of its bytes, and the kind of file, such as `3f0a….png`.
    PictureId, "a picture id", limits::PICTURE_ID_CHARS,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.'
);

/// The PIN that a class types to enter a game: six digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pin(String);

impl Pin {
    /// Parses `482915`, and `482 915` too.
    ///
    /// # Errors [`InvalidId`] for anything but six digits.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match digits.len() {
            0 => Err(InvalidId::Empty("a PIN")),
            limits::PIN_DIGITS if digits.bytes().all(|digit| digit.is_ascii_digit()) => Ok(Self(digits)),
            _ => Err(InvalidId::BadCharacter("a PIN")),
        }
    }

    /// The six digits, without spaces, as frames and addresses have them.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The PIN as it is read aloud: `482 915`.
    pub fn spaced(&self) -> String {
        let (first, last) = self.0.split_at(limits::PIN_DIGITS / 2);
        format!("{first} {last}")
    }

    /// A room id that stands for the game in frames with a room. Nobody chats there.
    pub fn room(&self) -> RoomId {
        // Digits after a plain word are a valid id.
        RoomId::parse(&format!("{}{}", Self::ROOM, self.0)).unwrap_or_else(|_| unreachable!("a PIN names a room"))
    }

    const ROOM: &'static str = "game-";
}

impl TryFrom<String> for Pin {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.0
    }
}

impl std::str::FromStr for Pin {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl QuizId {
    /// The beginning of the ids of samples.
    pub const SAMPLE: &str = "sample-";

    /// Whether it is a sample: everybody can start and copy it, nobody can change it.
    pub fn is_sample(&self) -> bool {
        self.0.starts_with(Self::SAMPLE)
    }
}

fn check(text: &str, what: &'static str, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, InvalidId> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidId::Empty(what));
    }
    if text.chars().count() > max {
        return Err(InvalidId::TooLong(what, max));
    }
    if !text.chars().all(allowed) {
        return Err(InvalidId::BadCharacter(what));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lose_the_spaces_around_them_and_are_neither_empty_nor_endless() {
        assert_eq!(UserId::parse("  u1 ").unwrap().as_str(), "u1");
        assert_eq!(UserId::parse("   "), Err(InvalidId::Empty("a user id")));
        assert_eq!(UserId::parse(&"x".repeat(33)), Err(InvalidId::TooLong("a user id", 32)));
        assert_eq!(UserId::parse("ü"), Err(InvalidId::BadCharacter("a user id")));
    }

    #[test]
    fn a_pin_is_six_digits_however_they_are_spaced() {
        assert_eq!(Pin::parse(" 482 915").unwrap().as_str(), "482915");
        assert_eq!(Pin::parse("482915").unwrap().spaced(), "482 915");
        for wrong in ["", "48291", "4829151", "48291x", "４８２９１５"] {
            assert!(Pin::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
