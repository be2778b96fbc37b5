//! What people say: of any length, in several scripts, never the same twice.

use protocol::text::{self, Shape};
use rand::RngExt;
use rand::rngs::SmallRng;

const LETTERS: [char; 16] = ['a', 'e', 'n', 's', 't', 'r', ' ', ' ', '"', '\\', '\n', 'é', 'ß', '語', '🌿', '\u{301}'];
/// The longest message that a server takes by default.
const LONGEST: usize = 4_000;

/// How much people say at once.
#[derive(Clone, Copy, Debug, Default)]
pub enum TextLength {
    /// Mostly little, as people write.
    #[default]
    Usual,
    /// As much as a message takes.
    Most,
}

/// A text that begins with `stamp`, which makes it the only one of its kind; as
/// servers keep it, so that what comes back can be compared.
pub(super) fn draw(rng: &mut SmallRng, words: TextLength, stamp: &str) -> String {
    let longest = LONGEST - stamp.len() - 2;
    let most = match (words, rng.random_range(0..100)) {
        (TextLength::Usual, 0..80) => 80,
        (TextLength::Usual, 80..98) => 600,
        _ => longest,
    };
    let length = match words {
        TextLength::Usual => rng.random_range(0..=most),
        TextLength::Most => longest,
    };
    let rest = (0..length).map(|_| LETTERS[rng.random_range(0..LETTERS.len())]);
    let text: String = stamp.chars().chain([' ']).chain(rest).chain(['.']).collect();
    text::clean(&text, Shape::Lines).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_text_fits_into_a_message_and_bears_its_stamp() {
        let mut rng = SmallRng::seed_from_u64(1);
        for round in 0..2_000 {
            let words = if round % 2 == 0 { TextLength::Usual } else { TextLength::Most };
            let text = draw(&mut rng, words, &format!("somebody {round}"));
            assert!(text.starts_with(&format!("somebody {round} ")) && text.chars().count() <= LONGEST, "{text}");
        }
    }
}
