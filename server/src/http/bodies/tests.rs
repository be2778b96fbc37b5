//! Who gets a place for a body, and who gives it up.

use std::net::Ipv4Addr;

use axum::BoxError;
use futures::future::join_all;
use futures::{FutureExt, StreamExt, stream};
use tokio::time::sleep;

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
    assert!(matches!(read, Err(BodyError::TooSlow)) && other.is_some());
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
    assert!(matches!(too_much, Err(BodyError::TooMuch(begins)) if begins == "a=bcd"));
    assert!(matches!(bodies.read(address(1), silent(), 100).await, Err(BodyError::NoPlace)));
    let large = bodies.read(address(2), vec![0; FEW_BYTES + 1].into(), 1_000_000).await;
    assert!(matches!(large, Err(BodyError::NoPlace)));
}

#[tokio::test]
async fn addresses_without_a_body_are_forgotten_and_those_with_one_are_not() {
    let bodies = Bodies::new(1, 1);
    let _place = bodies.enter(address(1)).await.unwrap();
    for number in 0..3 * FORGET_FROM as u32 {
        // Nobody holds on to it.
        bodies.of(AddressPrefix::of(Ipv4Addr::from_bits(number).into()));
        assert!(bodies.addresses.lock().unwrap().known.len() <= FORGET_FROM);
    }
    assert!(bodies.enter(address(1)).await.is_none(), "this address still has its place");
}
