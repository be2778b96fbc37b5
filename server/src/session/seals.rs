//! Signatures of what one person is told in an address.

use std::time::Duration;

use protocol::UserId;

use super::{Sessions, now};
use crate::digest;

/// Longer than it takes to be led to a page, and to load it once more.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Bytes of a digest.
const DIGEST: usize = 16;

impl Sessions {
    /// Signs a text of ours for one person.
    pub fn seal(&self, person: &UserId, text: &str) -> String {
        self.inner.seals.sign(&subject(person, text), now())
    }

    /// Whether a text was signed for this person, not long ago.
    pub fn is_sealed(&self, person: &UserId, text: &str, seal: &str) -> bool {
        let signed = self.inner.seals.verify(seal).filter(|signed| self.is_good(signed, LIFETIME, now()));
        signed.is_some_and(|signed| signed.body == subject(person, text))
    }
}

fn subject(person: &UserId, text: &str) -> String {
    format!("{person}.{}", digest::of(text, DIGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_ours_for_whom_it_was_signed() {
        let sessions = Sessions::new("a secret of at least thirty-two characters");
        let [ana, eve] = ["ana", "eve"].map(|id| UserId::parse(id).unwrap());
        let seal = sessions.seal(&ana, "Try again.");
        assert!(sessions.is_sealed(&ana, "Try again.", &seal));
        assert!(!sessions.is_sealed(&ana, "Call 0900.", &seal));
        assert!(!sessions.is_sealed(&eve, "Try again.", &seal));
        assert!(!sessions.is_sealed(&ana, "Try again.", ""));
    }
}
