//! Texts that only this deployment can have written, with the second in which each was signed. Knows
//! nothing of their contents. Each [`TokenPurpose`] has a key of its own.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::purpose::TokenPurpose;

/// The secrets of a deployment, each of at least 32 characters.
#[derive(Clone)]
pub struct SessionKeys {
    /// The secret that signs, and verifies.
    pub current: String,
    /// Secrets that only verify, until people have newly signed cookies.
    pub old: Vec<String>,
}

/// The longest text that is verified; ours are shorter.
const LONGEST: usize = 1024;

type Key = Hmac<Sha256>;

/// Signs and verifies for one purpose.
#[derive(Clone)]
pub(super) struct Signer {
    current: Key,
    old: Vec<Key>,
}

/// A verified text, with the time when it was signed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    pub(super) body: &'a str,
    /// When it was signed, in seconds since 1970.
    pub(super) issued_at: u64,
    /// Whether an old key signed it.
    pub(super) by_old_key: bool,
}

impl Signer {
    /// A signer with a key for `purpose` from each of the secrets.
    pub(super) fn new(purpose: TokenPurpose<'_>, keys: &SessionKeys) -> Self {
        let labels = purpose.labels();
        let of_purpose = |secret: &String| derive(secret, &labels);
        Self { current: of_purpose(&keys.current), old: keys.old.iter().map(of_purpose).collect() }
    }

    /// Signs a text of characters that a cookie may have (RFC 6265, section 4.1.1). It is not encrypted.
    pub(super) fn sign(&self, body: &str, issued_at: u64) -> String {
        let text = format!("{issued_at:x}.{body}");
        let mac = self.current.clone().chain_update(&text).finalize().into_bytes();
        format!("{text}.{}", BASE64URL_NOPAD.encode(&mac))
    }

    /// The text that [`Signer::sign`] signed; `None` for any other.
    pub(super) fn verify<'a>(&self, signed: &'a str) -> Option<Signed<'a>> {
        let (text, mac) = signed.rsplit_once('.').filter(|_| signed.len() <= LONGEST)?;
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
        // `Mac` compares in constant time.
        let signed_by = |key: &Key| key.clone().chain_update(text).verify_slice(&mac).is_ok();
        let by_old_key = !signed_by(&self.current);
        if by_old_key && !self.old.iter().any(signed_by) {
            return None;
        }
        let (issued_at, body) = text.split_once('.')?;
        Some(Signed { body, issued_at: u64::from_str_radix(issued_at, 16).ok()?, by_old_key })
    }

    /// Compares two texts in constant time.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        let mac = self.current.clone().chain_update(one).finalize().into_bytes();
        self.current.clone().chain_update(other).verify_slice(&mac).is_ok()
    }
}

/// Derives a key from a secret. The end of each label is marked, so that no others give the same text.
fn derive(secret: &str, labels: &[&str]) -> Key {
    let labelled = labels.iter().fold(key(secret.as_bytes()), |mac, label| mac.chain_update(label).chain_update([0]));
    key(&labelled.finalize().into_bytes())
}

/// Makes an HMAC key of bytes of any length.
pub(super) fn key(secret: &[u8]) -> Key {
    Key::new_from_slice(secret).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(current: &str, old: &[&str]) -> SessionKeys {
        SessionKeys { current: current.into(), old: old.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        let signer = Signer::new(TokenPurpose::Session, &keys("secret", &[]));
        let signed = signer.sign("a.b", 1_800_000_000);
        assert!(signed.starts_with("6b49d200.a.b."), "{signed}");
        let verified = signer.verify(&signed).unwrap();
        assert_eq!(verified, Signed { body: "a.b", issued_at: 1_800_000_000, by_old_key: false });
        for at in 0..signed.len() {
            let mut altered = signed.clone().into_bytes();
            altered[at] = if altered[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(signer.verify(&String::from_utf8(altered).unwrap()), None, "letter {at}");
        }
        for wrong in ["", ".", "..", "6b49d200.a.b", "6b49d200.a.b.", &signed[1..], &format!("{signed}A")] {
            assert_eq!(signer.verify(wrong), None, "{wrong}");
        }
        let endless = signer.sign(&"a".repeat(LONGEST), 1);
        assert_eq!(signer.verify(&endless), None);
    }

    #[test]
    fn other_labels_and_another_secret_are_another_key() {
        let mac = |secret, labels: &[&str]| derive(secret, labels).chain_update("a").finalize().into_bytes();
        let host = mac("secret", &["host"]);
        assert_eq!(host, mac("secret", &["host"]));
        for other in [&["seat"] as &[_], &["host", ""], &["ho", "st"], &[]] {
            assert_ne!(host, mac("secret", other), "{other:?}");
        }
        assert_ne!(host, mac("another", &["host"]));
    }

    #[test]
    fn an_old_key_is_believed_and_signs_no_more() {
        let before = Signer::new(TokenPurpose::Session, &keys("old", &[])).sign("a", 1);
        let rotated = Signer::new(TokenPurpose::Session, &keys("new", &["older", "old"]));
        assert!(rotated.verify(&before).unwrap().by_old_key);
        assert!(!rotated.verify(&rotated.sign("a", 1)).unwrap().by_old_key);
        assert_eq!(Signer::new(TokenPurpose::Session, &keys("old", &[])).verify(&rotated.sign("a", 1)), None);
    }

    #[test]
    fn texts_are_compared_whole() {
        let signer = Signer::new(TokenPurpose::Session, &keys("secret", &[]));
        assert!(signer.is_same("open sesame", "open sesame"));
        assert!(!signer.is_same("open sesame", "open sesam") && !signer.is_same("", "open sesame"));
    }
}
