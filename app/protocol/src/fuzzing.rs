//! What must hold for any text that the small JSON reader decodes, checked by `cargo fuzz` (see `fuzz/`). Only
//! tests and fuzzing builds have this module.
#![expect(clippy::disallowed_methods, reason = "our reader is compared with serde_json's")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::game::{Game, RecordedAnswer, frame};
use crate::message::{Joined, Message, Presence};
use crate::quiz::{Results, StoredQuiz};
use crate::wire::{decode, decode_game_server, decode_server, encode, encode_game_server, encode_server};

/// How deep the reader follows lists and objects.
const DEEPEST: usize = 64;

/// Compares the reader with serde_json: on any value, on types without structs, and on what
/// browsers and stores decode.
pub fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    any_value(text);
    same::<BTreeMap<String, Vec<Option<i64>>>>(text);
    same::<Vec<(u64, bool, String)>>(text);
    no_more::<Game>(text);
    no_more::<Joined>(text);
    no_more::<Message>(text);
    no_more::<Presence>(text);
    no_more::<RecordedAnswer>(text);
    no_more::<Results>(text);
    no_more::<StoredQuiz>(text);
    no_more::<frame::Hosting>(text);
    if let Some(message) = decode_server(text) {
        assert_eq!(decode_server(&encode_server(&message)), Some(message), "{text}");
    }
    if let Some(message) = decode_game_server(text) {
        assert_eq!(decode_game_server(&encode_game_server(&message)), Some(message), "{text}");
    }
}

/// A value without fractions, in each of its fields: also in one that another of the same name replaces.
#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only whether a text can be decoded is looked at")]
enum Whole {
    Unsigned(u64),
    Signed(i64),
    Bool(bool),
    Null(()),
    Text(String),
    List(Vec<Whole>),
    Object(BTreeMap<String, Whole>),
}

/// Both accept the same texts, but for fractions and deep nesting, and decode the same value from them.
fn any_value(text: &str) {
    let (ours, theirs) = (decode::<Value>(text), serde_json::from_str::<Value>(text).ok());
    if ours.is_some() || theirs.is_none() {
        assert_eq!(ours, theirs, "{text}");
        return;
    }
    let is_flat = text.matches(['[', '{']).count() <= DEEPEST;
    assert!(!is_flat || serde_json::from_str::<Whole>(text).is_err(), "only serde_json accepts {text}");
}

/// Both decode the same from a text, or nothing. Not for structs, which serde_json also accepts as lists.
fn same<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
    assert_eq!(decode::<T>(text), serde_json::from_str::<T>(text).ok(), "{text}");
}

/// What the reader decodes, serde_json decodes too; and the reader decodes whatever of it is encoded again.
fn no_more<T: DeserializeOwned + Serialize + PartialEq + Debug>(text: &str) {
    let theirs = serde_json::from_str::<T>(text).ok();
    if let Some(ours) = decode::<T>(text) {
        assert_eq!(Some(&ours), theirs.as_ref(), "{text}");
    }
    if let Some(theirs) = theirs {
        assert_eq!(decode::<T>(&encode(&theirs)).as_ref(), Some(&theirs), "{text}");
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn what_fuzzing_found_in_the_json_reader_stays_repaired() {
        replay("json", super::json);
    }
}
