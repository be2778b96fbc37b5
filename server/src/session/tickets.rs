//! Who is a host of a game, and whose a seat in it is: signed words that any
//! node believes. They name the game's id too, because a PIN comes back.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::Cookie;
use cookie::time::Duration;
use protocol::{Pin, UserId};

use super::{HOST, Sessions};

/// What the cookie of a game's host begins with; the PIN follows.
const COOKIE: &str = "hubbub-host-";
/// Longer than any game lasts.
const KEPT: Duration = Duration::days(2);

impl Sessions {
    /// What makes somebody a host of a game.
    pub fn host_token(&self, pin: &Pin, game: &str) -> String {
        self.sign(&host(pin, game))
    }

    /// Whether a token makes somebody a host of a game.
    pub fn is_host(&self, token: &str, pin: &Pin, game: &str) -> bool {
        self.verify(token).is_some_and(|said| said == host(pin, game))
    }

    /// The `Set-Cookie` header that makes whoever sent a request with `headers` a host.
    pub fn host_cookie(&self, pin: &Pin, game: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(&format!("{COOKIE}{pin}"), host(pin, game), KEPT, headers)
    }

    /// The host tokens in a request, not looked at yet.
    pub fn host_tokens(&self, headers: &HeaderMap) -> Vec<String> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let cookies = lines.flat_map(|line| Cookie::split_parse_encoded(line.to_owned())).flatten();
        let is_hosts = |cookie: &Cookie<'_>| {
            let name = cookie.name();
            name.strip_prefix(HOST).unwrap_or(name).starts_with(COOKIE)
        };
        cookies.filter(is_hosts).map(|cookie| cookie.value().to_owned()).collect()
    }

    /// What gives a player their seat back.
    pub fn seat_token(&self, pin: &Pin, game: &str, player: &UserId) -> String {
        self.sign(&format!("{}{player}", seat(pin, game)))
    }

    /// Whose seat in a game a token is for.
    pub fn seat_of(&self, token: &str, pin: &Pin, game: &str) -> Option<UserId> {
        UserId::parse(self.verify(token)?.strip_prefix(&seat(pin, game))?).ok()
    }
}

fn host(pin: &Pin, game: &str) -> String {
    format!("host:{pin}:{game}")
}

fn seat(pin: &Pin, game: &str) -> String {
    format!("seat:{pin}:{game}:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        Sessions::new("a secret of at least thirty-two characters")
    }

    #[test]
    fn a_host_is_one_of_that_game_alone() {
        let (sessions, pin) = (sessions(), Pin::parse("482915").unwrap());
        let cookie = sessions.host_cookie(&pin, "g1", &HeaderMap::new()).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())]);
        let tokens = sessions.host_tokens(&headers);
        let is_host = |pin: &Pin, game: &str| tokens.iter().any(|token| sessions.is_host(token, pin, game));
        assert!(is_host(&pin, "g1"));
        assert!(!is_host(&pin, "g2"), "a later game with the same PIN");
        assert!(!is_host(&Pin::parse("482916").unwrap(), "g1"));
        assert!(sessions.is_host(&sessions.host_token(&pin, "g1"), &pin, "g1"));
    }

    #[test]
    fn a_seat_is_the_players_own() {
        let (sessions, pin, player) = (sessions(), Pin::parse("482915").unwrap(), UserId::parse("u1").unwrap());
        let token = sessions.seat_token(&pin, "g1", &player);
        assert_eq!(sessions.seat_of(&token, &pin, "g1"), Some(player));
        assert_eq!(sessions.seat_of(&token, &pin, "g2"), None);
        assert!(!sessions.is_host(&token, &pin, "g1"));
        assert_eq!(sessions.seat_of(&sessions.host_token(&pin, "g1"), &pin, "g1"), None);
    }
}
