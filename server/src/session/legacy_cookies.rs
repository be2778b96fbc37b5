//! Reads the cookies of before 30 November 2026, which had no date. A guest's quizzes belong to the guest's
//! id, so the sender stays the same person and gets a cookie of today. That ends on a day: until then, such a
//! cookie is valid for as long as it was when it was made.

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use percent_encoding::percent_decode_str;
use protocol::{Member, Name, UserId};
use sha2::{Digest, Sha256, Sha512};

use super::signer::{SessionKeys, key};

/// The first of June 2027, in seconds since 1970.
const ENDS_AT: u64 = 1_811_808_000;
/// The length of a signature, in base64 letters.
const SIGNATURE: usize = 44;
/// The length of a key: the first bytes of a digest.
const KEY: usize = 32;

/// Verifies session cookies of the earlier format.
#[derive(Clone)]
pub(super) struct LegacyCookies {
    keys: Vec<Hmac<Sha256>>,
}

impl LegacyCookies {
    pub(super) fn new(keys: &SessionKeys) -> Self {
        let derive = |secret: &String| key(Sha512::digest(secret).get(..KEY).unwrap_or_default());
        Self { keys: std::iter::once(&keys.current).chain(&keys.old).map(derive).collect() }
    }

    /// The session in a cookie's value, if it is valid at `now`.
    pub(super) fn verify(&self, value: &str, now: u64) -> Option<Member> {
        if now >= ENDS_AT {
            return None;
        }
        let text = percent_decode_str(value).decode_utf8().ok()?;
        let (signature, text) = text.split_at_checked(SIGNATURE)?;
        let signature = BASE64.decode(signature.as_bytes()).ok()?;
        if !self.keys.iter().any(|key| key.clone().chain_update(text).verify_slice(&signature).is_ok()) {
            return None;
        }
        let (id, name) = text.split_once('.')?;
        Some(Member { id: UserId::parse(id).ok()?, name: Name::from(name.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the release of 24 November wrote it.
    const COOKIE: &str = "zfUShXk4DlXQ/1F/RFPj74O4Mce6gW8NDvNx4exJSFc=u1.%C3%81na%20B";

    #[test]
    fn who_brings_a_cookie_of_before_stays_who_they_are() {
        let keys = |secret: &str| SessionKeys { current: secret.into(), old: Vec::new() };
        let earlier = LegacyCookies::new(&keys("a secret of at least thirty-two characters"));
        let member = earlier.verify(COOKIE, ENDS_AT - 1).unwrap();
        assert_eq!((member.id.as_str(), member.name.as_str()), ("u1", "Ána B"));
        assert_eq!(earlier.verify(COOKIE, ENDS_AT), None, "it ends");
        assert_eq!(earlier.verify(&COOKIE.replace("u1", "u2"), 0), None);
        assert_eq!(earlier.verify("%ff", 0), None);
        let other = LegacyCookies::new(&keys("another secret, just as long as it"));
        assert_eq!(other.verify(COOKIE, 0), None);
    }
}
