//! Which origins may use this server, and which addresses are its own.

use std::fmt;

use axum::http::{HeaderMap, header};
use tracing::warn;

use super::host::Host;
use super::log_once::LogOnce;

/// Whether a request comes from our own pages, from an origin of the allow-list, or from no browser at all.
///
/// A browser always sends `Origin` with a WebSocket upgrade or a POST, and a page cannot set it (RFC 6454,
/// section 7), so its absence means another kind of client. `null` is never allowed.
pub fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    let Some(origin) = Origin::parse(origin) else { return false };
    allowed.iter().filter_map(|one| Origin::parse(one)).any(|one| one.is_same(&origin)) || origin.is_own(headers)
}

/// Whether a request may change something: its origin is allowed and the browser does not say that
/// another site made it.
pub fn may_change(headers: &HeaderMap, allowed: &[String]) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    match site {
        None | Some("same-origin" | "none") => is_allowed(headers, allowed),
        // The allow-list has origins, so the request needs one.
        Some(_) => headers.contains_key(header::ORIGIN) && is_allowed(headers, allowed),
    }
}

/// Logs which origin was refused on which host, and which setting allows it: each pair once. Nothing else
/// would tell an operator whose proxy does not forward the host.
pub fn note_refusal(headers: &HeaderMap) {
    static NOTES: LogOnce = LogOnce::new();
    let origin = headers.get(header::ORIGIN).and_then(|origin| Origin::parse(origin.to_str().ok()?));
    let Some((origin, requested)) = origin.zip(Host::of(headers)) else { return };
    if NOTES.is_new(&format!("{origin} {requested}")) {
        let way = if is_https(headers) { "https" } else { "http" };
        let help = origin.help(headers);
        warn!("a page of {origin} was not let in, which asked for {requested} by {way}; {help}");
    }
}

/// Whether an address (`https://host/path`) is on the server that the request was sent to.
pub fn is_own_address(address: &str, headers: &HeaderMap) -> bool {
    let Some(host_at) = address.find("://").map(|at| at + 3) else { return false };
    let ends_at = address[host_at..].find(['/', '?', '#']).map_or(address.len(), |at| host_at + at);
    Origin::parse(&address[..ends_at]).is_some_and(|origin| origin.is_own(headers))
}

