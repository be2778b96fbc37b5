//! Signed tokens that prove a host of a game or a seat in it, to any node. They name the game's id too,
//! because a PIN is used again.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use protocol::{HostId, Pin, UserId};

use super::signer::Signer;
use super::{Sessions, cookies, now};

/// The beginning of the name of a host's cookie; the PIN follows.
const COOKIE: &str = "hubbub-host-";
/// Appended to the session cookie's name; the PIN follows.
pub(super) const COOKIE_SUFFIX: &str = "-host-";
/// How long a host's token is valid after the last visit of the host's page; a game is kept for a day
/// after its last step.
const LIFETIME: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How many games of one host are looked up; a browser keeps fewer cookies of a site.
const HOSTED: usize = 200;

/// The number of random letters in an added host's id.
const HOST_LETTERS: usize = 6;

/// The right by which somebody hosts a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRole {
    /// They began it, and are its host for good.
    Owner,
    /// They were added by a code, and are a host until they are removed.
    Added(HostId),
}

/// The id of somebody who is added as a host. It contains the person's id, so that the right ends
/// when they sign out.
pub fn host_id(person: &UserId) -> Option<HostId> {
    let random = storage::random::text(HOST_LETTERS);
    let of_person = HostId::parse(&format!("{random}{person}"));
    // A person's id of an earlier version may have characters that a host's may not.
    of_person.or_else(|_| HostId::parse(&storage::random::text(2 * HOST_LETTERS))).ok()
}

/// The person in a host's id.
pub fn person_of(host: &HostId) -> Option<UserId> {
    UserId::parse(host.as_str().get(HOST_LETTERS..)?).ok()
}

impl Sessions {
    /// The token that proves a host of a game.
    pub fn host_token(&self, pin: &Pin, game: &str, role: &HostRole) -> String {
        let subject = subject(pin, game);
        let subject = match role {
            HostRole::Owner => subject,
            HostRole::Added(host) => format!("{subject}.{host}"),
        };
        self.inner.hosts.sign(&subject, now())
    }

    /// The right that a token proves for a game, unless its added host signed out. Whether that host was
    /// removed, or the owner signed out, is not checked here.
    pub fn host_of(&self, token: &str, pin: &Pin, game: &str) -> Option<HostRole> {
        match self.verified_content(&self.inner.hosts, token)?.strip_prefix(&subject(pin, game))? {
            "" => Some(HostRole::Owner),
            added => {
                let host = HostId::parse(added.strip_prefix('.')?).ok()?;
                let is_over = person_of(&host).is_some_and(|person| self.has_ended(&person));
                (!is_over).then_some(HostRole::Added(host))
            }
        }
    }

    /// The `Set-Cookie` header that makes the sender of these headers a host.
    pub fn host_cookie(&self, pin: &Pin, game: &str, role: &HostRole, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(&format!("{COOKIE}{pin}"), &self.host_token(pin, game, role), LIFETIME, headers)
    }

    /// The host's tokens in a request that were signed here for a game with the PIN of their cookie, in the
    /// order of the cookies. Whether the game exists, and they are its hosts still, has to be checked.
    pub fn hosted(&self, headers: &HeaderMap) -> Vec<(Pin, String)> {
        let signed = |(pin, token): (&str, &str)| {
            let pin = Pin::parse(pin).ok()?;
            let is_of_pin =
                self.verified_content(&self.inner.hosts, token)?.strip_prefix(pin.as_str())?.starts_with('.');
            is_of_pin.then(|| (pin, token.to_owned()))
        };
        cookies::beginning(COOKIE, headers).filter_map(signed).take(HOSTED).collect()
    }

    /// The host's tokens in a request, not verified.
    pub fn host_tokens(&self, headers: &HeaderMap) -> Vec<String> {
        cookies::beginning(COOKIE, headers).map(|(_, token)| token.to_owned()).take(HOSTED).collect()
    }

