//! Who pays for what, on one node and on two that tell each other.

use std::collections::HashMap;
use std::sync::Mutex;
use std::task::Poll;

use async_trait::async_trait;
use storage::StorageError;

use super::*;

fn on_its_own(limit: &str) -> Arc<Throttle> {
    Throttle::start(limit.parse().unwrap(), None, CancellationToken::new())
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// Messages that pass at once, of so many.
fn passed(throttle: &Throttle, id: &str, address: &str, tries: u32) -> u32 {
    let payer = throttle.payer(&user(id), address.parse().unwrap()).unwrap();
    (0..tries).map(|_| u32::from(throttle.spend(&payer, Cost::MESSAGE).is_ok())).sum()
}

#[tokio::test]
async fn a_session_has_one_allowance_however_often_it_comes() {
    let throttle = on_its_own("20/1");
    let all: u32 = (0..100).map(|_| passed(&throttle, "ana", "192.0.2.7", 10)).sum();
    assert_eq!(all, 20);
    assert_eq!(passed(&throttle, "ana", "192.0.2.8", 10), 0, "from wherever");
    assert_eq!(passed(&throttle, "ben", "192.0.2.7", 10), 10);
}

#[tokio::test]
async fn sessions_made_a_moment_ago_share_what_is_left_for_new_ones_at_their_address() {
    let throttle = on_its_own("20/1");
    let all: u32 = (0..1_000).map(|n| passed(&throttle, &format!("guest{n}"), "192.0.2.7", 10)).sum();
    assert_eq!(all, 20 * CLASS_NEWCOMERS);
    let payer = throttle.payer(&user("one-more"), "192.0.2.7".parse().unwrap()).unwrap();
    let refused = throttle.spend(&payer, Cost::MESSAGE).unwrap_err();
    assert!(refused.is_address && refused.refusal().message.contains("your network"), "{refused:?}");
    assert_eq!(passed(&throttle, "elsewhere", "192.0.2.8", 10), 10);
}

#[tokio::test]
async fn a_household_that_rotates_its_addresses_wins_little() {
    let throttle = on_its_own("20/1");
    let rotating = |network: fn(u32) -> String| {
        (0..2_000).map(|n| passed(&throttle, &format!("guest{n}"), &network(n), 10)).sum::<u32>()
    };
    assert_eq!(rotating(|n| format!("2001:db8:1:203::{n:x}")), 400, "one /64");
    assert_eq!(rotating(|n| format!("2001:db8:2:2{:02x}::1", n % 256)), 1_600, "a /56 of them");
    assert_eq!(rotating(|n| format!("2001:db8:3:{:x}::1", n * 31)), 6_400, "a /48");
}

#[tokio::test]
async fn what_an_address_refuses_costs_the_session_nothing() {
    let throttle = on_its_own("2/1");
    let others: u32 = (0..100).map(|n| passed(&throttle, &format!("guest{n}"), "192.0.2.7", 2)).sum();
    assert_eq!(others, 2 * CLASS_NEWCOMERS);
    assert_eq!(passed(&throttle, "ana", "192.0.2.7", 10), 0);
    assert_eq!(passed(&throttle, "ana", "192.0.2.8", 10), 2);
}

#[tokio::test]
async fn what_was_sent_is_paid_afterwards() {
    let throttle = on_its_own("20/120");
    let payer = throttle.payer(&user("ana"), "192.0.2.7".parse().unwrap()).unwrap();
    assert_eq!(throttle.spend(&payer, Cost::JOIN), Ok(()));
    throttle.charge(&payer, Cost::of_bytes(7_200_000));
    let refused = throttle.spend(&payer, Cost::JOIN).unwrap_err();
    assert!((25..40).contains(&refused.wait.as_secs()), "{refused:?}");
    assert_eq!(throttle.spend(&payer, Cost::MESSAGE), Ok(()), "messages have an allowance of their own");
}

#[tokio::test]
async fn off_is_off_but_for_keys_and_files() {
    let throttle = on_its_own("off");
    let address = "192.0.2.7".parse().unwrap();
    assert!(throttle.payer(&user("ana"), address).is_none());
    assert!((0..100_000).all(|_| throttle.spend_at(address, Purpose::Request, request::PAGE).is_ok()));
    is_about(shared(&throttle, "ana", true, Share::KEY), 10, "keys");
    is_about(shared(&throttle, "ana", true, Share::FILE), 60, "files");
}

/// How often somebody at the school gets a share, of some hundred tries.
fn shared(throttle: &Throttle, id: &str, is_known: bool, share: Share) -> usize {
    let (session, address) = (user(id), "192.0.2.7".parse().unwrap());
    let sharer = Sharer { session: &session, known_for: if is_known { NEW_FOR } else { Duration::ZERO }, address };
    (0..700).filter(|_| throttle.spend_share(sharer, share).is_ok()).count()
}

/// Some come back while a busy machine counts.
fn is_about(count: usize, wanted: usize, what: &str) {
    assert!((wanted..wanted + 5).contains(&count), "{what}: {count} instead of {wanted}");
}

#[tokio::test]
async fn one_pupil_uses_up_their_own_share_and_all_who_are_new_use_up_one() {
    let throttle = on_its_own("20/1");
    for (share, each, all) in [(Share::KEY, 10, 30), (Share::FILE, 60, 240)] {
        let new: usize = (0..5).map(|n| shared(&throttle, &format!("guest{n}"), false, share)).sum();
        is_about(new, each, "all who are new");
        is_about(shared(&throttle, "eve", true, share), each, "one pupil");
        is_about(shared(&throttle, "teacher", true, share), each, "their teacher");
        let rest: usize = (0..5).map(|n| shared(&throttle, &format!("pupil{n}"), true, share)).sum();
        assert!(rest < all - 2 * each, "of what all of the school have is left: {rest}");
    }
    let new: usize = (0..5).map(|n| shared(&throttle, &format!("guest{n}"), false, Share::SIGN_OUT)).sum();
    is_about(new, 60, "sessions that were made to be ended");
    is_about(shared(&throttle, "ana", true, Share::SIGN_OUT), 540, "a session that ends has no share of its own");
}

#[tokio::test]
async fn who_waits_gives_their_turn_back_and_who_works_keeps_it() {
    let throttle = on_its_own("20/120");
    let school = "192.0.2.7".parse().unwrap();
    let mut permits = Vec::new();
    for _ in 0..CONCURRENT_REQUESTS {
        permits.push(throttle.acquire_permit(school).await.unwrap());
    }
    release_request_permit();
    let handle = permits[0].handle();
    handle.clone().cover(async {}).await;
    let mut next = std::pin::pin!(throttle.acquire_permit(school));
    let is_waiting = std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context).is_pending())).await;
    assert!(is_waiting, "all of them work");
    handle.cover(async { release_request_permit() }).await;
    assert!(next.await.is_some());
    drop(permits);
}

