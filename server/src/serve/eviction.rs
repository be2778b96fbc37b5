//! Which HTTP connections are closed for newcomers when a node is full: the oldest one of the address that
//! has most. So a few addresses can fill a node, but nobody who has fewer connections has to wait for them.
//! WebSockets are not closed.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::limits::AddressPrefix;

/// The HTTP connections by address, each in the order of coming.
#[derive(Default)]
pub(super) struct Eviction {
    /// Never more addresses than connections.
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_address: HashMap<AddressPrefix, BTreeMap<u64, CancellationToken>>,
    next: u64,
}

/// A connection that may have to give way; dropping it removes it from the list.
pub(super) struct EvictableConnection {
    all: Arc<Eviction>,
    address: AddressPrefix,
    number: u64,
    /// Cancelled when it has to close.
    pub(super) ends: CancellationToken,
}

impl Eviction {
    /// Adds a connection to the list.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> EvictableConnection {
        let (address, ends) = (AddressPrefix::of(address), CancellationToken::new());
        let mut open = self.lock();
        let number = open.next;
        open.next += 1;
        open.by_address.entry(address).or_default().insert(number, ends.clone());
        EvictableConnection { all: self.clone(), address, number, ends }
    }

    /// Closes a connection in favour of one of `address`; false when no address has enough more
    /// connections than that one.
    pub(super) fn make_room_for(&self, address: IpAddr) -> bool {
        let mut open = self.lock();
        let own = open.by_address.get(&AddressPrefix::of(address)).map_or(0, BTreeMap::len);
        let most = open.by_address.values_mut().max_by_key(|connections| connections.len());
        let oldest = most.filter(|most| most.len() > own + 1).and_then(BTreeMap::pop_first);
        oldest.inspect(|(_, ends)| ends.cancel()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EvictableConnection {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        if let Some(connections) = open.by_address.get_mut(&self.address) {
            connections.remove(&self.number);
            if connections.is_empty() {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, last])
    }

    #[test]
    fn whoever_has_most_gives_way_with_the_oldest() {
        let all = Arc::<Eviction>::default();
        let many: Vec<_> = (0..3).map(|_| all.enter(address(1))).collect();
        let one = all.enter(address(2));
        assert!(all.make_room_for(address(3)));
        assert!(many[0].ends.is_cancelled() && !many[1].ends.is_cancelled() && !one.ends.is_cancelled());
        assert!(!all.make_room_for(address(2)), "both would have two");
        assert!(all.make_room_for(address(3)) && many[1].ends.is_cancelled());
        assert!(!all.make_room_for(address(3)), "everybody has one");
    }

    #[test]
    fn nothing_is_left_of_who_went() {
        let all = Arc::<Eviction>::default();
        let (first, second) = (all.enter(address(1)), all.enter(address(1)));
        all.make_room_for(address(2));
        drop((first, second));
        assert!(all.lock().by_address.is_empty());
    }
}
