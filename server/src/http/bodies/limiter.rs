//! The places: who holds one, who waits for one, and when a slow client has to give its place up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};

use super::BodyError;
use super::partial_body::PartialBody;

/// The longest time for a body.
const BODY_WITHIN: Duration = Duration::from_secs(15);
/// The rate below which a body is slow, after its first second.
const BYTES_A_SECOND: u64 = 32 * 1024;
const FIRST: Duration = Duration::from_secs(1);
/// How often a slow one checks whether somebody waits for its place.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The places, and the number of those who wait.
pub(super) struct BodyLimiter {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// The places of one address.
pub(super) struct AddressBodies {
    pub(super) own: BodyLimiter,
    /// The one of this address that waits in the queue of all.
    pub(super) first: Arc<Semaphore>,
}

/// A place; dropping it frees it.
pub(in crate::http) struct BodyPermit {
    all: Arc<BodyLimiter>,
    of_address: Arc<AddressBodies>,
    _permits: [OwnedSemaphorePermit; 2],
}

impl BodyLimiter {
    pub(super) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0) }
    }

    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let places = Arc::clone(&self.places);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::of(&self.waiting);
        places.acquire_owned().await.ok()
    }

    fn are_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

/// Counts somebody who waits, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn of(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl BodyPermit {
    pub(super) fn new(
        all: Arc<BodyLimiter>,
        of_address: Arc<AddressBodies>,
        permits: [OwnedSemaphorePermit; 2],
    ) -> Self {
        Self { all, of_address, _permits: permits }
    }

    /// Reads a body of up to `at_most` bytes, and takes a place if it needs one.
    pub(in crate::http) async fn read(&self, body: Body, at_most: usize) -> Result<Bytes, BodyError> {
        self.read_on(PartialBody::new(body, at_most)).await
    }

    pub(super) async fn read_on(&self, mut coming: PartialBody) -> Result<Bytes, BodyError> {
        let since = Instant::now();
        loop {
            let too_slow = self.is_too_slow(since, coming.len());
            tokio::select! {
                biased;
                is_whole = coming.part() => if is_whole? {
                    return Ok(coming.take());
                },
                () = too_slow => return Err(BodyError::TooSlow),
            }
        }
    }

    /// Returns when so few bytes have come that the body is too slow.
    async fn is_too_slow(&self, since: Instant, bytes: usize) {
        let paid_for = Duration::from_millis(bytes as u64 * 1000 / BYTES_A_SECOND);
        let given_up_at = since + BODY_WITHIN;
        sleep_until(given_up_at.min(since + FIRST + paid_for)).await;
        let is_waited_for = || self.all.are_waited_for() || self.of_address.own.are_waited_for();
        while Instant::now() < given_up_at && !is_waited_for() {
            sleep(LOOK_EVERY).await;
        }
    }
}
