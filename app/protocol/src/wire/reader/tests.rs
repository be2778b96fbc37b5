//! Compares the reader with serde_json.

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::decode;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Shape {
    Plain,
    Named(String),
    Pair(u64, bool),
    Full {
        #[serde(default)]
        at: Option<u64>,
    },
    #[serde(other)]
    Unknown,
}

/// What both decode from a text; `None` if neither can.
fn check<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> Option<T> {
    let theirs = serde_json::from_str::<T>(text).ok();
    assert_eq!(decode::<T>(text), theirs, "{text}");
    theirs
}

#[test]
fn every_shape_of_an_enum_is_read() {
    assert_eq!(check(r#""plain""#), Some(Shape::Plain));
    assert_eq!(check(r#"{"plain":null}"#), Some(Shape::Plain));
    assert_eq!(check(r#" { "named" : "a\"b" } "#), Some(Shape::Named("a\"b".into())));
    assert_eq!(check(r#"{"pair":[7,true]}"#), Some(Shape::Pair(7, true)));
    assert_eq!(check(r#"{"full":{"at":7,"later":[1.5e3,{}]}}"#), Some(Shape::Full { at: Some(7) }));
    assert_eq!(check(r#"{"full":{}}"#), Some(Shape::Full { at: None }));
    assert_eq!(check(r#""fireworks""#), Some(Shape::Unknown));
    for text in [r#"{"pair":[7]}"#, r#"{"pair":[7,true,8]}"#, r#"{"named":"a","plain":null}"#, "{}", "7", ""] {
        assert_eq!(check::<Shape>(text), None);
    }
}

#[test]
fn every_spelling_of_a_letter_is_read() {
    assert_eq!(check::<String>(r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é😀""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\té😀é😀");
    for text in
        [r#""\uD83D""#, r#""\uDE00""#, r#""\uD83Dx""#, r#""\u+123""#, r#""\u12"#, r#""\x""#, "\"\n\"", "\"", r#""\"#]
    {
        assert_eq!(check::<String>(text), None);
    }
}

#[test]
fn whole_numbers_are_read_in_their_range() {
    assert_eq!(check::<u64>("18446744073709551615"), Some(u64::MAX));
    assert_eq!(check::<i64>("-9223372036854775808"), Some(i64::MIN));
    assert_eq!(check::<u8>("256"), None);
    assert_eq!(check::<i64>("-0"), None);
    for text in ["18446744073709551616", "-1", "+1", "01", "1.5", "1e3", "1.", ".5", "-", "0x1", "NaN"] {
        assert_eq!(check::<u64>(text), None);
    }
}

#[test]
fn lists_in_lists_without_end_do_no_harm() {
    assert_eq!(decode::<Value>(&"[".repeat(100_000)), None);
    assert_eq!(decode::<Shape>(&format!(r#"{{"full":{{"x":{}"#, "[{\"y\":".repeat(100_000))), None);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_spells_is_read(value in values(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        prop_assert_eq!(decode::<Value>(&text), Some(value));
    }

    #[test]
    fn a_text_with_a_wrong_letter_is_read_or_not_as_by_serde_json(
        value in values(), at in any::<prop::sample::Index>(), letter in prop::sample::select(r#"" \,:[]{}nx1"#.chars().collect::<Vec<_>>())
    ) {
        let mut letters: Vec<char> = value.to_string().chars().collect();
        let at = at.index(letters.len());
        letters[at] = letter;
        check::<Value>(&letters.into_iter().collect::<String>());
    }
}