/// Whether the browser used https, as the proxy in front says. The entrance decides whose header counts.
pub fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// An http or https scheme and a host.
struct Origin {
    is_https: bool,
    host: Host,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        (is_https || scheme.eq_ignore_ascii_case("http")).then_some(())?;
        Some(Self { is_https, host: host.parse().ok()? })
    }

    fn default_port(&self) -> u16 {
        if self.is_https { 443 } else { 80 }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.is_https == other.is_https && self.host.is_same(&other.host, self.default_port())
    }

    /// Whether the request was sent to this origin. If the browser used https, an http page of the same name
    /// may have been written by anybody on the way. Without a forwarded scheme, a proxy may still have
    /// been asked by https.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let by_https = is_https(headers);
        let scheme_fits = self.is_https || !by_https;
        scheme_fits && Host::requested(headers).iter().any(|requested| self.is_at(requested, by_https))
    }

    fn is_at(&self, requested: &Host, by_https: bool) -> bool {
        // A proxy that ends https may forward its inner port.
        let is_inner = by_https && requested.port() == Some(80);
        self.host.is_same(requested, self.default_port())
            || is_inner && self.host.is_same(&requested.without_port(), 443)
    }

    /// What the operator can do if this is an origin of theirs.
    fn help(&self, headers: &HeaderMap) -> String {
        let is_own_name = Host::requested(headers).iter().any(|requested| requested.has_name_of(&self.host));
        if is_own_name && !self.is_https && is_https(headers) {
            return "let your proxy lead people from http to https".into();
        }
        format!(
            "if that is an address of this server, let your proxy pass it on as Host, or as X-Forwarded-Host with its \
             own address in --trusted-proxies, or start with --allowed-origins {self}"
        )
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_https { "https" } else { "http" }, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn from(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        HeaderMap::from_iter(pairs)
    }

    fn allowed_at(host: &'static str, origin: &'static str) -> bool {
        is_allowed(&from(&[("host", host), ("origin", origin)]), &[])
    }

    #[test]
    fn our_own_pages_and_programs_may() {
        assert!(allowed_at("hub.example:8080", "http://hub.example:8080"));
        assert!(allowed_at("hub.example", "https://Hub.example"));
        assert!(is_allowed(&from(&[("host", "hub.example")]), &[]));
    }

    #[test]
    fn other_pages_may_not_however_similar() {
        for origin in
            ["http://evil.example", "http://hub.example.evil", "http://hub.example:81", "null", "hub.example", ""]
        {
            assert!(!allowed_at("hub.example", origin), "{origin}");
        }
        let two = [("host", "hub.example"), ("origin", "http://hub.example")];
        let mut two = from(&two);
        two.append(header::ORIGIN, HeaderValue::from_static("http://evil.example"));
        assert!(!is_allowed(&two, &[]), "two origins are none");
    }

    #[test]
    fn the_usual_port_need_not_be_written() {
        assert!(allowed_at("hub.example:443", "https://hub.example"));
        assert!(allowed_at("hub.example", "https://hub.example:443"));
        assert!(allowed_at("hub.example:80", "http://hub.example"));
        assert!(!allowed_at("hub.example:443", "http://hub.example"));
        assert!(!allowed_at("hub.example:80", "https://hub.example"));
    }

    #[test]
    fn a_page_that_came_in_the_clear_may_not_use_an_https_host() {
        let https = |origin| from(&[("host", "hub.example"), ("x-forwarded-proto", "https"), ("origin", origin)]);
        assert!(!is_allowed(&https("http://hub.example"), &[]));
        assert!(!may_change(&https("http://hub.example"), &[]));
        assert!(is_allowed(&https("https://hub.example"), &[]));
        assert!(is_allowed(&https("http://hub.example"), &["http://hub.example".into()]), "unless it is listed");
    }

    #[test]
    fn what_a_proxy_was_asked_by_is_ours() {
        let nginx =
            |origin| from(&[("host", "127.0.0.1:3000"), ("x-forwarded-host", "hub.example:8443"), ("origin", origin)]);
        assert!(is_allowed(&nginx("https://hub.example:8443"), &[]));
        assert!(!is_allowed(&nginx("https://hub.example"), &[]), "another port is another site");
        assert!(!is_allowed(&nginx("https://evil.example"), &[]));
        let port = |origin| from(&[("host", "hub.example"), ("x-forwarded-port", "8443"), ("origin", origin)]);
        assert!(is_allowed(&port("https://hub.example:8443"), &[]));
        assert!(!is_allowed(&port("https://hub.example:8444"), &[]));
        assert!(!allowed_at("hub.example", "https://hub.example:8443"), "nobody says which port it was");
    }

    #[test]
    fn the_port_behind_a_proxy_that_ends_https_is_not_the_browsers() {
        let inner = |host, proto, origin| {
            is_allowed(&from(&[("host", host), ("x-forwarded-proto", proto), ("origin", origin)]), &[])
        };
        assert!(inner("hub.example:80", "https", "https://hub.example"));
        assert!(!inner("hub.example:80", "https", "http://hub.example"));
        assert!(!inner("hub.example:80", "http", "https://hub.example"));
        assert!(!inner("hub.example:8080", "https", "https://hub.example"));
    }

    #[test]
    fn an_operator_reads_what_helps() {
        let help = |origin: &str, headers: &[_]| Origin::parse(origin).unwrap().help(&from(headers));
        assert!(
            help("https://hub.example:8443", &[("host", "hub.example")])
                .contains("--allowed-origins https://hub.example:8443")
        );
        let https = [("host", "hub.example"), ("x-forwarded-proto", "https")];
        assert!(help("http://hub.example", &https).contains("from http to https"));
    }

    #[test]
    fn listed_origins_may() {
        let allowed = ["https://school.example:443".to_owned()];
        let listed =
            from(&[("host", "hub.example"), ("origin", "https://school.example"), ("sec-fetch-site", "cross-site")]);
        assert!(is_allowed(&listed, &allowed) && may_change(&listed, &allowed));
        for other in ["https://school.example.evil", "http://school.example"] {
            assert!(!is_allowed(&from(&[("host", "hub.example"), ("origin", other)]), &allowed), "{other}");
        }
    }

    #[test]
    fn a_form_on_another_site_changes_nothing() {
        assert!(!may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "cross-site")]), &[]));
        assert!(!may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "same-site")]), &[]));
        assert!(may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "same-origin")]), &[]));
    }

    #[test]
    fn an_address_is_ours_by_its_host_alone() {
        let headers = from(&[("host", "hub.example:8080")]);
        for own in ["http://hub.example:8080", "http://hub.example:8080/rooms/1?a=b", "https://HUB.example:8080#x"] {
            assert!(is_own_address(own, &headers), "{own}");
        }
        for other in [
            "https://evil.example/",
            "http://hub.example/",
            "http://hub.example:8080@evil.example/",
            "http://hub.example:8080\\@evil.example/",
            "//hub.example:8080/",
            "/rooms",
            "javascript://hub.example:8080/%0aalert(1)",
            "",
        ] {
            assert!(!is_own_address(other, &headers), "{other}");
        }
    }
}
