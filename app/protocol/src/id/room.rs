//! One id for each room, however it is typed, linked or sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InvalidId, Pin};
use crate::limits;

const WHAT: &str = "a room id";
/// The longest text that can be an id, in bytes: one in the widest letters, with room for what is removed.
const LOOKED_AT: usize = 16 * limits::ROOM_ID_CHARS;

/// How the id of a class's room begins. `retention/embedded.rs` of the server has it in SQL, too.
const CLASS: &str = "class~";
/// Stands between the PIN and the game's id; neither contains it.
const AFTER_PIN: char = '~';

/// Who a room belongs to, and so who decides whether somebody may enter it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomKind {
    /// A room that people open and name.
    Open,
    /// The chat of a class, which comes and goes with its game. Ids of this kind are reserved: nobody opens such a
    /// room, and whether somebody may enter it is for its game to say.
    Class,
}

/// The id of a room: 1 to 64 characters, shown in its address `/rooms/{id}`. Its form says what
/// [kind](RoomId::kind) the room is of.
///
/// `Staff Room`, ` staff  room` and `STAFF/ROOM` are `staff-room`: cleaned, in lower case and NFC, with a
/// hyphen for every run of white space, slashes and hyphens, and none around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomId(String);

impl RoomId {
    /// The room that people mean by `text`: its title, its id in any spelling, or the decoded
    /// part of its address.
    ///
    /// # Errors [`InvalidId`] says why there is no such room. Only dots are refused: an
    /// address that ends in them leads elsewhere.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if text.len() > LOOKED_AT {
            return Err(InvalidId::TooLong(WHAT, limits::ROOM_ID_CHARS));
        }
        let id = if is_plain(text) { text.to_owned() } else { spelling::canonical(text) };
        if id.is_empty() {
            return Err(InvalidId::Empty(WHAT));
        }
        if id.chars().count() > limits::ROOM_ID_CHARS {
            return Err(InvalidId::TooLong(WHAT, limits::ROOM_ID_CHARS));
        }
        if id.chars().all(|c| c == '.') {
            return Err(InvalidId::Dots(WHAT));
        }
        Ok(Self(id))
    }

    /// The room of a stored id; `None` if it is not in canonical form.
    pub fn parse_canonical(text: &str) -> Option<Self> {
        Self::parse(text).ok().filter(|room| room.0 == text)
    }

    /// The room of the class that plays under `pin`; `game` is the game's id, because the next game under this
    /// PIN has another room.
    ///
    /// # Errors [`InvalidId`], as [`Self::parse`]: the game's id is no part of a room's.
    pub fn of_class(pin: &Pin, game: &str) -> Result<Self, InvalidId> {
        Self::parse(&format!("{CLASS}{pin}{AFTER_PIN}{game}"))
    }

    /// Whether people opened the room, or a game has it.
    pub fn kind(&self) -> RoomKind {
        if self.0.starts_with(CLASS) { RoomKind::Class } else { RoomKind::Open }
    }

    /// The PIN and the id of a class's game; `None` for a room of another kind, and for an id that is not exactly
    /// as [`Self::of_class`] makes it.
    pub fn class_game(&self) -> Option<(Pin, &str)> {
        let (pin, game) = self.0.strip_prefix(CLASS)?.split_once(AFTER_PIN)?;
        let pin = Pin::parse(pin).ok()?;
        let is_spelled_so = !game.is_empty() && Self::of_class(&pin, game).as_ref() == Ok(self);
        is_spelled_so.then_some((pin, game))
    }

    /// The id in canonical form, which is the same for every spelling of the room.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the room's page, safe in a link.
    pub fn path(&self) -> String {
        let mut path = String::from("/rooms/");
        for byte in self.0.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path.push(byte as char),
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
        path
    }
}

/// Whether a text is an id already, as most are that programs send.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':'))
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

#[cfg(not(target_family = "wasm"))]
mod spelling {
    use unicode_normalization::UnicodeNormalization;

    use crate::text::{Shape, clean, is_attached};

    /// How many passes are tried until the form is stable.
    const PASSES: usize = 8;

    /// The canonical form of an id.
    pub(super) fn canonical(text: &str) -> String {
        let mut id = respelled(text);
        // The rest may be empty by itself, such as a mark whose letter was a slash.
        for _ in 1..PASSES {
            let again = respelled(&id);
            if again == id {
                break;
            }
            id = again;
        }
        id
    }

