//! Stored JSON: read by serde_json, which says where it is wrong.

use serde::de::DeserializeOwned;

use crate::StorageError;

/// Parses a stored document; `what` says in an error which kind it is.
///
/// # Errors [`StorageError::Corrupt`] with the position in the text, and never with a part of it: people wrote it.
pub fn decode<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        StorageError::corrupt(format!("{what}: {:?} error at line {line}, column {column}", error.classify()))
    })
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
        assert_eq!(cut.to_string(), "damaged data in the store: a list: Eof error at line 1, column 3");
    }
}
