//! What a session survives, and what ends it.

use axum::http::header;

use super::*;

const SECRET: &str = "a secret of at least thirty-two characters";
const OTHER: &str = "another secret, just as long as it";
const DAY: u64 = 24 * 60 * 60;

fn ana() -> Member {
    Member { id: UserId::parse("u1").unwrap(), name: Name::parse("Ána; \"B\", .c").unwrap() }
}

/// The request headers of a browser that was given `set_cookie`.
fn bringing(set_cookie: &HeaderValue) -> HeaderMap {
    let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
    HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
}

fn with(current: &str, old: &[&str], not_before: u64) -> Sessions {
    let keys = SessionKeys { current: current.into(), old: old.iter().map(ToString::to_string).collect() };
    Sessions::with(keys, SessionRules { not_before, ..SessionRules::default() }, Arc::default())
}

#[test]
fn a_session_comes_back_on_any_node_with_the_same_secret() {
    let cookie = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
    assert_eq!(Sessions::new(SECRET).authenticate(&bringing(&cookie)), Some(ana()));
    assert_eq!(Sessions::new(OTHER).authenticate(&bringing(&cookie)), None);
}

#[test]
fn an_altered_session_is_nobody() {
    let cookie = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
    let altered = cookie.to_str().unwrap().replace("u1.", "u2.");
    let headers = bringing(&HeaderValue::from_str(&altered).unwrap());
    assert_eq!(Sessions::new(SECRET).authenticate(&headers), None);
}

#[test]
fn a_foreign_cookie_that_cannot_be_read_ends_no_session() {
    let cookie = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
    let pair = cookie.to_str().unwrap().split(';').next().unwrap();
    for line in [format!("city=Köln; {pair}"), format!("{pair}; city=Köln"), format!("hubbub=Köln; {pair}")] {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap())]);
        assert_eq!(Sessions::new(SECRET).authenticate(&headers), Some(ana()), "{line}");
    }
}

#[test]
fn a_session_is_renewed_by_visits_and_over_without_them() {
    let sessions = Sessions::new(SECRET);
    let token = sessions.token_of(&ana(), 1000 * DAY);
    let at = |now| sessions.visit_at(&token, now).map(|visit| visit.is_due);
    assert_eq!(at(1000 * DAY), Some(false));
    assert_eq!(at(1001 * DAY - 1), Some(false));
    assert_eq!(at(1001 * DAY), Some(true), "after a day");
    assert_eq!(at(1180 * DAY - 1), Some(true));
    assert_eq!(at(1180 * DAY), None, "over");
    assert_eq!(at(999 * DAY), Some(false), "a clock may be wrong");
    assert_eq!(at(999 * DAY - 1), None, "but not by more than a day");
    let short = SessionRules { lifetime: Duration::from_secs(DAY), not_before: 0 };
    let short = Sessions::with(SessionKeys { current: SECRET.into(), old: Vec::new() }, short, Arc::default());
    assert_eq!(short.visit_at(&token, 1000 * DAY + DAY / 10).map(|visit| visit.is_due), Some(true), "a tenth");
}

#[test]
fn the_operator_ends_what_is_older_than_a_moment() {
    let (early, late) =
        (with(SECRET, &[], 0).token_of(&ana(), 10 * DAY), with(SECRET, &[], 0).token_of(&ana(), 11 * DAY));
    let ended = with(SECRET, &[], 11 * DAY);
    assert_eq!(ended.visit_at(&early, 11 * DAY), None);
    assert_eq!(ended.visit_at(&late, 11 * DAY).map(|visit| visit.member), Some(ana()));
}

#[test]
fn another_key_ends_all_sessions_unless_the_old_one_is_named() {
    let token = Sessions::new(OTHER).token(&ana()).unwrap();
    assert_eq!(with(SECRET, &[], 0).visit_with(&token), None);
    let rotated = with(SECRET, &[OTHER], 0);
    assert_eq!(rotated.visit_with(&token), Some(Visit { member: ana(), is_due: true }));
    let renewed = rotated.token(&ana()).unwrap();
    assert_eq!(Sessions::new(SECRET).visit_with(&renewed).map(|visit| visit.is_due), Some(false));
}

#[test]
fn what_was_signed_for_something_else_is_no_session() {
    let sessions = Sessions::new(SECRET);
    let body = format!("u1.{}", BASE64URL_NOPAD.encode(b"Ana"));
    assert!(sessions.visit_at(&sessions.inner.sessions.sign(&body, now()), now()).is_some());
    for signer in [&sessions.inner.hosts, &sessions.inner.seats] {
        assert_eq!(sessions.visit_at(&signer.sign(&body, now()), now()), None);
    }
}

#[test]
fn a_cookie_of_before_is_read_until_the_operator_ends_sessions() {
    let cookie = "zfUShXk4DlXQ/1F/RFPj74O4Mce6gW8NDvNx4exJSFc=u1.%C3%81na%20B";
    let headers = bringing(&HeaderValue::from_str(&format!("hubbub={cookie}; Path=/")).unwrap());
    let before = with(SECRET, &[], 0).earlier(cookie, DAY).unwrap();
    assert!(before.is_due && before.member.id == ana().id);
    assert_eq!(with(SECRET, &[], 1).authenticate(&headers), None);
}

#[test]
fn the_longest_name_fits_into_a_token() {
    let name = Name::parse(&"\u{1F600}".repeat(protocol::limits::NAME_CHARS)).unwrap();
    let id = UserId::parse(&"u".repeat(protocol::limits::USER_ID_CHARS)).unwrap();
    let member = Member { id, name };
    let sessions = Sessions::new(SECRET);
    assert_eq!(sessions.visit_with(&sessions.token(&member).unwrap()).map(|visit| visit.member), Some(member));
}

#[test]
fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let plain = Sessions::new(SECRET).write(&ana(), &HeaderMap::new()).unwrap();
    let plain = plain.to_str().unwrap();
    assert!(plain.starts_with("hubbub=") && plain.contains("HttpOnly") && plain.contains("SameSite=Lax"), "{plain}");
    assert!(!plain.contains("Secure") && plain.contains("Max-Age=15552000"), "{plain}");

    let https = HeaderMap::from_iter([("x-forwarded-proto".parse().unwrap(), HeaderValue::from_static("https"))]);
    let secure = Sessions::new(SECRET).write(&ana(), &https).unwrap();
    assert!(is_session(&secure));
    let secure = secure.to_str().unwrap();
    assert!(secure.starts_with("__Host-hubbub=") && secure.contains("Secure") && secure.contains("Path=/"), "{secure}");
}

#[test]
fn what_is_forgotten_is_all_of_ours_and_nothing_else() {
    let line = "hubbub=a; theme=dark; hubbub-author=b; hubbub-host-482915=c; hubbubble=d; __Host-hubbub=e";
    let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
    let forgotten = Sessions::new(SECRET).forget(&headers);
    let names: Vec<_> = forgotten.iter().map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap()).collect();
    assert_eq!(names, ["hubbub", "hubbub-author", "hubbub-host-482915", "hubbub"]);
    assert!(forgotten.iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
    assert!(is_session(&forgotten[0]) && !is_session(&forgotten[1]));
}

#[test]
fn every_guest_is_somebody_else() {
    assert_ne!(guest().id, guest().id);
}
