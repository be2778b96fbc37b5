//! What every store of games promises of the entrance: who enters, who waits, who is kicked or blocked.

use protocol::game::Admission;
use protocol::game::frame::{Entrance, Waiting};
use protocol::limits;
use quiz::State;
use server::games::{PlayerStatus, SeatOutcome};

use super::*;

on_every_backend!(Cluster => [
    several_are_sent_away_at_once,
    a_network_that_is_blocked_takes_no_new_seat_until_it_is_pardoned,
    a_block_ends_by_itself,
    newcomers_wait_until_they_are_let_in,
    who_is_declined_is_sent_away,
    who_is_let_in_comes_in_through_a_locked_door_and_from_a_blocked_network,
    who_waits_goes_on_waiting_when_the_door_is_locked,
    who_waits_stands_in_the_order_of_their_coming,
    an_open_door_lets_in_who_waits,
    so_many_wait_and_no_more,
]);

/// Sets whether a host has to admit newcomers.
async fn admission(cluster: &Cluster, key: &Key, admission: Admission) {
    change(cluster, key, |loaded| State { admission, ..loaded.state.clone() }).await;
}

/// Who waits, by their ids.
async fn waiting(cluster: &Cluster, key: &Key) -> Vec<UserId> {
    let mut waiting: Vec<_> =
        cluster.games(0).entrance(key).await.unwrap().waiting.into_iter().map(|one| one.id).collect();
    waiting.sort();
    waiting
}

fn sorted<const N: usize>(mut ids: [UserId; N]) -> [UserId; N] {
    ids.sort();
    ids
}

fn is_in(seated: &SeatOutcome) -> bool {
    matches!(seated, SeatOutcome::At(_))
}

async fn several_are_sent_away_at_once(cluster: Cluster) {
    let key = game(&cluster).await;
    let mut crowd = Vec::new();
    for number in 0..5 {
        crowd.push(player(&cluster, &key, &format!("Bot {number}")).await);
    }
    let whom = [crowd[0].clone(), any_user(), crowd[1].clone(), crowd[2].clone()];
    let gone = cluster.games(0).kick(&key, &whom, None).await.unwrap();
    assert_eq!(gone, crowd[..3]);
    assert_eq!(cluster.games(1).seats(&key).await.unwrap().len(), 2);
    for player in &gone {
        assert_eq!(cluster.games(1).player_status(&key, player).await.unwrap(), PlayerStatus::Kicked);
    }
    assert_eq!(cluster.games(0).player_status(&key, &whom[1]).await.unwrap(), PlayerStatus::Unknown, "who had no seat");
    for number in 0..3 {
        player(&cluster, &key, &format!("Bot {number}")).await;
    }
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 5, "their names are free again");
    assert_eq!(cluster.games(1).kick(&key, &[], None).await.unwrap(), []);
}

async fn a_network_that_is_blocked_takes_no_new_seat_until_it_is_pardoned(cluster: Cluster) {
    let (key, other) = (game(&cluster).await, game(&cluster).await);
    let (bad, good) = (any_user(), any_user());
    assert!(is_in(&comes_from(&cluster, &key, &bad, "school").await));
    assert!(is_in(&comes_from(&cluster, &key, &good, "school").await));
    cluster.games(0).kick(&key, std::slice::from_ref(&bad), Some(600_000)).await.unwrap();
    match comes_from(&cluster, &key, &any_user(), "school").await {
        SeatOutcome::Blocked { for_ms } => assert!((590_000..=600_000).contains(&for_ms), "{for_ms}"),
        seated => panic!("{seated:?}"),
    }
    assert!(is_in(&comes_from(&cluster, &key, &good, "school").await), "who plays already stays");
    assert!(is_in(&comes_from(&cluster, &key, &any_user(), "home").await));
    assert!(is_in(&comes_from(&cluster, &other, &any_user(), "school").await), "into another game");
    assert_eq!(cluster.games(1).entrance(&key).await.unwrap(), Entrance { waiting: vec![], blocked: 1 });
    cluster.games(1).pardon(&key).await.unwrap();
    assert_eq!(cluster.games(0).entrance(&key).await.unwrap(), Entrance::default());
    assert!(is_in(&comes_from(&cluster, &key, &any_user(), "school").await));
    assert_eq!(comes_from(&cluster, &key, &bad, "school").await, SeatOutcome::Kicked, "that one is not pardoned");
}