    /// The token that gives a player their seat back.
    pub fn seat_token(&self, pin: &Pin, game: &str, player: &UserId) -> String {
        self.inner.seats.sign(&format!("{}.{player}", subject(pin, game)), now())
    }

    /// The player whose seat a token proves.
    pub fn seat_of(&self, token: &str, pin: &Pin, game: &str) -> Option<UserId> {
        let (of, player) = self.verified_content(&self.inner.seats, token)?.rsplit_once('.')?;
        UserId::parse(player).ok().filter(|player| of == subject(pin, game) && !self.has_ended(player))
    }

    /// The content of a token that was signed here and has not expired.
    fn verified_content<'a>(&self, signer: &Signer, token: &'a str) -> Option<&'a str> {
        signer.verify(token).filter(|signed| self.is_good(signed, LIFETIME, now())).map(|signed| signed.body)
    }
}

fn subject(pin: &Pin, game: &str) -> String {
    format!("{pin}.{game}")
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn sessions() -> Sessions {
        Sessions::new("a secret of at least thirty-two characters")
    }

    #[test]
    fn a_host_is_one_of_that_game_alone() {
        let (sessions, pin) = (sessions(), Pin::parse("482915").unwrap());
        let cookie = sessions.host_cookie(&pin, "g1", &HostRole::Owner, &HeaderMap::new()).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())]);
        let tokens = sessions.host_tokens(&headers);
        let is_host = |pin: &Pin, game: &str| tokens.iter().any(|token| sessions.host_of(token, pin, game).is_some());
        assert!(is_host(&pin, "g1"));
        assert!(!is_host(&pin, "g2"), "a later game with the same PIN");
        assert!(!is_host(&Pin::parse("482916").unwrap(), "g1"));
        assert_eq!(sessions.hosted(&headers), [(pin.clone(), tokens[0].clone())]);
        for forged in [format!("hubbub-host-482916={}", tokens[0]), "hubbub-host-482915=x".into()] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&forged).unwrap())]);
            assert_eq!(sessions.hosted(&headers), [], "{forged}");
        }
        for role in [HostRole::Owner, HostRole::Added(HostId::parse("h1").unwrap())] {
            let token = sessions.host_token(&pin, "g1", &role);
            assert_eq!(sessions.host_of(&token, &pin, "g1"), Some(role));
            assert_eq!(sessions.host_of(&token, &pin, "g"), None);
        }
    }

    #[test]
    fn an_added_hosts_id_says_whose_it_is() {
        let ana = crate::session::guest().id;
        let ids = [host_id(&ana).unwrap(), host_id(&ana).unwrap()];
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| person_of(id).as_ref() == Some(&ana)));
        assert!(host_id(&UserId::parse("an-id_of-before").unwrap()).is_some());
    }

    #[test]
    fn a_seat_is_the_players_own() {
        let (sessions, pin, player) = (sessions(), Pin::parse("482915").unwrap(), UserId::parse("u1").unwrap());
        let token = sessions.seat_token(&pin, "g1", &player);
        assert_eq!(sessions.seat_of(&token, &pin, "g1"), Some(player));
        assert_eq!(sessions.seat_of(&token, &pin, "g2"), None);
        assert_eq!(sessions.host_of(&token, &pin, "g1"), None);
        assert_eq!(sessions.seat_of(&sessions.host_token(&pin, "g1", &HostRole::Owner), &pin, "g1"), None);
    }

    #[test]
    fn a_token_of_a_game_is_over_after_two_days() {
        let (sessions, pin) = (sessions(), Pin::parse("482915").unwrap());
        let signed = |days_ago: u64| sessions.inner.hosts.sign("482915.g1", now() - days_ago * 24 * 60 * 60);
        assert_eq!(sessions.host_of(&signed(1), &pin, "g1"), Some(HostRole::Owner));
        assert_eq!(sessions.host_of(&signed(2), &pin, "g1"), None);
    }
}
