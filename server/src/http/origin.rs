//! Which web pages may use this server.

use axum::http::{HeaderMap, header};

/// Whether a request comes from our own pages, from an origin of the
/// allow-list, or from no browser at all.
///
/// A browser cannot leave `Origin` out of a WebSocket upgrade or a POST, and a
/// page cannot set it (RFC 6454, section 7), so its absence means another kind
/// of client. The comparison is exact; `null` is nobody's origin.
pub fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if allowed.iter().any(|one| one.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match (authority, host) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Whether a request that changes something may do so: its origin is allowed
/// and the browser does not say that another site made it.
pub fn may_change(headers: &HeaderMap, allowed: &[String]) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    match site {
        None | Some("same-origin" | "none") => is_allowed(headers, allowed),
        // The allow-list is of origins, so it needs one.
        Some(_) => headers.contains_key(header::ORIGIN) && is_allowed(headers, allowed),
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

    #[test]
    fn our_own_pages_and_programs_may() {
        assert!(is_allowed(&from(&[("host", "hub.example:8080"), ("origin", "http://hub.example:8080")]), &[]));
        assert!(is_allowed(&from(&[("host", "hub.example"), ("origin", "https://Hub.example")]), &[]));
        assert!(is_allowed(&from(&[("host", "hub.example")]), &[]));
    }

    #[test]
    fn other_pages_may_not_however_similar() {
        for origin in
            ["http://evil.example", "http://hub.example.evil", "http://hub.example:81", "null", "hub.example", ""]
        {
            assert!(!is_allowed(&from(&[("host", "hub.example"), ("origin", origin)]), &[]), "{origin}");
        }
    }

    #[test]
    fn listed_origins_may() {
        let allowed = ["https://school.example".to_owned()];
        let listed =
            from(&[("host", "hub.example"), ("origin", "https://school.example"), ("sec-fetch-site", "cross-site")]);
        assert!(is_allowed(&listed, &allowed) && may_change(&listed, &allowed));
        assert!(!is_allowed(&from(&[("host", "hub.example"), ("origin", "https://school.example.evil")]), &allowed));
    }

    #[test]
    fn a_form_on_another_site_changes_nothing() {
        assert!(!may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "cross-site")]), &[]));
        assert!(!may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "same-site")]), &[]));
        assert!(may_change(&from(&[("host", "hub.example"), ("sec-fetch-site", "same-origin")]), &[]));
    }
}
