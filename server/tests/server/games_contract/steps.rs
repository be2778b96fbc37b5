//! What every store of games promises of how a game is begun, found and changed.

use futures::future::join_all;
use realtime::broker::Delivery;
use realtime::broker::redis::names;
use realtime::channel::Channel;
use server::games::{AnswerOutcome, Commit, GameSnapshot, Key, NewGame, RoundQuiz, SeatOutcome};
use storage::StorageError;
use storage::redis::Keyspace;

use super::*;
use crate::cluster::Backend;
use crate::redis_server::RedisServer;

on_every_backend!(Cluster => [
    a_game_is_found_by_its_pin,
    a_pin_in_use_is_not_given_again,
    a_change_is_numbered_and_told_in_one_step,
    of_many_changes_at_once_one_wins,
    another_games_key_opens_nothing,
    tries_add_up,
]);

async fn a_game_is_found_by_its_pin(cluster: Cluster) {
    let begun = begun();
    assert_eq!(cluster.games(0).load(&begun.key.pin).await.unwrap(), None);
    let version = cluster.games(0).create(&begun).await.unwrap().unwrap();
    let loaded = load(&cluster, &begun.key).await;
    assert_eq!((&loaded.key, loaded.version, &loaded.state), (&begun.key, version, &begun.state));
    assert!(loaded.now > 1_700_000_000_000 && loaded.stored_progress == 0);
    let played = RoundQuiz { owner: begun.owner, round: 1, quiz: begun.quiz };
    assert_eq!(cluster.games(1).round_quiz_of(&begun.key).await.unwrap(), Some(played));
    cluster.games(1).note_stored_results(&begun.key, 1_003).await.unwrap();
    assert_eq!(load(&cluster, &begun.key).await.stored_progress, 1_003);
}

async fn a_pin_in_use_is_not_given_again(cluster: Cluster) {
    let first = begun();
    cluster.games(0).create(&first).await.unwrap().unwrap();
    let second = NewGame { key: Key { pin: first.key.pin.clone(), id: "other".into() }, ..begun() };
    assert_eq!(cluster.games(1).create(&second).await.unwrap(), None);
    assert_eq!(load(&cluster, &first.key).await.key, first.key);
    let nobodys = begun();
    assert_eq!(commit(&cluster, &nobodys.key, 0, &nobodys.state, &[]).await, None, "a change creates no game");
    assert_eq!(cluster.games(0).load(&nobodys.key.pin).await.unwrap(), None);
}

async fn a_change_is_numbered_and_told_in_one_step(mut cluster: Cluster) {
    let key = game(&cluster).await;
    let channel = Channel::Game(key.pin.clone());
    for node in &cluster.nodes {
        node.broker.subscribe(&channel).await.unwrap();
    }
    let before = load(&cluster, &key).await;
    let state = State { chat: true, ..before.state.clone() };
    let version = commit(&cluster, &key, before.version, &state, &[]).await.unwrap();
    assert_eq!(version, before.version + 1);
    let after = load(&cluster, &key).await;
    assert_eq!((after.version, &after.state), (version, &state));
    let top = cluster.broker(1).top(&channel).await.unwrap();
    assert_eq!(top.position.offset, version);
    for node in &mut cluster.nodes {
        let Delivery::Publication { channel: told, position, header, frame: text } = node.next().await else {
            panic!()
        };
        assert_eq!((told, position), (channel.clone(), top.position.clone()));
        assert_eq!(header.map(|header| header.kind().to_owned()).as_deref(), Some("stepped"));
        assert_eq!(text, frame(&key, &state).fill(version));
        assert_eq!(Some(text), top.frame);
    }
    assert_eq!(commit(&cluster, &key, before.version, &before.state, &[]).await, None, "it has gone on");
    assert_eq!(load(&cluster, &key).await.state, state);
    assert_eq!(cluster.broker(0).top(&channel).await.unwrap(), top, "and nobody was told");
}

