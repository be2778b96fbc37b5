//! The number of connections of each address and each network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Full;
use super::socket_shares::{SocketOwner, SocketShare, SocketShares};
use crate::limits::{AddressPrefix, allotments};

/// Counts connections by network: an IPv4 address alone, an IPv6 address with its
/// neighbours, as [`allotments`] says.
pub struct Addresses {
    /// Never more networks than connections.
    open: Mutex<HashMap<AddressPrefix, usize>>,
    /// Connections per address; 0 for no limit.
    at_most: usize,
    /// The limit of the largest network.
    share: usize,
    sockets: Arc<SocketShares>,
}

/// The place of one connection; dropping it frees the place.
pub(super) struct AddressPermit {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    /// Allows `at_most` connections for each address, and never more than `share` for a network;
    /// 0 is no limit.
    pub fn new(at_most: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), at_most, share, sockets: Arc::default() })
    }

    /// Takes a place; `None` when the address, or a network that it belongs to, has all it may.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<AddressPermit> {
        if self.at_most > 0 {
            let mut open = self.lock();
            let is_full = |prefix, times: u32| {
                let at_most = self.at_most.saturating_mul(times as usize).min(self.share);
                open.get(&prefix).is_some_and(|count| *count >= at_most)
            };
            if allotments(address).any(|one| is_full(one.prefix, one.times)) {
                return None;
            }
            for one in allotments(address) {
                *open.entry(one.prefix).or_default() += 1;
            }
        }
        Some(AddressPermit { addresses: self.clone(), address })
    }

    /// How many connections an address may still open.
    fn free(&self, address: IpAddr) -> usize {
        let open = self.lock().get(&AddressPrefix::of(address)).copied().unwrap_or_default();
        self.at_most.min(self.share).saturating_sub(open)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AddressPrefix, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AddressPermit {
    /// Counts a connection that becomes a WebSocket. Where addresses have no limit, nothing is counted.
    pub(super) fn take_socket(&self, owner: SocketOwner) -> Result<Option<SocketShare>, Full> {
        let Addresses { at_most, sockets, .. } = &*self.addresses;
        if *at_most == 0 {
            return Ok(None);
        }
        sockets.take(self.address, self.addresses.free(self.address), owner).map(Some)
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut open = self.addresses.lock();
        for one in allotments(self.address) {
            if let Some(count) = open.get_mut(&one.prefix) {
                *count -= 1;
                if *count == 0 {
                    open.remove(&one.prefix);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_gets_its_places_back() {
        let addresses = Addresses::new(2, 100);
        let first = addresses.take(address("127.0.0.1")).unwrap();
        let _second = addresses.take(address("::ffff:127.0.0.1")).unwrap();
        assert!(addresses.take(address("127.0.0.1")).is_none());
        assert!(addresses.take(address("127.0.0.2")).is_some());
        drop(first);
        assert!(addresses.take(address("127.0.0.1")).is_some());
    }

    #[test]
    fn an_ipv6_address_shares_with_its_neighbours() {
        let addresses = Addresses::new(1, 100);
        let in_network = |network: u16| address(&format!("2001:db8:1:{network:x}::{network:x}"));
        let _home = addresses.take(in_network(0)).unwrap();
        assert!(addresses.take(address("2001:db8:1::ffff")).is_none(), "the same /64");
        let others: Vec<_> = (1..4).map(|network| addresses.take(in_network(network))).collect();
        assert!(others.iter().all(Option::is_some));
        assert!(addresses.take(in_network(4)).is_none(), "the /56 has its four");
        let wider: Vec<_> = (1..4).flat_map(|high| (0..4).map(move |low| high * 256 + low)).collect();
        let wider: Vec<_> = wider.into_iter().map(|network| addresses.take(in_network(network))).collect();
        assert!(wider.iter().all(Option::is_some));
        assert!(addresses.take(in_network(0x900)).is_none(), "the /48 has its sixteen");
        assert!(addresses.take(address("2001:db8:2::1")).is_some());
    }

    #[test]
    fn no_network_has_more_than_its_share() {
        let addresses = Addresses::new(10, 3);
        let permits: Vec<_> =
            (0..4).map(|network| addresses.take(address(&format!("2001:db8:1:{network}::1")))).collect();
        assert_eq!(permits.iter().flatten().count(), 3);
    }

    #[test]
    fn zero_is_no_limit_and_what_is_not_counted_takes_no_memory() {
        let addresses = Addresses::new(0, 1);
        let permits: Vec<_> = (0..1000).map(|_| addresses.take(address("127.0.0.1"))).collect();
        assert!(permits.iter().all(Option::is_some));
        assert!(addresses.lock().is_empty());
        drop(permits);
    }

    #[test]
    fn nothing_is_left_of_who_went() {
        let addresses = Addresses::new(5, 100);
        drop(addresses.take(address("2001:db8::1")));
        assert!(addresses.lock().is_empty());
    }
}
