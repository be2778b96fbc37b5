//! Random texts for ids and secrets.

use rand::RngExt;

/// Lower-case letters and digits without those that look alike.
const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";
/// How many letters one random number gives; a letter takes 5 bits.
const LETTERS_OF_A_DRAW: usize = 128 / 5;

/// A text of `length` random letters, each one of 32.
pub fn text(length: usize) -> String {
    let mut rng = rand::rng();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let draw: u128 = rng.random();
        let letters = (0..LETTERS_OF_A_DRAW).map(|at| char::from(LETTERS[(draw >> (at * 5)) as usize % LETTERS.len()]));
        text.extend(letters.take(length - text.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_asked_for_and_all_different() {
        for length in [0, 1, 16, 20, 60] {
            assert_eq!(text(length).len(), length);
        }
        let drawn: std::collections::HashSet<_> = (0..1000).map(|_| text(16)).collect();
        assert_eq!(drawn.len(), 1000);
        let letters: std::collections::HashSet<_> = drawn.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(letters.len(), LETTERS.len(), "every letter is drawn");
    }
}
