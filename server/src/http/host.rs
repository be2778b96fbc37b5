//! The host and port that a request was sent to.
//!
//! Parses names, and what proxies forward of them. Does not know which names are served.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use axum::http::{HeaderMap, header};

use super::origin::is_https;

/// Headers in which proxies forward what they were asked by. The entrance leaves them in requests
/// from trusted proxies alone.
pub(super) const FORWARDED_HOST: &str = "x-forwarded-host";
pub(super) const FORWARDED_PORT: &str = "x-forwarded-port";
/// How many proxies in a row are considered.
const PROXIES: usize = 8;

/// A name or an address, with an optional port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without the dot that may end a name.
    name: String,
    port: Option<u16>,
}

/// The text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a host as NAME or NAME:PORT, for example chat.example.org")]
pub struct HostError;

impl Host {
    /// The host of a request; `None` if there is none, several, or an invalid one.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(header::HOST).iter();
        let host = all.next()?.to_str().ok()?.parse().ok()?;
        all.next().is_none().then_some(host)
    }

    /// All names that the browser may have used: the one in `Host`, and those that trusted proxies forwarded,
    /// with the forwarded port if theirs has none.
    pub fn requested(headers: &HeaderMap) -> Vec<Self> {
        let mut hosts: Vec<_> = Self::of(headers).into_iter().chain(forwarded(headers)).collect();
        if let Some(port) = forwarded_port(headers) {
            let with_port: Vec<_> = hosts.iter().filter(|host| host.port.is_none()).cloned().collect();
            hosts.extend(with_port.into_iter().map(|host| Self { port: Some(port), ..host }));
        }
        hosts
    }

    /// The name by which people reach this server, as far as is known: what the outermost trusted proxy was
    /// asked by, or `Host`.
    pub fn public(headers: &HeaderMap) -> Option<Self> {
        let host = forwarded(headers).next().or_else(|| Self::of(headers))?;
        // Default ports are left out, and an inner proxy forwards its own.
        let port = host.port.or_else(|| forwarded_port(headers).filter(|port| !matches!(port, 80 | 443)));
        Some(Self { port: port.filter(|port| *port != if is_https(headers) { 443 } else { 80 }), ..host })
    }

    /// Whether both are the same when a missing port means `default_port`.
    pub fn is_same(&self, other: &Self, default_port: u16) -> bool {
        let port = |host: &Self| host.port.unwrap_or(default_port);
        self.name == other.name && port(self) == port(other)
    }

    /// Whether a request for `requested` is for this host; a host without a port means any port.
    pub fn serves(&self, requested: &Self) -> bool {
        self.name == requested.name && (self.port.is_none() || self.port == requested.port)
    }

    /// Whether both have the same name, whatever their ports.
    pub fn has_name_of(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// The port, if there is one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The same name without a port.
    #[must_use]
    pub fn without_port(&self) -> Self {
        Self { name: self.name.clone(), port: None }
    }

    /// Whether this is an address or `localhost`: names that nobody else can point here.
    pub fn is_literal(&self) -> bool {
        self.name == "localhost" || self.name.starts_with('[') || self.name.parse::<std::net::Ipv4Addr>().is_ok()
    }
}

/// The hosts that trusted proxies forwarded, the outermost first. Each proxy appends its own.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Host> {
    let lists = headers.get_all(FORWARDED_HOST).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).take(PROXIES).filter_map(|host| host.parse().ok())
}

fn forwarded_port(headers: &HeaderMap) -> Option<u16> {
    headers.get(FORWARDED_PORT)?.to_str().ok()?.trim().parse().ok()
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let text = text.trim();
        let (name, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, rest)) => (format!("[{}]", address.parse::<Ipv6Addr>().map_err(|_| HostError)?), rest),
            None => {
                let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
                (name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase(), rest)
            }
        };
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if name.is_empty() || !(name.starts_with('[') || name.bytes().all(is_letter)) {
            return Err(HostError);
        }
        let port = match rest {
            // RFC 3986, section 3.2.3: a port may be empty.
            "" | ":" => None,
            rest => {
                let digits = rest.strip_prefix(':').filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
                Some(digits.and_then(|port| port.parse().ok()).ok_or(HostError)?)
            }
        };
        Ok(Self { name, port })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The address of this site as the client reached it, without a slash at its end.
