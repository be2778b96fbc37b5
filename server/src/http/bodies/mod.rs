//! Bodies on their way in, each in a place: so many can be in memory, and no more.
//!
//! A place is for what comes. Who sends slowly keeps theirs until somebody else
//! waits for it; an address has only some of them, and one of those that wait
//! in the line for all. So no number of slow ones keeps all others out.
//! `places` has the places and those who wait for one, `coming` reads a body.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, Bytes};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::coming::Coming;
use self::places::{OfAddress, Places};
use crate::limits::AddressPrefix;

mod coming;
mod places;

pub(super) use self::coming::discard;
pub(super) use self::places::Place;

/// The wait for a place.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// So much that comes so soon needs no place: nearly every call of a page.
const FEW_BYTES: usize = 16 * 1024;
const SOON: Duration = Duration::from_millis(250);
/// Addresses that are remembered before those without a body are forgotten.
const ADDRESSES: usize = 1000;

/// The places for bodies on their way, and who holds or awaits them.
pub(super) struct Bodies {
    all: Arc<Places>,
    per_address: usize,
    addresses: Mutex<HashMap<AddressPrefix, Weak<OfAddress>>>,
}

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum NotRead {
    /// There was no place for it soon.
    NoPlace,
    /// It came slowly, and somebody waited; or for very long.
    TooSlow,
    /// It is longer than it may be; this is how it begins.
    TooMuch(Bytes),
    /// Its sender went away, or does not write HTTP.
    Broken,
}

impl Bodies {
    /// So many in all, and so many of one address.
    pub(super) fn new(places: usize, per_address: usize) -> Self {
        Self { all: Arc::new(Places::new(places)), per_address, addresses: Mutex::default() }
    }

    /// Reads a body, of which nearly all come whole with their heads.
    pub(super) async fn read(&self, address: IpAddr, body: Body, at_most: usize) -> Result<Bytes, NotRead> {
        let mut coming = Coming::new(body, at_most);
        match timeout(SOON, coming.few(FEW_BYTES)).await {
            Ok(Ok(true)) => return Ok(coming.take()),
            Ok(Err(why)) => return Err(why),
            Ok(Ok(false)) | Err(_) => {}
        }
        let place = self.enter(address).await.ok_or(NotRead::NoPlace)?;
        place.read_on(coming).await
    }

    /// A place for a body from `address`; `None` when there is none soon.
    pub(super) async fn enter(&self, address: IpAddr) -> Option<Place> {
        let of_address = self.of(AddressPrefix::of(address));
        let enter = async {
            let own = of_address.own.take().await?;
            let _first = Arc::clone(&of_address.first).acquire_owned().await.ok()?;
            let place = self.all.take().await?;
            Some([own, place])
        };
        let permits = timeout(PLACE_WITHIN, enter).await.ok().flatten()?;
        Some(Place::new(self.all.clone(), of_address, permits))
    }

    fn of(&self, address: AddressPrefix) -> Arc<OfAddress> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= ADDRESSES {
            addresses.retain(|_, places| places.strong_count() > 0);
        }
        let known = addresses.get(&address).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let of_address = OfAddress { own: Places::new(self.per_address), first: Arc::new(Semaphore::new(1)) };
            let of_address = Arc::new(of_address);
            addresses.insert(address, Arc::downgrade(&of_address));
            of_address
        })
    }
}

#[cfg(test)]
mod tests;
