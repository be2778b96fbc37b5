//! Who may write quizzes and start games: everybody, or people who have entered the authors' key once. A
//! signed cookie of its own remembers that, on all nodes.
//!
//! The authors' key is a word that people remember, so it could be guessed. What leaves the server must
//! therefore not tell whether a guess is right: the cookie is signed with a key made of the server's secret
//! and the authors' key. Without the secret there is nothing to try guesses on, however fast a machine is
//! (and with it, one can sign as anybody anyway); so no slow digest is needed. The server itself takes a few
//! guesses a minute only. Another authors' key is another signing key, so that nobody stays an author.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue};
use protocol::UserId;

use super::purpose::TokenPurpose;
use super::signer::{Signed, Signer};
use super::{Sessions, cookies, now};
use crate::quota::Payer;

const COOKIE: &str = "hubbub-author";
/// Appended to the session cookie's name.
pub(super) const COOKIE_SUFFIX: &str = "-author";

/// Decides who may write quizzes and start games, by their session and the authors' key.
#[derive(Clone)]
pub struct Authors {
    sessions: Sessions,
    signer: Signer,
    /// `None`: everybody is an author.
    key: Option<String>,
}

impl Authors {
    /// The account that something stored for a request is charged to.
    pub fn payer(&self, person: &UserId, headers: &HeaderMap, address: IpAddr) -> Payer {
        Payer { person: person.clone(), address: Some(address), is_known: self.has_key(headers) }
    }

    /// With a key, only people who enter it are authors. A changed key ends all authorships.
    pub fn new(sessions: Sessions, key: Option<&str>) -> Self {
        let signer = Signer::new(TokenPurpose::Author { key: key.unwrap_or_default() }, &sessions.inner.keys);
        Self { sessions, signer, key: key.map(ToOwned::to_owned) }
    }

    /// Whether the sender of these headers may write quizzes and start games.
    pub fn may_write(&self, headers: &HeaderMap) -> bool {
        self.key.is_none() || self.has_key(headers)
    }

    /// Whether the sender has entered the key. Without a key, nobody has.
    pub fn has_key(&self, headers: &HeaderMap) -> bool {
        let entered = |member: protocol::Member| self.entered(&member.id, headers).is_some();
        self.key.is_some() && self.sessions.authenticate(headers).is_some_and(entered)
    }

    /// The `Set-Cookie` header that makes `user` an author; `None` for a wrong key.
    pub fn admit(&self, user: &UserId, key: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.key.as_ref().is_some_and(|right| !self.signer.is_same(right, key)) {
            return None;
        }
        self.write(user, headers)
    }

    /// The `Set-Cookie` header that prolongs `user`'s authorship, where that is due.
    pub fn renew(&self, user: &UserId, headers: &HeaderMap) -> Option<HeaderValue> {
        self.entered(user, headers).filter(|signed| self.sessions.is_due(signed, now()))?;
        self.write(user, headers)
    }

    /// The verified cookie with the time when `user` entered the key.
    fn entered<'a>(&self, user: &UserId, headers: &'a HeaderMap) -> Option<Signed<'a>> {
        let lifetime = self.sessions.lifetime();
        cookies::called(COOKIE, headers)
            .filter_map(|value| self.signer.verify(value))
            .find(|signed| signed.body == user.as_str() && self.sessions.is_good(signed, lifetime, now()))
    }

    fn write(&self, user: &UserId, headers: &HeaderMap) -> Option<HeaderValue> {
        let value = self.signer.sign(user.as_str(), now());
        self.sessions.write_cookie(COOKIE, &value, self.sessions.lifetime(), headers)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;
    use protocol::{Member, Name};

    use super::*;

    const KEY: &str = "open sesame";

    fn sessions() -> Sessions {
        Sessions::new("a secret of at least thirty-two characters")
    }

    fn member(id: &str) -> Member {
        Member { id: UserId::parse(id).unwrap(), name: Name::parse("Ana").unwrap() }
    }

    /// A browser with these cookies.
    fn bringing(cookies: &[HeaderValue]) -> HeaderMap {
        let pairs = cookies.iter().map(|cookie| {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            (header::COOKIE, HeaderValue::from_str(pair).unwrap())
        });
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| {
            headers.append(name, value);
        });
        headers
    }

    fn session(id: &str) -> HeaderValue {
        sessions().write(&member(id), &HeaderMap::new()).unwrap()
    }

    #[test]
    fn the_key_makes_an_author_on_every_node() {
        let cookie = Authors::new(sessions(), Some(KEY)).admit(&member("ana").id, KEY, &HeaderMap::new()).unwrap();
        let elsewhere = Authors::new(sessions(), Some(KEY));
        assert!(elsewhere.may_write(&bringing(&[session("ana"), cookie.clone()])));
        assert!(!elsewhere.may_write(&bringing(&[session("ana")])));
        assert!(!elsewhere.may_write(&bringing(&[session("ben"), cookie.clone()])), "it is for one person");
        let changed = Authors::new(sessions(), Some("another key"));
        assert!(!changed.may_write(&bringing(&[session("ana"), cookie])), "a new key ends the old one");
    }

    #[test]
    fn a_wrong_key_and_another_cookie_make_nobody_an_author() {
        let authors = Authors::new(sessions(), Some(KEY));
        assert_eq!(authors.admit(&member("ana").id, "guess", &HeaderMap::new()), None);
        let renamed = session("ana").to_str().unwrap().replacen("hubbub=", "hubbub-author=", 1);
        let renamed = HeaderValue::from_str(&renamed).unwrap();
        assert!(!authors.may_write(&bringing(&[session("ana"), renamed])));
    }

    #[test]
    fn without_a_key_everybody_is_an_author() {
        assert!(Authors::new(sessions(), None).may_write(&HeaderMap::new()));
    }

    #[test]
    fn without_the_secret_of_the_server_the_cookie_tells_nothing_about_the_key() {
        let cookie = Authors::new(sessions(), Some(KEY)).admit(&member("ana").id, KEY, &HeaderMap::new()).unwrap();
        let elsewhere = Sessions::new("another secret, just as long as the first one");
        let session = elsewhere.write(&member("ana"), &HeaderMap::new()).unwrap();
        assert!(!Authors::new(elsewhere, Some(KEY)).may_write(&bringing(&[session, cookie])), "the right guess");
    }

    #[test]
    fn an_author_who_comes_back_stays_one() {
        let authors = Authors::new(sessions(), Some(KEY));
        let two_days_ago = authors.signer.sign("ana", now() - 2 * 24 * 60 * 60);
        let pair = HeaderValue::from_str(&format!("{COOKIE}={two_days_ago}")).unwrap();
        let headers = bringing(&[session("ana"), pair]);
        let renewed = authors.renew(&member("ana").id, &headers).unwrap();
        assert!(authors.may_write(&bringing(&[session("ana"), renewed.clone()])));
        assert_eq!(authors.renew(&member("ana").id, &bringing(&[renewed])), None, "not due again");
        assert_eq!(authors.renew(&member("ben").id, &headers), None);
    }
}
