//! The proxies whose forwarded addresses are believed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

/// The length of the prefix of IPv4 addresses that are mapped into IPv6.
const MAPPED_BITS: u8 = 96;

/// The shortest prefixes of private networks: 10.0.0.0/8 and fc00::/7.
const WIDEST_V4_BITS: u8 = 8;
const WIDEST_V6_BITS: u8 = 7;

/// The configured list of trusted proxies.
pub type TrustedProxies = [TrustedProxy];

/// One proxy, or a network of them: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an address or a network, for example 10.0.0.1 or 10.0.0.0/8")]
pub struct TrustedProxyError;

impl TrustedProxy {
    /// Whether an address in its canonical form is in this network.
    pub fn contains(&self, address: &IpAddr) -> bool {
        self.0.contains(address)
    }

    /// Whether the network is wider than any private one (10.0.0.0/8, fc00::/7), so that it
    /// contains addresses of strangers.
    pub fn has_strangers(&self) -> bool {
        match self.0 {
            IpNet::V4(network) => network.prefix_len() < WIDEST_V4_BITS,
            IpNet::V6(network) => network.prefix_len() < WIDEST_V6_BITS,
        }
    }
}

impl fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TrustedProxy {
    type Err = TrustedProxyError;

    fn from_str(text: &str) -> Result<Self, TrustedProxyError> {
        let text = text.trim();
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse().map_err(|_| TrustedProxyError)?,
        };
        Ok(Self(canonical(network)))
    }
}

/// Turns a network of mapped addresses into one of IPv4, the form in which addresses are compared.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let v4 = mapped.addr().to_ipv4_mapped();
    let bits = mapped.prefix_len().checked_sub(MAPPED_BITS);
    let v4 = v4.zip(bits).and_then(|(address, bits)| Ipv4Net::new(address, bits).ok());
    v4.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("172.16.5.4/12", "172.31.255.255", "172.32.0.0"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("::1", "::1", "::2"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            let proxy: TrustedProxy = network.parse().unwrap();
            assert!(proxy.contains(&inside.parse().unwrap()), "{network} {inside}");
            assert!(!proxy.contains(&outside.parse().unwrap()), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_with_a_sentence() {
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.1:80", "10.0.0", "::/129"] {
            let error = wrong.parse::<TrustedProxy>().unwrap_err();
            assert!(error.to_string().contains("10.0.0.0/8"), "{wrong:?}");
        }
    }
}
