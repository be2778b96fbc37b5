//! Bodies on their way in, each in a place: so many can be in memory, and no more.
//!
//! A place is for what comes. Who sends slowly keeps theirs until somebody else
//! waits for it; an address has only some of them, and one of those that wait
//! in the line for all. So no number of slow ones keeps all others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::limits::AddressPrefix;

/// The wait for a place.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// A body that is on its way for longer is given up.
const BODY_WITHIN: Duration = Duration::from_secs(15);
/// What a body brings in a second, after the first one, or it is slow.
const BYTES_A_SECOND: u64 = 32 * 1024;
const FIRST: Duration = Duration::from_secs(1);
/// How often a slow one looks whether somebody waits for its place.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// So much that comes so soon needs no place: nearly every call of a page.
const FEW_BYTES: usize = 16 * 1024;
const SOON: Duration = Duration::from_millis(250);
/// What is too much is let go by for so long, and up to so many bytes.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);
const DISCARD_BYTES: usize = 4 * 1024 * 1024;
/// Addresses that are remembered before those without a body are forgotten.
const ADDRESSES: usize = 1000;

/// The places for bodies on their way, and who holds or awaits them.
pub(super) struct Bodies {
    all: Arc<Places>,
    per_address: usize,
    addresses: Mutex<HashMap<AddressPrefix, Weak<OfAddress>>>,
}

/// Places, and how many wait for one.
struct Places {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

struct OfAddress {
    own: Places,
    /// Whoever stands in the line of all.
    first: Arc<Semaphore>,
}

/// A place; dropping it gives it back.
pub(super) struct Place {
    all: Arc<Places>,
    of_address: Arc<OfAddress>,
    _permits: [OwnedSemaphorePermit; 2],
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

/// A body, and what has come of it.
struct Coming {
    body: BodyDataStream,
    at_most: usize,
    bytes: Vec<u8>,
}

impl Bodies {
    /// So many in all, and so many of one address.
    pub(super) fn new(places: usize, per_address: usize) -> Self {
        Self { all: Arc::new(Places::new(places)), per_address, addresses: Mutex::default() }
    }

    /// Reads a body, of which nearly all come whole with their heads.
    pub(super) async fn read(&self, address: IpAddr, body: Body, at_most: usize) -> Result<Bytes, NotRead> {
        let mut coming = Coming::new(body, at_most);
        match timeout(SOON, coming.few()).await {
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
        Some(Place { all: self.all.clone(), of_address, _permits: permits })
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

impl Places {
    fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0) }
    }