async fn a_block_ends_by_itself(cluster: Cluster) {
    let key = game(&cluster).await;
    let bad = any_user();
    comes_from(&cluster, &key, &bad, "school").await;
    cluster.games(0).kick(&key, &[bad], Some(20)).await.unwrap();
    let in_time = crate::polling::poll_until(crate::polling::PATIENCE, async || {
        is_in(&comes_from(&cluster, &key, &any_user(), "school").await).then_some(())
    });
    in_time.await.unwrap();
    assert_eq!(cluster.games(0).entrance(&key).await.unwrap().blocked, 0);
}

async fn newcomers_wait_until_they_are_let_in(cluster: Cluster) {
    let key = game(&cluster).await;
    let early = any_user();
    assert!(is_in(&comes_from(&cluster, &key, &early, "").await));
    admission(&cluster, &key, Admission::Approve).await;
    let [ada, ben, cem] = [any_user(), any_user(), any_user()];
    for newcomer in [&ada, &ben, &cem] {
        assert_eq!(comes_from(&cluster, &key, newcomer, "").await, SeatOutcome::Waiting { is_new: true });
        assert_eq!(comes_from(&cluster, &key, newcomer, "").await, SeatOutcome::Waiting { is_new: false });
    }
    assert!(is_in(&comes_from(&cluster, &key, &early, "").await), "who has a seat keeps it");
    assert_eq!(waiting(&cluster, &key).await, sorted([ada.clone(), ben.clone(), cem.clone()]));
    let told = cluster.games(1).entrance(&key).await.unwrap().waiting;
    assert!(told.contains(&Waiting { id: ada.clone(), name: name(ada.as_str()) }));
    assert_eq!(cluster.games(0).player_status(&key, &ada).await.unwrap(), PlayerStatus::Unknown);

    cluster.games(0).admit(&key, &[ben.clone(), any_user()]).await.unwrap();
    assert_eq!(waiting(&cluster, &key).await, sorted([ada.clone(), cem.clone()]));
    assert!(is_in(&comes_from(&cluster, &key, &ben, "").await));
    assert_eq!(comes_from(&cluster, &key, &ada, "").await, SeatOutcome::Waiting { is_new: false });
    cluster.games(1).admit(&key, &[]).await.unwrap();
    assert_eq!(waiting(&cluster, &key).await, []);
    for newcomer in [&ada, &cem] {
        assert!(is_in(&comes_from(&cluster, &key, newcomer, "").await), "everybody was let in");
    }
    assert_eq!(comes_from(&cluster, &key, &any_user(), "").await, SeatOutcome::Waiting { is_new: true });
}

async fn who_is_declined_is_sent_away(cluster: Cluster) {
    let key = game(&cluster).await;
    admission(&cluster, &key, Admission::Approve).await;
    let [ada, eve] = [any_user(), any_user()];
    comes_from(&cluster, &key, &ada, "").await;
    comes_from(&cluster, &key, &eve, "").await;
    cluster.games(0).decline(&key, std::slice::from_ref(&eve)).await.unwrap();
    cluster.games(0).decline(&key, &[]).await.unwrap();
    assert_eq!(waiting(&cluster, &key).await, [ada]);
    assert_eq!(comes_from(&cluster, &key, &eve, "").await, SeatOutcome::Declined);
    assert_eq!(cluster.games(0).player_status(&key, &eve).await.unwrap(), PlayerStatus::Declined);
    let absent = any_user();
    cluster.games(1).decline(&key, std::slice::from_ref(&absent)).await.unwrap();
    assert_eq!(cluster.games(0).player_status(&key, &absent).await.unwrap(), PlayerStatus::Unknown);
}

/// Locks the game for newcomers.
async fn lock(cluster: &Cluster, key: &Key) {
    change(cluster, key, |loaded| State { locked: true, ..loaded.state.clone() }).await;
}

/// Kicks somebody and blocks their network.
async fn block(cluster: &Cluster, key: &Key, network: &str) {
    let bad = any_user();
    assert!(is_in(&comes_from(cluster, key, &bad, network).await));
    cluster.games(0).kick(key, &[bad], Some(600_000)).await.unwrap();
}

