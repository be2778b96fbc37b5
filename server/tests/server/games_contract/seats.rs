//! What every store of games promises of seats.

use futures::future::join_all;
use quiz::State;
use server::games::{AnswerOutcome, PlayerStatus, Rename, RenameOutcome, SeatOutcome, SeatRateLimit};

use super::*;

on_every_backend!(Cluster => [
    a_player_has_one_seat,
    who_comes_first_stands_first,
    a_name_belongs_to_one_player,
    a_locked_or_full_game_takes_nobody_new,
    another_name_is_taken_if_it_is_free_and_the_game_has_not_gone_on,
    a_seat_that_is_only_kept_can_have_another_name_too,
    who_was_sent_away_has_no_seat,
    a_seat_that_is_free_again_can_be_taken,
    taken_names_are_looked_up_few_at_a_time,
    a_network_takes_so_many_seats_at_once_on_all_nodes,
]);

async fn a_player_has_one_seat(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = any_user();
    assert_eq!(cluster.games(0).player_status(&key, &ada).await.unwrap(), PlayerStatus::Unknown);
    let SeatOutcome::At(seat) = seat_of(&cluster, &key, &ada, "Ada", 10).await else { panic!() };
    assert_eq!((&seat.id, &seat.name, seat.score), (&ada, &name("Ada"), 0));
    assert!(seat.joined_at <= load(&cluster, &key).await.now);
    let again = seat_of(&cluster, &key, &ada, "Another", 10).await;
    assert_eq!(again, SeatOutcome::At(seat.clone()), "the name stays");
    assert_eq!(cluster.games(1).player_status(&key, &ada).await.unwrap(), PlayerStatus::Seated(seat.clone()));
    let ben = player(&cluster, &key, "Ben").await;
    let seats = cluster.games(1).seats(&key).await.unwrap();
    assert_eq!(seats.len(), 2);
    assert!(seats.contains(&seat) && seats.iter().any(|seat| seat.id == ben));
    assert!(seats.is_sorted_by_key(|seat| seat.joined_at));
}

/// So many that several get a seat within one millisecond, on any machine.
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
    assert_eq!(seated.iter().filter(|seated| matches!(seated, SeatOutcome::At(_))).count(), 1);
    assert_eq!(seated.iter().filter(|seated| **seated == SeatOutcome::NameTaken).count(), 9);
}

async fn a_locked_or_full_game_takes_nobody_new(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 1).await, SeatOutcome::Full);
    change(&cluster, &key, |loaded| State { locked: true, ..loaded.state.clone() }).await;
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 9).await, SeatOutcome::Locked);
    assert!(matches!(seat_of(&cluster, &key, &ada, "Ada", 1).await, SeatOutcome::At(_)), "who has one keeps it");
    change(&cluster, &key, |loaded| State { locked: false, ..loaded.state.clone() }).await;
    player(&cluster, &key, "Ben").await;
}

async fn another_name_is_taken_if_it_is_free_and_the_game_has_not_gone_on(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    let ben = player(&cluster, &key, "Ben").await;
    let called = async |player: &UserId| match cluster.games(1).player_status(&key, player).await.unwrap() {
        PlayerStatus::Seated(seat) => seat,
        standing => panic!("{standing:?}"),
    };
    let rename = async |player: &UserId, new: &str, expected: u64| {
        let seat = called(player).await;
        let before = quiz::nickname::skeleton(&seat.name);
        let seat = quiz::Seat { name: name(new), ..seat };
        let skeleton = quiz::nickname::skeleton(&seat.name);
        let rename = Rename { seat: &seat, before: &before, skeleton: &skeleton };
        cluster.games(0).rename(&key, expected, rename).await.unwrap()
    };
    let version = load(&cluster, &key).await.version;
    assert_eq!(rename(&ada, "BEN", version).await, RenameOutcome::Taken);
    assert_eq!(rename(&ada, "Adele", version + 1).await, RenameOutcome::Stale);
    assert_eq!(called(&ada).await.name, name("Ada"));
    assert_eq!(rename(&ada, "Adele", version).await, RenameOutcome::Yes);
    assert_eq!(called(&ada).await.name, name("Adele"));
    assert_eq!(rename(&ada, "adele", version).await, RenameOutcome::Yes, "nobody is their own double");
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Adele", 9).await, SeatOutcome::NameTaken);
    let newcomer = player(&cluster, &key, "Ada").await;
    assert_eq!(cluster.games(1).kick(&key, &[ada, newcomer], None).await.unwrap().len(), 2);
    assert_eq!(rename(&ben, "Adele", version).await, RenameOutcome::Yes, "a name goes with who had it");
    let stranger = quiz::Seat { id: any_user(), ..called(&ben).await };
    let rename = Rename { seat: &stranger, before: "x", skeleton: "y" };
    assert_eq!(cluster.games(0).rename(&key, version, rename).await.unwrap(), RenameOutcome::Stale, "who has no seat");
}