    async fn take(&self) -> Option<OwnedSemaphorePermit> {
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

/// Somebody who waits, until they do not any more.
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

impl Place {
    /// Reads a body of up to `at_most` bytes, in a place where it needs one.
    pub(super) async fn read(&self, body: Body, at_most: usize) -> Result<Bytes, NotRead> {
        self.read_on(Coming::new(body, at_most)).await
    }

    async fn read_on(&self, mut coming: Coming) -> Result<Bytes, NotRead> {
        let since = Instant::now();
        loop {
            let too_slow = self.is_too_slow(since, coming.bytes.len());
            tokio::select! {
                biased;
                is_whole = coming.part() => if is_whole? {
                    return Ok(coming.take());
                },
                () = too_slow => return Err(NotRead::TooSlow),
            }
        }
    }

    /// Returns when no more than these bytes came until now, and that is too little.
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

impl Coming {
    fn new(body: Body, at_most: usize) -> Self {
        Self { body: body.into_data_stream(), at_most, bytes: Vec::new() }
    }

    /// Takes what needs no place; whether that was all.
    async fn few(&mut self) -> Result<bool, NotRead> {
        while self.bytes.len() < FEW_BYTES {
            if self.part().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes one more part; whether there is none.
    async fn part(&mut self) -> Result<bool, NotRead> {
        let Some(part) = self.body.next().await else { return Ok(true) };
        self.bytes.extend_from_slice(&part.map_err(|_| NotRead::Broken)?);
        if self.bytes.len() <= self.at_most {
            return Ok(false);
        }
        let begins = self.take();
        let_go_by(&mut self.body).await;
        Err(NotRead::TooMuch(begins))
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }
}

/// Lets a refused body go by, for a while.
pub(super) async fn discard(body: Body) {
    let_go_by(&mut body.into_data_stream()).await;
}

/// Where a connection is closed before the body has come, its sender hears of
/// that and not why it was refused.
async fn let_go_by(body: &mut BodyDataStream) {
    let mut left = DISCARD_BYTES;
    let go_by = async {
        while let Some(Ok(part)) = body.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    // Who sends slowly is not waited for.
    let _ = timeout(DISCARD_WITHIN, go_by).await;
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::BoxError;
    use futures::future::join_all;
    use futures::{FutureExt, stream};

    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    /// So many bytes in a second, for four of them.
    fn at_pace(bytes_a_second: usize) -> Body {
        let part = vec![b'x'; bytes_a_second / 10];
        let parts = stream::repeat(part).then(async |part| {
            sleep(Duration::from_millis(100)).await;
            Ok::<_, BoxError>(part)
        });
        Body::from_stream(parts.take(40))
    }

    fn silent() -> Body {
        Body::from_stream(stream::pending::<Result<Vec<u8>, BoxError>>())
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_some_places_and_all_have_a_few_more() {
        let bodies = Bodies::new(12, 4);
        let mut places = join_all((0..4).map(|_| bodies.enter(address(1)))).await;
        assert!(places.iter().all(Option::is_some));
        assert!(bodies.enter(address(1)).await.is_none(), "this address has all it may have");
        for other in 2..=3 {
            places.extend(join_all((0..4).map(|_| bodies.enter(address(other)))).await);
        }
        assert!(places.iter().all(Option::is_some));
        let mut waiting = Box::pin(bodies.enter(address(9)));
        assert!(waiting.as_mut().now_or_never().is_none(), "it waits for a place");
        places.pop();
        assert!(waiting.await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_slowly_gives_way_and_only_where_somebody_waits() {
        let bodies = Bodies::new(1, 1);
        let place = bodies.enter(address(1)).await.unwrap();
        assert_eq!(place.read(at_pace(10_000), 100_000).await.unwrap().len(), 40_000, "nobody waits");
        let reading = place.read(at_pace(10_000), 100_000);
        let (read, waited) = tokio::join!(reading, async { bodies.enter(address(2)).now_or_never() });
        assert!(read.is_ok() && waited.is_none(), "who does not wait any more does not count");
        let reading = async move { place.read(at_pace(10_000), 100_000).await };
        let (read, other) = tokio::join!(reading, bodies.enter(address(2)));
        assert!(matches!(read, Err(NotRead::TooSlow)) && other.is_some());
        let reading = async { other.unwrap().read(at_pace(100_000), 1_000_000).await };
        let (read, third) = tokio::join!(reading, bodies.enter(address(1)));
        assert!(read.is_ok() && third.is_some(), "who is fast enough is waited for");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_of_silent_ones_from_many_addresses_keeps_nobody_out() {
        let bodies = Bodies::new(12, 4);
        let silent = (0..80).map(|number| {
            let bodies = &bodies;
            async move {
                loop {
                    if let Some(place) = bodies.enter(address(number % 20)).await {
                        let _ = place.read(silent(), 100).await;
                    }
                }
            }
        });
        let honest = async {
            sleep(Duration::from_secs(30)).await;
            bodies.enter(address(100)).await
        };
        tokio::select! {
            _ = join_all(silent) => {}
            place = honest => assert!(place.is_some(), "within the time for a place"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_with_its_head_needs_no_place() {
        let bodies = Bodies::new(1, 1);
        let _taken = bodies.enter(address(1)).await.unwrap();
        assert_eq!(bodies.read(address(1), "a=b".into(), 100).await.unwrap(), "a=b");
        let too_much = bodies.read(address(1), "a=bcd".into(), 4).await;
        assert!(matches!(too_much, Err(NotRead::TooMuch(begins)) if begins == "a=bcd"));
        assert!(matches!(bodies.read(address(1), silent(), 100).await, Err(NotRead::NoPlace)));
        let large = bodies.read(address(2), vec![0; FEW_BYTES + 1].into(), 1_000_000).await;
        assert!(matches!(large, Err(NotRead::NoPlace)));
    }
}
