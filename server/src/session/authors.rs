//! Who may write quizzes and start games: everybody, or who has once entered
//! the authors' key. A signed cookie of its own remembers that, on all nodes.

use axum::http::{HeaderMap, HeaderValue};
use protocol::UserId;
use sha2::{Digest, Sha256};

use super::{KEPT, Sessions};
use crate::digest::hex;

const COOKIE: &str = "hubbub-author";

/// Knows authors.
#[derive(Clone)]
pub struct Authors {
    sessions: Sessions,
    /// The digest of the key; `None`: everybody is an author.
    key: Option<[u8; 32]>,
}

impl Authors {
    /// With a key, only who enters it is an author. Another key makes nobody one.
    pub fn new(sessions: Sessions, key: Option<&str>) -> Self {
        Self { sessions, key: key.map(digest) }
    }

    /// Whether whoever sent a request with `headers` may write quizzes and start games.
    pub fn may_write(&self, headers: &HeaderMap) -> bool {
        let Some(key) = self.key else { return true };
        let Some(member) = self.sessions.read(headers) else { return false };
        self.sessions.read_cookie(COOKIE, headers).is_some_and(|said| said == proof(&key, &member.id))
    }

    /// The `Set-Cookie` header that makes `user` an author; `None` for a wrong key.
    pub fn admit(&self, user: &UserId, key: &str, headers: &HeaderMap) -> Option<HeaderValue> {
        let said = digest(key);
        // Digests are compared, so the time it takes tells nothing about the key.
        if self.key.is_some_and(|key| key != said) {
            return None;
        }
        self.sessions.write_cookie(COOKIE, proof(&said, user), KEPT, headers)
    }
}

/// What the cookie says: good for one person and one key.
fn proof(key: &[u8; 32], user: &UserId) -> String {
    let digest = Sha256::new_with_prefix(b"author").chain_update(key).chain_update(user.as_str()).finalize();
    hex(&digest)
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
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
}
