//! What must hold for any bytes of a Redis, checked by `cargo fuzz` (see `fuzz/`).

use super::*;

/// How many beginnings of a value are decoded.
const BEGINNINGS: usize = 64;

/// Decodes bytes; the beginnings of a value are incomplete, and what follows it does not change it. Then writes
/// the lines as a command, and reads it.
pub(crate) fn check(bytes: &[u8]) {
    match decode(bytes) {
        Ok((value, length)) => {
            assert!(length <= bytes.len());
            assert_eq!(decode(&bytes[..length]), Ok((value, length)));
            for beginning in (0..length).step_by(length / BEGINNINGS + 1) {
                assert_eq!(decode(&bytes[..beginning]), Err(RespError::Incomplete), "{beginning} of {length} bytes");
            }
        }
        Err(RespError::Malformed) => {
            let longer = [bytes, b"\r\n"].concat();
            assert_eq!(decode(&longer), Err(RespError::Malformed), "more bytes repair nothing");
        }
        Err(RespError::Incomplete) => {}
    }
    let words: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let mut command = Vec::new();
    write(&mut command, &words);
    let length = command.len();
    assert_eq!(decode(&command), Ok((RespValue::List(words.into_iter().map(RespValue::Text).collect()), length)));
}
