//! The flash: a text for one person on the next page, in a cookie of its own. It is signed, so that nobody else
//! can put a text there, and deleted once it was shown.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;
use protocol::UserId;

use super::{Sessions, cookies, now};
use crate::digest;

/// The name of the cookie.
const COOKIE: &str = "hubbub-flash";
/// How long a browser keeps it: longer than a redirect takes.
const MAX_AGE: Duration = Duration::from_secs(60);
/// How long it is valid: the clocks of two nodes may differ.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The largest value, in bytes; with its name and attributes a browser takes 4,096.
const VALUE_BYTES: usize = 3_500;
/// How many bytes of a text's digest are signed.
const DIGEST: usize = 16;

impl Sessions {
    /// The `Set-Cookie` header that carries a text to the sender's next page; `None` where it is
    /// too long for that.
    pub fn flash_cookie(&self, person: &UserId, text: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        let value = format!("{}.{}", self.seal(person, text), BASE64URL_NOPAD.encode(text.as_bytes()));
        (value.len() <= VALUE_BYTES).then(|| self.write_cookie(COOKIE, &value, MAX_AGE, headers)).flatten()
    }

    /// The text that a request carries, if it is signed by us, for this person, and recent.
    pub fn flash_text(&self, person: &UserId, headers: &HeaderMap) -> Option<String> {
        cookies::called(COOKIE, headers).find_map(|value| {
            let (seal, text) = value.rsplit_once('.')?;
            let text = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
            self.is_sealed(person, &text, seal).then_some(text)
        })
    }

    /// The `Set-Cookie` header that deletes the text.
    pub fn clear_flash(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        cookies::set(COOKIE, "", 0, headers)
    }

    fn seal(&self, person: &UserId, text: &str) -> String {
        self.inner.flash.sign(&subject(person, text), now())
    }

    fn is_sealed(&self, person: &UserId, text: &str, seal: &str) -> bool {
        let signed = self.inner.flash.verify(seal).filter(|signed| self.is_good(signed, LIFETIME, now()));
        signed.is_some_and(|signed| signed.body == subject(person, text))
    }
}

fn subject(person: &UserId, text: &str) -> String {
    format!("{person}.{}", digest::of(text, DIGEST))
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn sessions() -> Sessions {
        Sessions::new("a secret of at least thirty-two characters")
    }

    fn people() -> [UserId; 2] {
        ["ana", "eve"].map(|id| UserId::parse(id).unwrap())
    }

    fn carrying(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    #[test]
    fn a_text_is_for_whom_it_was_signed_and_nobody_can_write_another() {
        let (sessions, [ana, eve]) = (sessions(), people());
        let cookie = sessions.flash_cookie(&ana, "Try again, Ána.", &HeaderMap::new()).unwrap();
        assert!(cookie.to_str().unwrap().contains("HttpOnly") && cookie.to_str().unwrap().contains("Max-Age=60"));
        let headers = carrying(&cookie);
        assert_eq!(sessions.flash_text(&ana, &headers).as_deref(), Some("Try again, Ána."));
        assert_eq!(sessions.flash_text(&eve, &headers), None);
        let (seal, _) = headers[header::COOKIE].to_str().unwrap().rsplit_once('.').unwrap();
        for forged in [format!("{seal}.{}", BASE64URL_NOPAD.encode(b"Call 0900.")), seal.into(), format!("{seal}.%")] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&forged).unwrap())]);
            assert_eq!(sessions.flash_text(&ana, &headers), None, "{forged}");
        }
    }

    #[test]
    fn what_no_cookie_can_carry_is_not_put_into_one() {
        let (sessions, [ana, _]) = (sessions(), people());
        let fits = |letters: usize| sessions.flash_cookie(&ana, &"a".repeat(letters), &HeaderMap::new());
        assert!(fits(2_000).is_some_and(|cookie| cookie.len() < 4_000));
        assert_eq!(fits(4_000), None);
    }
}