    fn respelled(text: &str) -> String {
        let text = clean(text, Shape::Line);
        // Lower case may be decomposed.
        let lower = text.chars().filter(|c| !is_attached(*c)).collect::<String>().to_lowercase();
        let lower: String = lower.nfc().collect();
        let words = lower.split(|c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '-'));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    }
}

/// Pages get ids that their server has already normalised.
#[cfg(target_family = "wasm")]
mod spelling {
    pub(super) fn canonical(text: &str) -> String {
        text.to_owned()
    }
}

impl TryFrom<String> for RoomId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<RoomId> for String {
    fn from(room: RoomId) -> Self {
        room.0
    }
}

impl std::str::FromStr for RoomId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> String {
        RoomId::parse(text).unwrap().to_string()
    }

    #[test]
    fn a_room_has_one_id_however_it_is_written() {
        for (one, others) in [
            (
                "staff-room",
                &[
                    "Staff Room",
                    "STAFF ROOM",
                    " staff  room ",
                    "staff/room",
                    "Staff\u{A0}Room",
                    "-staff--room-",
                    "staff\u{200B} room",
                ][..],
            ),
            ("café", &["Cafe\u{301}", "CAFÉ"]),
            ("riverside-garden", &[" Riverside  Garden "]),
            ("غرفة-القراءة", &["غرفة القراءة"]),
            ("می\u{62E}واهم", &["می\u{200C}خواهم"]),
            ("❤", &["❤\u{FE0F}"]),
            ("class~482915~k3v9", &["Class~482915~K3V9"]),
            ("7b:-help?", &["7B: help?"]),
        ] {
            assert_eq!(id(one), one, "an id is its own");
            for other in others {
                assert_eq!(id(other), one, "{other:?}");
            }
        }
    }

    #[test]
    fn what_has_no_address_is_no_room() {
        for empty in ["", "   ", "-", "/", "\u{200B}", "\u{3164}"] {
            assert_eq!(RoomId::parse(empty), Err(InvalidId::Empty(WHAT)), "{empty:?}");
        }
        for dots in [".", "..", " .. ", "/../"] {
            assert_eq!(RoomId::parse(dots), Err(InvalidId::Dots(WHAT)), "{dots:?}");
        }
        for endless in ["x".repeat(65), " x".repeat(100_000)] {
            assert_eq!(RoomId::parse(&endless), Err(InvalidId::TooLong(WHAT, 64)));
        }
        assert!(RoomId::parse(&"ä".repeat(64)).is_ok(), "characters are counted, not bytes");
    }

    #[test]
    fn only_the_one_spelling_was_kept() {
        assert_eq!(RoomId::parse_canonical("staff-room"), RoomId::parse("Staff Room").ok());
        assert_eq!(RoomId::parse_canonical("Staff Room"), None);
    }

    #[test]
    fn a_class_has_one_room_and_the_room_one_spelling() {
        let room = |id| RoomId::parse(id).unwrap();
        let pin = Pin::parse("482915").unwrap();
        assert_eq!(RoomId::of_class(&pin, "abc123"), Ok(room("class~482915~abc123")));
        assert_eq!(room("class~482915~abc123").class_game(), Some((pin, "abc123")));
        for alias in ["class~482 915~abc123", "class~482915", "class~", "class~482915~"] {
            assert_eq!(room(alias).kind(), RoomKind::Class, "{alias} is nobody's");
            assert_eq!(room(alias).class_game(), None, "{alias}");
        }
        for other in ["game-482915", "my-class~482915~abc123", "class-482915"] {
            assert_eq!(room(other).kind(), RoomKind::Open, "{other} is a room like any other");
            assert_eq!(room(other).class_game(), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_safe_in_a_link() {
        assert_eq!(RoomId::parse("7b: help?").unwrap().path(), "/rooms/7b%3A-help%3F");
    }

    proptest! {
        #[test]
        fn an_id_is_its_own_spelling(text in "\\PC{0,80}|.{0,80}") {
            if let Ok(room) = RoomId::parse(&text) {
                prop_assert_eq!(RoomId::parse(room.as_str()), Ok(room.clone()));
                prop_assert!(room.as_str().chars().count() <= limits::ROOM_ID_CHARS);
                prop_assert!(!room.as_str().contains(['/', '\\', ' ', '\0']));
            }
        }
    }
}
