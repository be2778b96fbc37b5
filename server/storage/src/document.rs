//! Stored JSON, read by serde_json, which says where it is wrong, and other stored text.

use std::str;

use serde::de::DeserializeOwned;

use crate::StorageError;

/// Parses a stored document; `what` says in an error which kind it is. In a list, give the bytes: a client that
/// makes them texts fails the whole list for one that is no UTF-8.
///
/// # Errors [`StorageError::Corrupt`] with the position in the text, and never with a part of it: people wrote it.
pub fn decode<T: DeserializeOwned>(text: impl AsRef<[u8]>, what: &str) -> Result<T, StorageError> {
    #[expect(clippy::disallowed_methods, reason = "stored JSON is decoded here")]
    let decoded = serde_json::from_slice(text.as_ref());
    decoded.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        StorageError::corrupt(format!("{what}: {:?} error at line {line}, column {column}", error.classify()))
    })
}

/// The text of one element of a list that was read as bytes, for the same reason; `what` says what it is.
///
/// # Errors [`StorageError::Corrupt`]: it is no UTF-8.
pub fn text<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str, StorageError> {
    str::from_utf8(bytes).map_err(|_| StorageError::corrupt(format!("{what}: it is no UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_is_told_by_its_place_and_not_by_its_text() {
        assert_eq!(decode("[1, 2]", "a list"), Ok(vec![1, 2]));
        let damaged = decode::<Vec<u32>>("[1,\n \"secret\"]", "a list").unwrap_err();
        assert_eq!(damaged, StorageError::Corrupt("a list: Data error at line 2, column 9".into()));
        let cut = decode::<Vec<u32>>("[1,", "a list").unwrap_err();
        let no_text = decode::<Vec<String>>(b"[\"\xff\"]", "a list").unwrap_err();
        assert!(matches!(&no_text, StorageError::Corrupt(why) if why.starts_with("a list: ")), "{no_text}");
        assert_eq!(cut.to_string(), "damaged data in the store: a list: Eof error at line 1, column 3");
    }
}
