//! Who is a host of a game, and whose a seat in it is: signed words that any
//! node believes. They name the game's id too, because a PIN comes back.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use protocol::{HostId, Pin, UserId};

use super::signer::Signer;
use super::{Sessions, cookies, now};

/// What the cookie of a game's host begins with; the PIN follows.
const COOKIE: &str = "hubbub-host-";
/// What that has besides the name of the session.
pub(super) const ENDING: &str = "-host-";
/// From one visit of a host's page to the next, at most; a game lives for a day after its last step.
const LIFETIME: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// Games of one host that are looked at; a browser keeps fewer cookies of a site.
const HOSTED: usize = 200;

/// Random letters of an added host's id.
const HOST_LETTERS: usize = 6;

/// As what somebody is a host of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRole {
    /// They began it, and are its host for good.
    Owner,
    /// They were added by a code, and are a host until they are removed.
    Added(HostId),
}

/// An id for somebody who is added as a host. It carries who they are, so that it ends when they sign out.
pub fn host_id(person: &UserId) -> Option<HostId> {
    let random = crate::random::text(HOST_LETTERS);
    let of_person = HostId::parse(&format!("{random}{person}"));
    // A person's id from before may have signs that a host's may not.
    of_person.or_else(|_| HostId::parse(&crate::random::text(2 * HOST_LETTERS))).ok()
}

/// Whose id that is.
pub fn person_of(host: &HostId) -> Option<UserId> {
    UserId::parse(host.as_str().get(HOST_LETTERS..)?).ok()
}

impl Sessions {
    /// What makes somebody a host of a game.
    pub fn host_token(&self, pin: &Pin, game: &str, role: &HostRole) -> String {
        let subject = subject(pin, game);
        let subject = match role {
            HostRole::Owner => subject,
            HostRole::Added(host) => format!("{subject}.{host}"),
        };
        self.inner.hosts.sign(&subject, now())
    }

    /// As what a token makes somebody a host of a game, unless they were removed since, or the owner signed out.
    pub fn host_of(&self, token: &str, pin: &Pin, game: &str) -> Option<HostRole> {
        match self.ticket(&self.inner.hosts, token)?.strip_prefix(&subject(pin, game))? {
            "" => Some(HostRole::Owner),
            added => {
                let host = HostId::parse(added.strip_prefix('.')?).ok()?;
                let is_over = person_of(&host).is_some_and(|person| self.has_ended(&person));
                (!is_over).then_some(HostRole::Added(host))
            }
        }
    }

    /// The `Set-Cookie` header that makes whoever sent a request with `headers` a host.
    pub fn host_cookie(&self, pin: &Pin, game: &str, role: &HostRole, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(&format!("{COOKIE}{pin}"), &self.host_token(pin, game, role), LIFETIME, headers)
    }

    /// The host tokens in a request that were signed here for a game of the PIN that their
    /// cookie is named by, with that PIN, in the order of the cookies. Whether there is such a
    /// game, and they are hosts of it still, is to be looked at.
    pub fn hosted(&self, headers: &HeaderMap) -> Vec<(Pin, String)> {
        let signed = |(pin, token): (&str, &str)| {
            let pin = Pin::parse(pin).ok()?;
            let is_of_pin = self.ticket(&self.inner.hosts, token)?.strip_prefix(pin.as_str())?.starts_with('.');
            is_of_pin.then(|| (pin, token.to_owned()))
        };
        cookies::beginning(COOKIE, headers).filter_map(signed).take(HOSTED).collect()
    }

    /// The host tokens in a request, not looked at yet.
    pub fn host_tokens(&self, headers: &HeaderMap) -> Vec<String> {
        cookies::beginning(COOKIE, headers).map(|(_, token)| token.to_owned()).take(HOSTED).collect()
    }

    /// What gives a player their seat back.
    pub fn seat_token(&self, pin: &Pin, game: &str, player: &UserId) -> String {
        self.inner.seats.sign(&format!("{}.{player}", subject(pin, game)), now())
    }

    /// Whose seat in a game a token is for.
    pub fn seat_of(&self, token: &str, pin: &Pin, game: &str) -> Option<UserId> {
        let (of, player) = self.ticket(&self.inner.seats, token)?.rsplit_once('.')?;
        UserId::parse(player).ok().filter(|player| of == subject(pin, game) && !self.has_ended(player))
    }

    /// What a token says that is not over yet.
    fn ticket<'a>(&self, signer: &Signer, token: &'a str) -> Option<&'a str> {
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
