//! What must hold for any cookies and tokens of a client, checked by `cargo fuzz` (see `fuzz/`).

use std::sync::LazyLock;

use axum::http::header;
use protocol::{HostId, Pin};

use super::*;

/// The keys are derived once, not for each input.
static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| Sessions::new("the secret of nobody but the fuzz targets"));
/// A game that has tokens.
const GAME: &str = "g1";
/// The longest text that is verified.
const LONGEST: usize = 1024;
/// How many cookies of one name are tried.
const SAME_NAME: usize = 8;
/// How many cookies of one kind are looked at.
const MOST: usize = 200;

/// Reads each line as a header with cookies; `https` in the first one says that the client came by it. Then
/// takes all of it for a name, and for a token.
pub(crate) fn check(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        if line == b"https" {
            headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        } else if let Ok(line) = HeaderValue::from_bytes(line) {
            headers.append(header::COOKIE, line);
        }
    }
    nobody_comes_of(&headers);
    let text = String::from_utf8_lossy(data);
    proves_nothing(&text);
    signs_its_own(&text, data.len());
    hides_nobody(headers, &text);
}

/// What was not signed here is no session, no game and no right.
fn nobody_comes_of(headers: &HeaderMap) {
    assert_eq!(SESSIONS.authenticate_with_age(headers), None);
    assert_eq!(SESSIONS.visit(headers), None);
    assert_eq!(SESSIONS.visited(headers), None);
    assert_eq!(SESSIONS.hosted(headers), []);
    assert!(SESSIONS.host_tokens(headers).len() <= MOST);
    assert!(!Authors::new(SESSIONS.clone(), Some("sesame")).has_key(headers));
    for cookie in SESSIONS.forget(headers) {
        let plain = String::from_utf8_lossy(cookie.as_bytes());
        assert!(plain.trim_start_matches("__Host-").starts_with(COOKIE), "{cookie:?}");
        assert!(plain.ends_with("; Path=/; Max-Age=0") && plain.matches(';').count() <= 5, "{cookie:?}");
    }
}

/// What was not signed here is no token.
fn proves_nothing(text: &str) {
    let pin = pin();
    assert_eq!(SESSIONS.host_of(text, &pin, GAME), None);
    assert_eq!(SESSIONS.seat_of(text, &pin, GAME), None);
    if let Ok(token) = SessionToken::parse(text) {
        assert_eq!(SESSIONS.visit_with(&token), None);
    }
}

/// What was signed is verified, unless one byte of it was changed.
fn signs_its_own(text: &str, at: usize) {
    let signer = &SESSIONS.inner.hosts;
    assert_eq!(signer.verify(text), None);
    let signed = signer.sign(text, at as u64);
    let Some(verified) = signer.verify(&signed) else {
        assert!(signed.len() > LONGEST, "{signed}");
        return;
    };
    assert_eq!(verified, Signed { body: text, issued_at: at as u64, by_old_key: false });
    let mut altered = signed.clone().into_bytes();
    let at = at % altered.len();
    altered[at] ^= 1;
    assert_eq!(std::str::from_utf8(&altered).ok().and_then(|altered| signer.verify(altered)), None, "{signed}");
}

/// A session is found beside other cookies, unless there are too many of its name before it. Its name and its
/// tokens are the same afterwards.
fn hides_nobody(mut headers: HeaderMap, text: &str) {
    let Ok(name) = Name::parse(text) else { return };
    let member = Member { id: UserId::parse("u1").unwrap(), name };
    let cookie = SESSIONS.write(&member, &headers).unwrap();
    let pair = cookie.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    let before = cookies::called(COOKIE, &headers).count();
    headers.append(header::COOKIE, HeaderValue::from_bytes(pair).unwrap());
    assert_eq!(SESSIONS.authenticate(&headers), Some(member.clone()).filter(|_| before < SAME_NAME));
    let token = SESSIONS.token(&member).unwrap();
    assert_eq!(SESSIONS.visit_with(&token).map(|visit| visit.member), Some(member));
    if let Ok(host) = HostId::parse(text) {
        let role = HostRole::Added(host);
        let token = SESSIONS.host_token(&pin(), GAME, &role);
        assert_eq!(SESSIONS.host_of(&token, &pin(), GAME), Some(role));
    }
}

fn pin() -> Pin {
    Pin::parse("482915").unwrap()
}
