//! Reads request bodies, each in a place: only so many can be in memory.
//!
//! A slow client keeps its place until another one waits for it; an address has only some of the places, and
//! one waiter in the queue of all. So no number of slow clients keeps all others out. `limiter` has the
//! places and the queue, `partial_body` reads a body.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, Bytes};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::limiter::{AddressBodies, BodyLimiter};
use self::partial_body::PartialBody;
use crate::limits::AddressPrefix;

mod limiter;
mod partial_body;

pub(super) use self::limiter::BodyPermit;
pub(super) use self::partial_body::discard;

/// How long a body waits for a place.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// A body that is smaller, and comes at once, needs no place: nearly every call of a page.
const FEW_BYTES: usize = 16 * 1024;
const SOON: Duration = Duration::from_millis(250);
/// From how many addresses on those without a body are forgotten.
const FORGET_FROM: usize = 1000;

/// The places for bodies, and who holds or waits for them.
pub(super) struct Bodies {
    all: Arc<BodyLimiter>,
    per_address: usize,
    addresses: Mutex<Addresses>,
}

/// The addresses that sent a body.
struct Addresses {
    known: HashMap<AddressPrefix, Weak<AddressBodies>>,
    /// At how many the ones without a body are forgotten: twice as many as were left the last time, so that a
    /// body does not cost a look at all addresses while many hold one.
    forget_at: usize,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(super) enum BodyError {
    /// No place became free in time.
    NoPlace,
    /// It came slowly while others waited, or took very long.
    TooSlow,
    /// It is longer than allowed; this is its beginning.
    TooMuch(Bytes),
    /// The connection broke, or the body is no HTTP.
    Broken,
}

impl Bodies {
    /// `places` in all, and `per_address` of one address.
    pub(super) fn new(places: usize, per_address: usize) -> Self {
        Self { all: Arc::new(BodyLimiter::new(places)), per_address, addresses: Mutex::default() }
    }

    /// Reads a body. Nearly all come together with their heads.
    pub(super) async fn read(&self, address: IpAddr, body: Body, at_most: usize) -> Result<Bytes, BodyError> {
        let mut coming = PartialBody::new(body, at_most);
        match timeout(SOON, coming.few(FEW_BYTES)).await {
            Ok(Ok(true)) => return Ok(coming.take()),
            Ok(Err(why)) => return Err(why),
            Ok(Ok(false)) | Err(_) => {}
        }
        let place = self.enter(address).await.ok_or(BodyError::NoPlace)?;
        place.read_on(coming).await
    }

    /// Waits for a place for a body from `address`; `None` when there is none in time.
    pub(super) async fn enter(&self, address: IpAddr) -> Option<BodyPermit> {
        let of_address = self.of(AddressPrefix::of(address));
        let enter = async {
            let own = of_address.own.take().await?;
            let _first = Arc::clone(&of_address.first).acquire_owned().await.ok()?;
            let place = self.all.take().await?;
            Some([own, place])
        };
        let permits = timeout(PLACE_WITHIN, enter).await.ok().flatten()?;
        Some(BodyPermit::new(self.all.clone(), of_address, permits))
    }

    fn of(&self, address: AddressPrefix) -> Arc<AddressBodies> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.forget_idle();
        let known = addresses.known.get(&address).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let of_address =
                AddressBodies { own: BodyLimiter::new(self.per_address), first: Arc::new(Semaphore::new(1)) };
            let of_address = Arc::new(of_address);
            addresses.known.insert(address, Arc::downgrade(&of_address));
            of_address
        })
    }
}

impl Default for Addresses {
    fn default() -> Self {
        Self { known: HashMap::new(), forget_at: FORGET_FROM }
    }
}

impl Addresses {
    /// Forgets the addresses without a body, when there are many.
    fn forget_idle(&mut self) {
        if self.known.len() >= self.forget_at {
            self.known.retain(|_, places| places.strong_count() > 0);
            self.forget_at = FORGET_FROM.max(2 * self.known.len());
        }
    }
}

#[cfg(test)]
mod tests;
