//! What every store of games promises of who hosts a game besides whoever began it.

use protocol::{HostId, limits};
use server::games::TakeOverOutcome;

use super::*;

on_every_backend!(Cluster => [
    a_code_is_good_once,
    a_host_who_was_added_can_be_removed,
    a_game_has_so_many_hosts_and_no_more,
]);

async fn takes_over(cluster: &Cluster, key: &Key, code: &str, id: &str) -> TakeOverOutcome {
    let host = HostId::parse(id).unwrap();
    cluster.games(1).take_over(key, code, &host, &name(id)).await.unwrap()
}

async fn a_code_is_good_once(cluster: Cluster) {
    let key = game(&cluster).await;
    cluster.games(0).hand_over(&key, "abc234", 60_000).await.unwrap();
    assert_eq!(takes_over(&cluster, &key, "abc235", "eve").await, TakeOverOutcome::WrongCode);
    let other = Key { id: "earlier".into(), ..key.clone() };
    assert_eq!(takes_over(&cluster, &other, "abc234", "eve").await, TakeOverOutcome::WrongCode);
    assert_eq!(takes_over(&cluster, &key, "abc234", "helper").await, TakeOverOutcome::Yes);
    assert_eq!(takes_over(&cluster, &key, "abc234", "eve").await, TakeOverOutcome::WrongCode);
    cluster.games(0).hand_over(&key, "short", 1).await.unwrap();
    // It may still be good for this millisecond; then the next one is not.
    let gone = crate::polling::poll_until(crate::polling::PATIENCE, async || {
        (takes_over(&cluster, &key, "short", "late").await == TakeOverOutcome::WrongCode).then_some(())
    });
    gone.await.unwrap();
}

async fn a_host_who_was_added_can_be_removed(cluster: Cluster) {
    let key = game(&cluster).await;
    for id in ["one", "two"] {
        cluster.games(0).hand_over(&key, id, 60_000).await.unwrap();
        assert_eq!(takes_over(&cluster, &key, id, id).await, TakeOverOutcome::Yes);
    }
    let mut hosts = cluster.games(0).hosts(&key).await.unwrap();
    assert!(hosts.is_sorted_by_key(|host| host.since) && hosts[0].since > 1_700_000_000_000);
    hosts.sort_by_key(|host| host.name.to_string());
    assert_eq!(hosts.iter().map(|host| host.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let one = HostId::parse("one").unwrap();
    assert!(cluster.games(1).remove_host(&key, &one).await.unwrap());
    assert!(!cluster.games(0).remove_host(&key, &one).await.unwrap(), "once");
    let left = cluster.games(1).hosts(&key).await.unwrap();
    assert_eq!(left.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(), ["two"]);
    let other = game(&cluster).await;
    assert_eq!(cluster.games(0).hosts(&other).await.unwrap(), []);
}

async fn a_game_has_so_many_hosts_and_no_more(cluster: Cluster) {
    let key = game(&cluster).await;
    for number in 0..limits::ADDED_HOSTS {
        let code = format!("code{number}");
        cluster.games(0).hand_over(&key, &code, 60_000).await.unwrap();
        assert_eq!(takes_over(&cluster, &key, &code, &code).await, TakeOverOutcome::Yes);
    }
    cluster.games(0).hand_over(&key, "more", 60_000).await.unwrap();
    assert_eq!(takes_over(&cluster, &key, "more", "more").await, TakeOverOutcome::Full);
    assert!(cluster.games(0).remove_host(&key, &HostId::parse("code0").unwrap()).await.unwrap());
    assert_eq!(takes_over(&cluster, &key, "more", "more").await, TakeOverOutcome::Yes, "the code was kept");
}
