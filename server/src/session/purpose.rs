//! What is signed, and the key for each purpose: a text that was signed for one is invalid for all others.
//!
//! A key is the HMAC-SHA256 of the purpose's labels, each with a zero byte after it, under the secret that all
//! nodes share. That is the second step of HKDF (RFC 5869) without its counter, because one block is enough.
//!
//! | Purpose | Labels after `hubbub 1` | What is signed |
//! |---|---|---|
//! | [`Session`](TokenPurpose::Session) | `session` | user id and name: the session cookie, and the token of programs |
//! | [`Author`](TokenPurpose::Author) | `author`, the authors' key | the user id of somebody who entered the key |
//! | [`Host`](TokenPurpose::Host) | `host` | PIN, game and, if they were added, the host's id |
//! | [`Seat`](TokenPurpose::Seat) | `seat` | PIN, game and the player's user id |
//! | [`Flash`](TokenPurpose::Flash) | `seal` | user id and the digest of a text for the next page |
//! | [`Visit`](TokenPurpose::Visit) | `visit` | PIN and game that somebody went to last |
//!
//! Nodes of other versions share cookies and tokens with this one, so the labels must not change: everybody
//! would be signed out. Cookies from before this table have a key of another kind, which
//! signs no more (`legacy_cookies`).

/// What a [`Signer`](super::signer::Signer) signs. Its key is derived from the purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenPurpose<'a> {
    Session,
    /// With the authors' key, which may be empty: another key makes everybody enter it again.
    Author {
        key: &'a str,
    },
    Host,
    Seat,
    Flash,
    Visit,
}

impl<'a> TokenPurpose<'a> {
    /// The labels that the key is derived from.
    pub(super) fn labels(self) -> Vec<&'a str> {
        const FORMAT: &str = "hubbub 1";
        match self {
            Self::Session => vec![FORMAT, "session"],
            Self::Author { key } => vec![FORMAT, "author", key],
            Self::Host => vec![FORMAT, "host"],
            Self::Seat => vec![FORMAT, "seat"],
            Self::Flash => vec![FORMAT, "seal"],
            Self::Visit => vec![FORMAT, "visit"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signer::{SessionKeys, Signer};
    use super::*;

    /// What each purpose makes of the text `u1` in one second of January 2027; all versions have to agree on it.
    const SIGNED: [(TokenPurpose<'_>, &str); 7] = [
        (TokenPurpose::Session, "6b49d200.u1.kLkfL1ri2JImhf-ToqH7k1sHXFzxaY7fQzF7sGUOeRc"),
        (TokenPurpose::Author { key: "" }, "6b49d200.u1.zWUtYcQBDnCkE3j2HNX-tBZDl26C5B4eAugtLMLtWXA"),
        (TokenPurpose::Author { key: "open sesame" }, "6b49d200.u1.9-QXUnpa8ZC03ivpCXlPSZs2MhE_yas6llGFDrB9YRk"),
        (TokenPurpose::Host, "6b49d200.u1.zJTYdwPKwsyfpmUkWT0pCVvNxFbBlZSvSYltyphYym8"),
        (TokenPurpose::Seat, "6b49d200.u1.wLuf4FQUt3JDbSE6vHmKVmmat2evQVyub0r7Vkl-9A4"),
        (TokenPurpose::Flash, "6b49d200.u1.4nDQq-E4ZoTdX_f7SAbXF5y_rzbRTQNBSJyO2wHrNiA"),
        (TokenPurpose::Visit, "6b49d200.u1.bdzO500qBv-QDDwAJFArpyIDF2WH51bLnebVdtly3Us"),
    ];

    fn signer(purpose: TokenPurpose<'_>) -> Signer {
        let current = "a secret of at least thirty-two characters".into();
        Signer::new(purpose, &SessionKeys { current, old: Vec::new() })
    }

    #[test]
    fn no_version_signs_anybody_out() {
        for (purpose, signed) in SIGNED {
            assert_eq!(signer(purpose).sign("u1", 1_800_000_000), signed, "{purpose:?}");
        }
    }

    #[test]
    fn what_was_signed_for_one_purpose_is_valid_for_no_other() {
        for (purpose, signed) in SIGNED {
            for (other, _) in SIGNED {
                let is_valid = signer(other).verify(signed).is_some();
                assert_eq!(is_valid, other == purpose, "signed for {purpose:?}, shown for {other:?}");
            }
        }
    }
}
