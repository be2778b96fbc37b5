//! Parses and writes cookies. Each cookie is parsed on its own, byte by byte: what another program on the
//! same host has set, in whatever encoding, does not affect ours. Knows nothing of their contents.

use axum::http::{HeaderMap, HeaderValue, header};

/// The prefix that binds a cookie to the host behind https
/// (RFC 6265bis, section 4.1.3.2).
const HOST: &str = "__Host-";
/// How many cookies of one name are tried. A browser sends several where older ones were set for another path
/// or domain; a stranger could send thousands.
const SAME_NAME: usize = 8;

/// The values of the cookies named `name`, in the order they came in.
pub(super) fn called<'a>(name: &str, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
    let name = name_for(name, headers);
    all(headers).filter(move |(other, _)| *other == name).map(|(_, value)| value).take(SAME_NAME)
}

/// The cookies whose names begin with `start`, behind https or not: the rest of the name, and the value.
pub(super) fn beginning<'a>(start: &'static str, headers: &'a HeaderMap) -> impl Iterator<Item = (&'a str, &'a str)> {
    all(headers).filter_map(move |(name, value)| Some((plain_name(name).strip_prefix(start)?, value)))
}

/// Names and values of all cookies that can be parsed.
fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || std::str::from_utf8(halves.next()?.trim_ascii()).ok();
        let (name, value) = (half()?, half()?);
        Some((name, value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)))
    })
}

/// The `Set-Cookie` header of a cookie that scripts and other sites do not get. With 0 seconds,
/// the browser deletes it.
pub(super) fn set(name: &str, value: &str, seconds: u64, headers: &HeaderMap) -> Option<HeaderValue> {
    let (name, secure) = (name_for(name, headers), if is_secure(headers) { "; Secure" } else { "" });
    HeaderValue::try_from(format!("{name}={value}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age={seconds}")).ok()
}

/// Whether a `Set-Cookie` header sets the cookie named `name`.
pub(super) fn sets(set_cookie: &HeaderValue, name: &str) -> bool {
    let pair = set_cookie.as_bytes().split(|byte| *byte == b'=').next().unwrap_or_default();
    pair.strip_prefix(HOST.as_bytes()).unwrap_or(pair) == name.as_bytes()
}

fn plain_name(name: &str) -> &str {
    name.strip_prefix(HOST).unwrap_or(name)
}

/// The name of a cookie in the answer to such a request; behind https it has a prefix.
fn name_for(name: &str, headers: &HeaderMap) -> String {
    if is_secure(headers) { format!("{HOST}{name}") } else { name.to_owned() }
}

/// Whether the client came by https, as the proxy in front says. A client that claims it falsely only gets a
/// cookie that it will not send back.
fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[&[u8]]) -> HeaderMap {
        let line = |line: &&[u8]| (header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        HeaderMap::from_iter(lines.iter().map(line))
    }

    fn ours(lines: &[&[u8]]) -> Vec<String> {
        called("hubbub", &with(lines)).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn an_unreadable_cookie_hides_no_other() {
        assert_eq!(ours(&["city=Köln; hubbub=a".as_bytes()]), ["a"]);
        assert_eq!(ours(&[b"hubbub=a; city=K\xf6ln"]), ["a"]);
        assert_eq!(ours(&[b"K\xf6ln=city", b"; ;=; x; hubbub = a ;"]), ["a"]);
        assert_eq!(ours(&[b"hubbub=\xf6; hubbub=\"b\""]), ["b"]);
    }

    #[test]
    fn several_of_one_name_are_all_seen_and_thousands_are_not() {
        assert_eq!(ours(&[b"hubbub=old; hubbub=new", b"hubbub=third"]), ["old", "new", "third"]);
        let flood = "hubbub=x; ".repeat(20_000);
        assert_eq!(ours(&[flood.as_bytes()]).len(), SAME_NAME);
    }

    #[test]
    fn a_name_is_the_whole_name() {
        assert!(ours(&[b"hubbub2=a; xhubbub=b; Hubbub=c; __Host-hubbub=d"]).is_empty());
        let headers = with(&[b"hubbub-host-482915=a; __Host-hubbub-host-7=b; other=c"]);
        assert_eq!(beginning("hubbub-host-", &headers).collect::<Vec<_>>(), [("482915", "a"), ("7", "b")]);
    }
}