#[tokio::test]
async fn a_thousand_pages_at_once_are_made_a_few_at_a_time() {
    let throttle = on_its_own("20/120");
    let [one, other] = ["192.0.2.7", "192.0.2.8"].map(|address| address.parse().unwrap());
    let mut permits = Vec::new();
    for _ in 0..CONCURRENT_REQUESTS {
        permits.push(throttle.acquire_permit(one).await.unwrap());
    }
    let mut next = std::pin::pin!(throttle.acquire_permit(one));
    let is_waiting = std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context).is_pending())).await;
    assert!(is_waiting);
    assert!(throttle.acquire_permit(other).await.is_some(), "nobody else waits");
    permits.pop();
    assert!(next.await.is_some());
    assert!(on_its_own("off").acquire_permit(one).await.is_none());
}

/// What several nodes tell each other.
#[derive(Default)]
struct Common {
    full_in: Mutex<HashMap<(u128, u8), Duration>>,
    is_away: bool,
}

#[async_trait]
impl Ledger for Common {
    async fn settle(&self, spent: &[Spent]) -> Result<Vec<Duration>, StorageError> {
        if self.is_away {
            return Err(StorageError::Unavailable("away".into()));
        }
        let mut full_in = self.full_in.lock().unwrap();
        let add = |one: &Spent| {
            let full_in = full_in.entry(one.bucket).or_default();
            *full_in += one.refills_in;
            *full_in
        };
        let answer = spent.iter().map(add).collect();
        Ok(answer)
    }
}

/// The clock of the pauses is paused, that of the buckets is not: they hardly refill.
#[tokio::test(start_paused = true)]
async fn going_from_node_to_node_wins_one_burst_for_each_and_no_more() {
    let common = Arc::<Common>::default();
    let limit: RateLimit = "20/1".parse().unwrap();
    let nodes: Vec<_> =
        (0..3).map(|_| Throttle::start(limit, Some(common.clone()), CancellationToken::new())).collect();
    let mut all = 0;
    for _ in 0..10 {
        for node in &nodes {
            all += passed(node, "ana", "192.0.2.7", 10);
            // By then the nodes have reported everything.
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
    assert!((20..=40).contains(&all), "{all}");
}

#[tokio::test(start_paused = true)]
async fn each_node_holds_its_own_limit_while_the_ledger_is_away() {
    let away = Arc::new(Common { is_away: true, ..Common::default() });
    let node = Throttle::start("20/1".parse().unwrap(), Some(away), CancellationToken::new());
    let mut all = 0;
    for _ in 0..50 {
        all += passed(&node, "ana", "192.0.2.7", 10);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(all, 20);
}
