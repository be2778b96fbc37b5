//! Who is who: a guest session in a signed cookie.
//!
//! The cookie is the session: id and name, signed with a key that all nodes
//! share, so no node has to remember anybody.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, CookieJar, Key, SameSite};
use protocol::{Member, MessageId, Name, UserId};
use sha2::{Digest, Sha512};

mod authors;
mod names;
mod tickets;

pub use authors::Authors;

/// The cookie's name; behind https it gets the prefix that binds it to the host
/// (RFC 6265bis, section 4.1.3.2).
const COOKIE: &str = "hubbub";
const HOST: &str = "__Host-";
/// A guest who does not come back for so long starts anew.
const KEPT: Duration = Duration::days(365);

/// Reads and writes sessions.
#[derive(Clone)]
pub struct Sessions {
    key: Key,
}

impl Sessions {
    /// Sessions signed with a secret of any length from 32 characters.
    pub fn new(secret: &str) -> Self {
        Self { key: Key::from(&Sha512::digest(secret.as_bytes())) }
    }

    /// A secret nobody can guess, for [`Sessions::new`].
    pub fn fresh_secret() -> String {
        crate::random::text(48)
    }

    /// The session in a request; `None` for a missing, foreign or altered one.
    pub fn read(&self, headers: &HeaderMap) -> Option<Member> {
        let text = self.read_cookie(COOKIE, headers)?;
        let (id, name) = text.split_once('.')?;
        Some(Member { id: UserId::parse(id).ok()?, name: Name::parse(name).ok()? })
    }

    /// The `Set-Cookie` header that makes `member` the session of whoever sent
    /// a request with `headers`.
    pub fn write(&self, member: &Member, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(COOKIE, format!("{}.{}", member.id, member.name), KEPT, headers)
    }

    /// What a cookie of ours says; `None` for a missing, foreign or altered one.
    /// The signature does not cover the name, so what one cookie says must mean
    /// nothing in another.
    fn read_cookie(&self, name: &str, headers: &HeaderMap) -> Option<String> {
        let name = name_for(name, headers);
        let mut jar = CookieJar::new();
        for line in headers.get_all(header::COOKIE) {
            for cookie in Cookie::split_parse_encoded(line.to_str().ok()?.to_owned()).flatten() {
                if cookie.name() == name {
                    jar.add_original(cookie);
                }
            }
        }
        Some(jar.signed(&self.key).get(&name)?.value().to_owned())
    }

    /// A text that only we can have written, for [`Sessions::verify`]. It is
    /// not hidden. What sessions are made of must not be signed as something
    /// else, so it begins with a word and a colon, which no session does.
    fn sign(&self, text: &str) -> String {
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(Cookie::new(COOKIE, text.to_owned()));
        jar.get(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
    }

    /// The text that [`Sessions::sign`] signed; `None` for any other.
    fn verify(&self, signed: &str) -> Option<String> {
        let cookie = CookieJar::new().signed(&self.key).verify(Cookie::new(COOKIE, signed.to_owned()))?;
        Some(cookie.value().to_owned())
    }

    /// The `Set-Cookie` header for what [`Sessions::read_cookie`] reads.
    fn write_cookie(&self, name: &str, value: String, kept: Duration, headers: &HeaderMap) -> Option<HeaderValue> {
        let cookie = Cookie::build((name_for(name, headers), value))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(is_secure(headers))
            .path("/")
            .max_age(kept)
            .build();
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        let text = jar.delta().next()?.encoded().to_string();
        HeaderValue::from_str(&text).ok()
    }
}

/// What a cookie is called in answer to such a request.
fn name_for(name: &str, headers: &HeaderMap) -> String {
    if is_secure(headers) { format!("{HOST}{name}") } else { name.to_owned() }
}

/// Whether a `Set-Cookie` header makes a session.
pub fn is_session(set_cookie: &HeaderValue) -> bool {
    let text = set_cookie.as_bytes();
    let name = text.split(|byte| *byte == b'=').next().unwrap_or_default();
    name.strip_prefix(HOST.as_bytes()).unwrap_or(name) == COOKIE.as_bytes()
}

/// Somebody new, with a friendly name of their own.
pub fn guest() -> Member {
    let id = UserId::parse(&crate::random::text(20));
    match (id, Name::parse(&names::draw(&mut rand::rng()))) {
        (Ok(id), Ok(name)) => Member { id, name },
        // Both are made of letters that ids and names take.
        _ => unreachable!("drawn ids and names are valid"),
    }
}

/// An id for a message whose sender gave it none.
pub fn random_message_id() -> MessageId {
    // Letters and digits are what message ids are made of.
    MessageId::parse(&crate::random::text(20)).unwrap_or_else(|_| unreachable!("a drawn id is valid"))
}

/// Whether the client came by https, as the proxy in front says. A client that
/// says so itself only gets a cookie that it will not send back.
fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two characters";

    fn ana() -> Member {
        Member { id: UserId::parse("u1").unwrap(), name: Name::parse("Ána; \"B\", .c").unwrap() }
    }

    /// The request headers of a browser that was given `set_cookie`.
    fn bringing(set_cookie: &HeaderValue) -> HeaderMap {
        let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    #[test]
    fn a_session_comes_back_on_any_node_with_the_same_secret() {
        let cookie = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
        assert_eq!(Sessions::new(SECRET).read(&bringing(&cookie)), Some(ana()));
        assert_eq!(Sessions::new("another secret, just as long as it").read(&bringing(&cookie)), None);
    }

    #[test]
    fn an_altered_session_is_nobody() {
        let cookie = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
        let altered = cookie.to_str().unwrap().replace("u1.", "u2.");
        let headers = bringing(&HeaderValue::from_str(&altered).unwrap());
        assert_eq!(Sessions::new(SECRET).read(&headers), None);
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        let sessions = Sessions::new(SECRET);
        let signed = sessions.sign("host:482915");
        assert_eq!(sessions.verify(&signed).as_deref(), Some("host:482915"));
        assert_eq!(sessions.verify(&signed.replace('9', "8")), None);
        assert_eq!(sessions.verify("host:482915"), None);
        assert_eq!(Sessions::new("another secret, just as long as it").verify(&signed), None);
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let plain = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
        let plain = plain.to_str().unwrap();
        assert!(
            plain.starts_with("hubbub=") && plain.contains("HttpOnly") && plain.contains("SameSite=Lax"),
            "{plain}"
        );
        assert!(!plain.contains("Secure"));

        let https = HeaderMap::from_iter([("x-forwarded-proto".parse().unwrap(), HeaderValue::from_static("https"))]);
        let secure = Sessions::new(SECRET).write(&ana(), &https).unwrap();
        let secure = secure.to_str().unwrap();
        assert!(
            secure.starts_with("__Host-hubbub=") && secure.contains("Secure") && secure.contains("Path=/"),
            "{secure}"
        );
    }

    #[test]
    fn every_guest_is_somebody_else() {
        assert_ne!(guest().id, guest().id);
    }
}
