//! The name and port by which a server was asked.
//!
//! Knows how names are written. Does not know which of them are served.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use axum::http::{HeaderMap, header};

/// A name or an address, and a port where one was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// In small letters, without the dot that may end a name.
    name: String,
    port: Option<u16>,
}

/// What is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a host as NAME or NAME:PORT, for example chat.example.org")]
pub struct HostError;

impl Host {
    /// The one that a request names; `None` where it names none, several, or what is no host.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(header::HOST).iter();
        let host = all.next()?.to_str().ok()?.parse().ok()?;
        all.next().is_none().then_some(host)
    }

    /// Whether both are the same when a missing port means `default_port`.
    pub fn is_same(&self, other: &Self, default_port: u16) -> bool {
        let port = |host: &Self| host.port.unwrap_or(default_port);
        self.name == other.name && port(self) == port(other)
    }

    /// Whether a request for `asked` is one for this host: without a port, for any of its ports.
    pub fn serves(&self, asked: &Self) -> bool {
        self.name == asked.name && (self.port.is_none() || self.port == asked.port)
    }

    /// Whether this is an address, or the name that every machine gives itself:
    /// names that nobody else can lead here.
    pub fn is_literal(&self) -> bool {
        self.name == "localhost" || self.name.starts_with('[') || self.name.parse::<std::net::Ipv4Addr>().is_ok()
    }
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
