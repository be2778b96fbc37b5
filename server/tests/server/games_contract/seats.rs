//! What every store of games promises of who plays.

use futures::future::join_all;
use quiz::State;
use server::games::{Answered, Seated, Standing};

use super::*;

on_every_backend!(Cluster => [
    a_player_has_one_seat,
    who_comes_first_stands_first,
    a_name_belongs_to_one_player,
    a_locked_or_full_game_takes_nobody_new,
    who_was_sent_away_has_no_seat,
]);

async fn a_player_has_one_seat(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = any_user();
    assert_eq!(cluster.games(0).standing(&key, &ada).await.unwrap(), Standing::Unknown);
    let Seated::At(seat) = seat_of(&cluster, &key, &ada, "Ada", 10).await else { panic!() };
    assert_eq!((&seat.id, &seat.name, seat.score), (&ada, &name("Ada"), 0));
    assert!(seat.joined_at <= load(&cluster, &key).await.now);
    let again = seat_of(&cluster, &key, &ada, "Another", 10).await;
    assert_eq!(again, Seated::At(seat.clone()), "the name stays");
    assert_eq!(cluster.games(1).standing(&key, &ada).await.unwrap(), Standing::Seated(seat.clone()));
    let ben = player(&cluster, &key, "Ben").await;
    let seats = cluster.games(1).seats(&key).await.unwrap();
    assert_eq!(seats.len(), 2);
    assert!(seats.contains(&seat) && seats.iter().any(|seat| seat.id == ben));
    assert!(seats.is_sorted_by_key(|seat| seat.joined_at));
}

/// So quickly that several come within one millisecond, on whatever machine.
async fn who_comes_first_stands_first(cluster: Cluster) {
    let key = game(&cluster).await;
    let mut came = Vec::new();
    for number in 0..200 {
        came.push(player(&cluster, &key, &format!("Player {number}")).await);
    }
    let seats = cluster.games(1).seats(&key).await.unwrap();
    assert_eq!(seats.into_iter().map(|seat| seat.id).collect::<Vec<_>>(), came);
}

async fn a_name_belongs_to_one_player(cluster: Cluster) {
    let key = game(&cluster).await;
    let wishes = (0..10).map(|_| async {
        let player = any_user();
        seat_of(&cluster, &key, &player, "Ada", 10).await
    });
    let seated = join_all(wishes).await;
    assert_eq!(seated.iter().filter(|seated| matches!(seated, Seated::At(_))).count(), 1);
    assert_eq!(seated.iter().filter(|seated| **seated == Seated::NameTaken).count(), 9);
}

async fn a_locked_or_full_game_takes_nobody_new(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 1).await, Seated::Full);
    change(&cluster, &key, |loaded| State { locked: true, ..loaded.state.clone() }).await;
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 9).await, Seated::Locked);
    assert!(matches!(seat_of(&cluster, &key, &ada, "Ada", 1).await, Seated::At(_)), "who has one keeps it");
    change(&cluster, &key, |loaded| State { locked: false, ..loaded.state.clone() }).await;
    player(&cluster, &key, "Ben").await;
}

async fn who_was_sent_away_has_no_seat(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    open(&cluster, &key, 0, None).await;
    let Standing::Seated(seat) = cluster.games(0).standing(&key, &ada).await.unwrap() else { panic!() };
    assert!(cluster.games(0).kick(&key, &ada).await.unwrap());
    assert!(!cluster.games(1).kick(&key, &ada).await.unwrap(), "once");
    assert_eq!(cluster.games(1).standing(&key, &ada).await.unwrap(), Standing::Kicked);
    assert_eq!(seat_of(&cluster, &key, &ada, "Eve", 9).await, Seated::Kicked);
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, Answered::NoSeat);
    let loaded = load(&cluster, &key).await;
    commit(&cluster, &key, loaded.version, &loaded.state, &[seat]).await.unwrap();
    assert_eq!(cluster.games(0).seats(&key).await.unwrap(), [], "a count that began before brings nobody back");
    player(&cluster, &key, "Ada").await;
}