async fn of_many_changes_at_once_one_wins(cluster: Cluster) {
    let key = game(&cluster).await;
    let before = load(&cluster, &key).await;
    let changes = (0..20).map(|turn| {
        let (cluster, key, before) = (&cluster, &key, &before);
        async move {
            let state = State { players: turn, ..before.state.clone() };
            let (taking, frame) = (None, frame(key, &state));
            let commit = Commit { key, expected: before.version, state: &state, taking, seats: &[], away: &[], frame };
            cluster.games(turn).commit(commit).await.unwrap().map(|_| turn)
        }
    });
    let won: Vec<usize> = join_all(changes).await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(load(&cluster, &key).await.state.players, won[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_whose_log_was_lost_goes_on_above_its_version() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    let key = game(&cluster).await;
    let version = change(&cluster, &key, |loaded| loaded.state.clone()).await;
    assert_eq!(version, 2);
    let channel = Channel::Game(key.pin.clone());
    let lost = [names::meta(&Keyspace::default(), &channel), names::log(&Keyspace::default(), &channel)];
    server.command(&["DEL", &lost[0], &lost[1]]).await;
    assert_eq!(change(&cluster, &key, |loaded| loaded.state.clone()).await, 3);
    let top = cluster.broker(0).top(&channel).await.unwrap();
    let state = load(&cluster, &key).await.state;
    assert_eq!((top.position.offset, top.frame), (3, Some(frame(&key, &state).fill(3).into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_takes_no_part_of_a_change() {
    let server = RedisServer::start();
    let cluster = Cluster::on(Backend::redis(&server)).await;
    let key = game(&cluster).await;
    let channel = Channel::Game(key.pin.clone());
    let (before, top) = (load(&cluster, &key).await, cluster.broker(0).top(&channel).await.unwrap());
    let state = State { chat: true, ..before.state.clone() };
    let (taking, expected, frame) = (None, before.version, frame(&key, &state));
    server.command(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let refused = Commit { key: &key, expected, state: &state, taking, seats: &[], away: &[], frame };
    let refused = cluster.games(0).commit(refused).await;
    assert!(matches!(refused, Err(StorageError::Full(_))), "{refused:?}");
    server.command(&["CONFIG", "SET", "maxmemory", "0"]).await;
    let after = load(&cluster, &key).await;
    assert_eq!(GameSnapshot { now: before.now, ..after }, before);
    assert_eq!(cluster.broker(0).top(&channel).await.unwrap(), top);
    assert_eq!(change(&cluster, &key, |loaded| loaded.state.clone()).await, before.version + 1);
}

async fn another_games_key_opens_nothing(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    open(&cluster, &key, 0, None).await;
    let other = Key { id: "earlier".into(), ..key.clone() };
    let loaded = load(&cluster, &key).await;
    assert_eq!(cluster.games(0).round_quiz_of(&other).await.unwrap(), None);
    assert_eq!(commit(&cluster, &other, loaded.version, &loaded.state, &[]).await, None);
    assert_eq!(seat_of(&cluster, &other, &any_user(), "Ben", 9).await, SeatOutcome::Gone);
    assert_eq!(answer(&cluster, &other, &ada, 0, RED).await, AnswerOutcome::NoSeat);
    assert_eq!(cluster.games(0).kick(&other, &[ada], Some(1_000)).await.unwrap(), []);
    cluster.games(0).note_stored_results(&other, 1_003).await.unwrap();
    let after = load(&cluster, &key).await;
    assert_eq!(GameSnapshot { now: loaded.now, ..after }, loaded);
}

async fn tries_add_up(cluster: Cluster) {
    let who = any_user().to_string();
    assert_eq!(cluster.games(0).tries(&who).await.unwrap(), 0);
    for count in 1..=3 {
        assert_eq!(cluster.games(0).count_try(&who).await.unwrap(), count);
    }
    assert_eq!(cluster.games(1).tries(&who).await.unwrap(), 3);
    assert_eq!(cluster.games(1).tries(&any_user().to_string()).await.unwrap(), 0);
}
