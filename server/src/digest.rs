//! Digests in hexadecimal, for ids and keys.

use sha2::{Digest, Sha256};

/// The first `bytes` bytes of the SHA-256 of `whole`, in hexadecimal. With 16 of them nobody finds two
/// inputs with one digest.
pub(crate) fn of(whole: impl AsRef<[u8]>, bytes: usize) -> String {
    let digest = Sha256::digest(whole);
    hex(digest.get(..bytes).unwrap_or(&digest))
}

/// Bytes in hexadecimal, two digits each.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_two_digits_for_each_byte_asked_for() {
        // SHA-256 of "abc" (FIPS 180-2, appendix B.1).
        assert_eq!(of("abc", 4), "ba7816bf");
        assert_eq!(of("abc", 99).len(), 64);
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
