//! Places for files on their way in. Whoever sends one gets a place before the
//! body is read: so many bodies can be in memory, and no more. An address has
//! only some of them, so that nobody who sends slowly keeps all others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::limits::AddressPrefix;

/// Files at one time: those that come, those that wait, and those that are read.
const PLACES: usize = 12;
/// Of one address.
const PLACES_PER_ADDRESS: usize = 4;
/// The wait for a place.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// Addresses that are remembered before those without a file are forgotten.
const ADDRESSES: usize = 1000;

/// The places.
pub(super) struct Uploads {
    places: Arc<Semaphore>,
    addresses: Mutex<HashMap<AddressPrefix, Weak<Semaphore>>>,
}

/// A place; dropping it gives it back.
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    _of_address: OwnedSemaphorePermit,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), addresses: Mutex::default() }
    }

    /// A place for a file from `address`; `None` when there is none soon.
    pub(super) async fn enter(&self, address: IpAddr) -> Option<Place> {
        let enter = async {
            let of_address = self.of(AddressPrefix::of(address)).acquire_owned().await.ok()?;
            let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
            Some(Place { _place: place, _of_address: of_address })
        };
        timeout(PLACE_WITHIN, enter).await.ok().flatten()
    }

    fn of(&self, address: AddressPrefix) -> Arc<Semaphore> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= ADDRESSES {
            addresses.retain(|_, places| places.strong_count() > 0);
        }
        let known = addresses.get(&address).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let places = Arc::new(Semaphore::new(PLACES_PER_ADDRESS));
            addresses.insert(address, Arc::downgrade(&places));
            places
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures::FutureExt;
    use futures::future::join_all;

    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_some_places_and_all_have_a_few_more() {
        let uploads = Uploads::new();
        let mut places = join_all((0..PLACES_PER_ADDRESS).map(|_| uploads.enter(address(1)))).await;
        assert!(places.iter().all(Option::is_some));
        assert!(uploads.enter(address(1)).await.is_none(), "this address has all it may have");
        let addresses = u8::try_from(PLACES / PLACES_PER_ADDRESS).unwrap();
        for other in 2..=addresses {
            places.extend(join_all((0..PLACES_PER_ADDRESS).map(|_| uploads.enter(address(other)))).await);
        }
        assert!(places.iter().all(Option::is_some));
        let mut waiting = Box::pin(uploads.enter(address(9)));
        assert!(waiting.as_mut().now_or_never().is_none(), "it waits for a place");
        places.pop();
        assert!(waiting.await.is_some());
    }
}
