//! The networks that an address is counted under.
//!
//! Whoever rents one IPv6 address gets 2^64 of them, often 2^72 or 2^80: a limit on each single address would
//! limit nobody. So an IPv6 address counts under its /64, which is mostly one household, and under the wider
//! networks that are handed out, which may do more.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The prefix lengths that an IPv6 address is counted by, each with how many times the limit of
/// one household it has.
const V6_NETWORKS: [(u8, u32); 3] = [(64, 1), (56, 4), (48, 16)];

/// A network that limits count by: one IPv4 address, or an IPv6 /64, /56 or /48.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressPrefix(IpNet);

/// A network that an address is charged to, and the network's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allotment {
    /// The network that is charged.
    pub prefix: AddressPrefix,
    /// How many times the limit of one IPv4 address it has.
    pub times: u32,
}

/// All networks that an address is counted by, the narrowest first.
pub fn allotments(address: IpAddr) -> impl DoubleEndedIterator<Item = Allotment> + ExactSizeIterator + Clone {
    let networks: &[(u8, u32)] = match address.to_canonical() {
        IpAddr::V4(_) => &[(32, 1)],
        IpAddr::V6(_) => &V6_NETWORKS,
    };
    networks.iter().map(move |&(bits, times)| Allotment { prefix: AddressPrefix::new(address, bits), times })
}

impl AddressPrefix {
    /// The narrowest network that an address is counted by.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(_) => Self::new(address, 32),
            IpAddr::V6(_) => Self::new(address, 64),
        }
    }

    fn new(address: IpAddr, bits: u8) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => Ipv4Net::new_assert(v4, bits.min(32)).trunc().into(),
            IpAddr::V6(v6) => Ipv6Net::new_assert(v6, bits.min(128)).trunc().into(),
        })
    }
}

impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted_under(address: &str) -> Vec<String> {
        let all = allotments(address.parse().unwrap());
        all.map(|one| format!("{} x{}", one.prefix, one.times)).collect()
    }

    #[test]
    fn an_ipv4_address_counts_alone_however_it_is_written() {
        assert_eq!(counted_under("198.51.100.7"), ["198.51.100.7/32 x1"]);
        assert_eq!(counted_under("::ffff:198.51.100.7"), ["198.51.100.7/32 x1"]);
    }

    #[test]
    fn an_ipv6_address_counts_with_its_neighbours() {
        let networks = ["2001:db8:1:203::/64 x1", "2001:db8:1:200::/56 x4", "2001:db8:1::/48 x16"];
        assert_eq!(counted_under("2001:db8:1:203::5"), networks);
        assert_eq!(
            counted_under("2001:db8:1:203:ffff:ffff:ffff:ffff"),
            networks,
            "rotating the host part wins nothing"
        );
        assert_eq!(counted_under("2001:db8:1:2ff::5")[1..], networks[1..], "nor does the next network");
    }

    #[test]
    fn the_narrowest_is_the_first() {
        for address in ["198.51.100.7", "2001:db8:1:203::5"] {
            let address = address.parse().unwrap();
            assert_eq!(allotments(address).next().map(|one| one.prefix), Some(AddressPrefix::of(address)));
        }
    }
}
