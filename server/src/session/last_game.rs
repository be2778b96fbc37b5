//! The game that somebody went to last, in a signed cookie, so that other pages can link to it.
//!
//! It gives nobody a seat; whether they have one is checked in the game. It is signed, so that nobody can
//! try PINs by it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use protocol::Pin;

use super::{Sessions, cookies, now};

const COOKIE: &str = "hubbub-game";
/// Appended to the session cookie's name.
pub(super) const COOKIE_SUFFIX: &str = "-game";
/// A game is kept for a day after its last step.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Sessions {
    /// The `Set-Cookie` header that remembers a game that the sender of these headers went to.
    pub fn visited_cookie(&self, pin: &Pin, game: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(COOKIE, &self.inner.visits.sign(&format!("{pin}.{game}"), now()), LIFETIME, headers)
    }

    /// The PIN and the id of the game that the sender of these headers went to last.
    pub fn visited(&self, headers: &HeaderMap) -> Option<(Pin, String)> {
        cookies::called(COOKIE, headers).find_map(|value| {
            let signed = self.inner.visits.verify(value).filter(|signed| self.is_good(signed, LIFETIME, now()))?;
            let (pin, game) = signed.body.split_once('.')?;
            Some((Pin::parse(pin).ok()?, game.to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn bringing(pair: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    #[test]
    fn the_game_of_a_visit_is_known_again_and_no_other_can_be_named() {
        let sessions = Sessions::new("a secret of at least thirty-two characters");
        let pin = Pin::parse("482915").unwrap();
        let cookie = sessions.visited_cookie(&pin, "g1", &HeaderMap::new()).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        assert_eq!(sessions.visited(&bringing(pair)), Some((pin.clone(), "g1".into())));
        for forged in [pair.replacen("482915", "482916", 1), "hubbub-game=482915.g1".into(), "x=y".into()] {
            assert_eq!(sessions.visited(&bringing(&forged)), None, "{forged}");
        }
        let forgotten = sessions.forget(&bringing(pair));
        assert!(forgotten.iter().any(|cookie| cookie.to_str().unwrap().starts_with("hubbub-game=;")), "{forgotten:?}");
    }
}