pub fn site_address(headers: &HeaderMap) -> String {
    let host = Host::public(headers).map_or_else(|| "localhost".to_owned(), |host| host.to_string());
    let scheme = if is_https(headers) { "https" } else { "http" };
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    #[test]
    fn a_host_is_written_in_several_ways() {
        for (text, same) in [
            ("Hub.Example", "hub.example"),
            ("hub.example.", "hub.example"),
            ("hub.example.:8080", "hub.example:8080"),
            ("hub.example:", "hub.example"),
            ("[2001:DB8::0:1]:80", "[2001:db8::1]:80"),
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("hub_1", "hub_1"),
        ] {
            assert_eq!(host(text).to_string(), same);
        }
    }

    #[test]
    fn what_is_no_host_is_told_apart() {
        for wrong in [
            "", ".", ":80", "a:b", "a:99999", "a:+80", "a@b", "a b", "a/b", "a,b", "a\\b", "[::1", "[a]", "[::1]x",
            "::1",
        ] {
            assert_eq!(wrong.parse::<Host>(), Err(HostError), "{wrong:?}");
        }
    }

    #[test]
    fn a_missing_port_is_the_usual_one() {
        assert!(host("h").is_same(&host("h:443"), 443));
        assert!(!host("h").is_same(&host("h:443"), 80));
        assert!(!host("h").is_same(&host("g"), 80));
    }

    #[test]
    fn a_served_name_may_be_asked_at_any_port_unless_it_has_one() {
        assert!(host("h").serves(&host("h:8080")) && host("h").serves(&host("h")));
        assert!(
            host("h:80").serves(&host("h:80"))
                && !host("h:80").serves(&host("h:81"))
                && !host("h:80").serves(&host("h"))
        );
        assert!(!host("h").serves(&host("h.evil.example")));
    }

    fn header_map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        HeaderMap::from_iter(headers.iter().map(pair))
    }

    #[test]
    fn a_proxy_tells_what_it_was_asked_by() {
        let all = |headers: &[_]| Host::requested(&header_map(headers)).iter().map(Host::to_string).collect::<Vec<_>>();
        assert_eq!(all(&[("host", "hub.example")]), ["hub.example"]);
        let nginx = [("host", "127.0.0.1:3000"), ("x-forwarded-host", "hub.example:8443, inner")];
        assert_eq!(all(&nginx), ["127.0.0.1:3000", "hub.example:8443", "inner"]);
        let port = [("host", "hub.example"), ("x-forwarded-port", "8443")];
        assert_eq!(all(&port), ["hub.example", "hub.example:8443"]);
        assert_eq!(all(&[("host", "h"), ("x-forwarded-host", "a b, http://c"), ("x-forwarded-port", "x")]), ["h"]);
        let many = ["a"; 100].join(",");
        assert_eq!(all(&[("host", "h"), ("x-forwarded-host", &many)]).len(), 1 + PROXIES);
    }

    #[test]
    fn people_reach_a_server_by_what_the_outermost_proxy_was_asked_by() {
        let public = |headers: &[_]| Host::public(&header_map(headers)).map(|host| host.to_string());
        for (headers, host) in [
            (vec![("host", "127.0.0.1:3000")], "127.0.0.1:3000"),
            (vec![("host", "127.0.0.1:3000"), ("x-forwarded-host", "hub.example")], "hub.example"),
            (vec![("host", "inner"), ("x-forwarded-host", "hub.example:8443, inner")], "hub.example:8443"),
            (vec![("host", "hub.example"), ("x-forwarded-port", "8443")], "hub.example:8443"),
            (vec![("host", "hub.example"), ("x-forwarded-port", "80"), ("x-forwarded-proto", "https")], "hub.example"),
            (vec![("host", "hub.example:443"), ("x-forwarded-proto", "https")], "hub.example"),
        ] {
            assert_eq!(public(&headers).as_deref(), Some(host), "{headers:?}");
        }
        assert_eq!(public(&[]), None);
    }

    #[test]
    fn an_address_is_told_from_a_name() {
        assert!(["localhost:1", "127.0.0.1", "[::1]:9"].iter().all(|text| host(text).is_literal()));
        assert!(
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"]
                .iter()
                .all(|text| !host(text).is_literal())
        );
    }
}
