//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts connections by address, up to a number each.
pub struct Addresses {
    open: Mutex<HashMap<IpAddr, usize>>,
    /// 0: no limit.
    at_most: usize,
}

/// One connection's place; dropping it gives it back.
pub struct Place {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    /// At most `at_most` connections for each address; 0 is no limit.
    pub fn new(at_most: usize) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), at_most })
    }

    /// A place for one more connection, or `None` when the address has all it may.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        // The same host over IPv4 and mapped into IPv6 is one address.
        let address = address.to_canonical();
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if self.at_most > 0 && *count >= self.at_most {
            return None;
        }
        *count += 1;
        Some(Place { addresses: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.addresses.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_places_back() {
        let addresses = Addresses::new(2);
        let home = IpAddr::from([127, 0, 0, 1]);
        let first = addresses.take(home).unwrap();
        let _second = addresses.take(home).unwrap();
        assert!(addresses.take(home).is_none());
        assert!(addresses.take(IpAddr::from([127, 0, 0, 2])).is_some());
        drop(first);
        assert!(addresses.take(home).is_some());
    }

    #[test]
    fn zero_is_no_limit() {
        let addresses = Addresses::new(0);
        let places: Vec<_> = (0..1000).map(|_| addresses.take(IpAddr::from([127, 0, 0, 1]))).collect();
        assert!(places.iter().all(Option::is_some));
        drop(places);
        assert!(addresses.lock().is_empty());
    }
}