async fn who_is_let_in_comes_in_through_a_locked_door_and_from_a_blocked_network(cluster: Cluster) {
    let key = game(&cluster).await;
    block(&cluster, &key, "school").await;
    admission(&cluster, &key, Admission::Approve).await;
    let [ada, ben, cem] = [any_user(), any_user(), any_user()];
    comes_from(&cluster, &key, &ada, "home").await;
    comes_from(&cluster, &key, &ben, "home").await;
    cluster.games(0).admit(&key, std::slice::from_ref(&ada)).await.unwrap();
    lock(&cluster, &key).await;
    assert!(is_in(&comes_from(&cluster, &key, &ada, "school").await), "let in before the door was locked");
    cluster.games(0).admit(&key, std::slice::from_ref(&ben)).await.unwrap();
    assert!(is_in(&comes_from(&cluster, &key, &ben, "school").await), "let in behind a locked door");
    assert_eq!(comes_from(&cluster, &key, &cem, "home").await, SeatOutcome::Locked, "whom nobody let in");
}

async fn who_waits_goes_on_waiting_when_the_door_is_locked(cluster: Cluster) {
    let key = game(&cluster).await;
    block(&cluster, &key, "school").await;
    admission(&cluster, &key, Admission::Approve).await;
    let [ada, late] = [any_user(), any_user()];
    comes_from(&cluster, &key, &ada, "home").await;
    lock(&cluster, &key).await;
    for network in ["home", "school"] {
        assert_eq!(comes_from(&cluster, &key, &ada, network).await, SeatOutcome::Waiting { is_new: false });
    }
    assert_eq!(comes_from(&cluster, &key, &late, "home").await, SeatOutcome::Locked);
    change(&cluster, &key, |loaded| State { locked: false, admission: Admission::Open, ..loaded.state.clone() }).await;
    assert_eq!(comes_from(&cluster, &key, &ada, "school").await, SeatOutcome::Waiting { is_new: false });
    assert!(matches!(comes_from(&cluster, &key, &late, "school").await, SeatOutcome::Blocked { .. }));
    assert!(is_in(&comes_from(&cluster, &key, &ada, "home").await), "the door is open, but for the blocked network");
}

async fn who_waits_stands_in_the_order_of_their_coming(cluster: Cluster) {
    let key = game(&cluster).await;
    admission(&cluster, &key, Admission::Approve).await;
    let mut crowd = Vec::new();
    for _ in 0..8 {
        let newcomer = any_user();
        comes_from(&cluster, &key, &newcomer, "").await;
        crowd.push(newcomer);
        // The store's clock counts in milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    for newcomer in crowd.iter().rev() {
        comes_from(&cluster, &key, newcomer, "").await;
    }
    let told = cluster.games(0).entrance(&key).await.unwrap().waiting;
    assert_eq!(told.into_iter().map(|one| one.id).collect::<Vec<_>>(), crowd);
}

async fn an_open_door_lets_in_who_waits(cluster: Cluster) {
    let key = game(&cluster).await;
    admission(&cluster, &key, Admission::Approve).await;
    let ada = any_user();
    comes_from(&cluster, &key, &ada, "").await;
    admission(&cluster, &key, Admission::Open).await;
    assert!(is_in(&comes_from(&cluster, &key, &ada, "").await));
    assert_eq!(waiting(&cluster, &key).await, []);
}

async fn so_many_wait_and_no_more(cluster: Cluster) {
    let key = game(&cluster).await;
    admission(&cluster, &key, Admission::Approve).await;
    let crowd = futures::future::join_all((0..limits::WAITING).map(|_| {
        let (cluster, key) = (&cluster, &key);
        async move { comes_from(cluster, key, &any_user(), "").await }
    }));
    assert!(crowd.await.iter().all(|seated| *seated == SeatOutcome::Waiting { is_new: true }));
    assert_eq!(comes_from(&cluster, &key, &any_user(), "").await, SeatOutcome::Crowded);
    assert_eq!(waiting(&cluster, &key).await.len(), limits::WAITING);
    cluster.games(0).admit(&key, &[]).await.unwrap();
    assert_eq!(comes_from(&cluster, &key, &any_user(), "").await, SeatOutcome::Waiting { is_new: true });
}