async fn a_seat_that_is_only_kept_can_have_another_name_too(cluster: Cluster) {
    let key = game(&cluster).await;
    let (ada, ben) = (player(&cluster, &key, "Ada").await, player(&cluster, &key, "Ben").await);
    let loaded = load(&cluster, &key).await;
    let (state, frame) = (&loaded.state, frame(&key, &loaded.state));
    let away = [ada.clone()];
    let put_away = Commit { key: &key, expected: loaded.version, state, taking: None, seats: &[], away: &away, frame };
    let version = cluster.games(0).commit(put_away).await.unwrap().unwrap();
    let PlayerStatus::Away(seat) = cluster.games(1).player_status(&key, &ada).await.unwrap() else { panic!() };
    let seat = quiz::Seat { name: name("Adele"), named_by_host: true, ..seat };
    let [before, skeleton] = ["Ada", "Adele"].map(|text| quiz::nickname::skeleton(&name(text)));
    let rename = Rename { seat: &seat, before: &before, skeleton: &skeleton };
    for _ in 0..2 {
        assert_eq!(
            cluster.games(1).rename(&key, version, rename).await.unwrap(),
            RenameOutcome::Yes,
            "twice is as once"
        );
    }
    assert_eq!(
        cluster.games(0).player_status(&key, &ada).await.unwrap(),
        PlayerStatus::Away(seat.clone()),
        "still away"
    );
    assert_eq!(cluster.games(0).seats(&key).await.unwrap().into_iter().map(|seat| seat.id).collect::<Vec<_>>(), [ben]);
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Adele", 9).await, SeatOutcome::NameTaken);
    player(&cluster, &key, "Ada").await;
    assert_eq!(seat_of(&cluster, &key, &ada, "Ada", 9).await, SeatOutcome::At(seat), "who is back has the new name");
}

async fn who_was_sent_away_has_no_seat(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    open(&cluster, &key, 0, None).await;
    let PlayerStatus::Seated(seat) = cluster.games(0).player_status(&key, &ada).await.unwrap() else { panic!() };
    let whom = [ada.clone()];
    assert_eq!(cluster.games(0).kick(&key, &whom, None).await.unwrap(), whom);
    assert_eq!(cluster.games(1).kick(&key, &whom, None).await.unwrap(), [], "once");
    assert_eq!(cluster.games(1).player_status(&key, &ada).await.unwrap(), PlayerStatus::Kicked);
    assert_eq!(seat_of(&cluster, &key, &ada, "Eve", 9).await, SeatOutcome::Kicked);
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, AnswerOutcome::NoSeat);
    let loaded = load(&cluster, &key).await;
    commit(&cluster, &key, loaded.version, &loaded.state, &[seat]).await.unwrap();
    assert_eq!(cluster.games(0).seats(&key).await.unwrap(), [], "a count that began before brings nobody back");
    player(&cluster, &key, "Ada").await;
}

async fn a_seat_that_is_free_again_can_be_taken(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 1).await, SeatOutcome::Full);
    cluster.games(0).kick(&key, &[ada], None).await.unwrap();
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 0);
    assert!(matches!(seat_of(&cluster, &key, &any_user(), "Ben", 1).await, SeatOutcome::At(_)));
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 1);
}

async fn taken_names_are_looked_up_few_at_a_time(cluster: Cluster) {
    let (key, other) = (game(&cluster).await, game(&cluster).await);
    for called in ["Ada", "Ada 3"] {
        player(&cluster, &key, called).await;
    }
    let skeletons = ["Ada", "Ada 2", "Ada 3"].map(|text| quiz::nickname::skeleton(&name(text)));
    assert_eq!(cluster.games(1).taken(&key, &skeletons).await.unwrap(), [true, false, true]);
    assert_eq!(cluster.games(1).taken(&other, &skeletons).await.unwrap(), [false; 3], "in another game");
    assert!(cluster.games(1).taken(&key, &[]).await.unwrap().is_empty());
}

async fn a_network_takes_so_many_seats_at_once_on_all_nodes(cluster: Cluster) {
    let key = game(&cluster).await;
    let network = |network: &str, burst| SeatRateLimit { network: network.into(), burst, per_minute: 60 };
    let one_house = [network("house", 3), network("street", 5)];
    let next_house = [network("next", 3), network("street", 5)];
    let seat = async |turn: usize, player: &UserId, arrivals: &[SeatRateLimit]| {
        let name = name(player.as_str());
        let newcomer = Newcomer { player, name: &name, skeleton: player.as_str(), most: 100, arrivals, network: "" };
        cluster.games(turn).seat(&key, newcomer).await.unwrap()
    };
    let has_to_wait = |seated: &SeatOutcome| match seated {
        SeatOutcome::TooMany { retry_after_ms } => (1..=1_000).contains(retry_after_ms),
        _ => false,
    };
    let ada = any_user();
    assert!(matches!(seat(0, &ada, &one_house).await, SeatOutcome::At(_)));
    for turn in 1..3 {
        assert!(matches!(seat(turn, &any_user(), &one_house).await, SeatOutcome::At(_)), "a class passes");
    }
    let fourth = seat(1, &any_user(), &one_house).await;
    assert!(has_to_wait(&fourth), "{fourth:?}");
    assert!(matches!(seat(1, &ada, &one_house).await, SeatOutcome::At(_)), "who has a seat takes no other");
    for turn in 0..2 {
        assert!(
            matches!(seat(turn, &any_user(), &next_house).await, SeatOutcome::At(_)),
            "the refused one cost nothing"
        );
    }
    let sixth = seat(0, &any_user(), &next_house).await;
    assert!(has_to_wait(&sixth), "the street is full: {sixth:?}");
    assert!(matches!(seat(1, &any_user(), &[network("elsewhere", 1)]).await, SeatOutcome::At(_)));
    let patient = any_user();
    let in_time = crate::polling::poll_until(crate::polling::PATIENCE, async || {
        matches!(seat(0, &patient, &one_house).await, SeatOutcome::At(_)).then_some(())
    });
    in_time.await.expect("who waits is let in");
}
