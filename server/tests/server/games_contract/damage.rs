//! What every store of games promises of data that is damaged.

use ::redis::cmd;
use rusqlite::params;
use storage::StorageError;

use super::*;
use crate::damage::damage;

contract!(Cluster on embedded, redis => [
    a_damaged_answer_is_not_left_out_of_the_count,
    an_answer_of_nobody_is_not_left_out_either,
    a_damaged_game_is_told_as_damaged,
]);

/// A game with a damaged answer.
async fn with_answer(cluster: &Cluster, player: &str, given: &str) -> (Key, UserId) {
    let key = game(cluster).await;
    let ada = super::player(cluster, &key, "Ada").await;
    open(cluster, &key, 500, Some(60_000)).await;
    answer(cluster, &key, &ada, 0, RED).await;
    let row = params![key.id, player, given];
    let insert = "INSERT OR REPLACE INTO answers (game, question, player, given) VALUES (?1, 0, ?2, ?3)";
    let hash = format!("hubbub:{{game:{}}}:{}:answers:0", key.pin, key.id);
    damage(cluster, insert, row, cmd("HSET").arg(hash).arg(player).arg(given)).await;
    (key, ada)
}

async fn a_damaged_answer_is_not_left_out_of_the_count(cluster: Cluster) {
    let (key, ada) = with_answer(&cluster, "ben", r#"{"question":0,"answer":{"text":"a secret""#).await;
    let Err(StorageError::Corrupt(why)) = cluster.games(1).answers(&key, 0).await else {
        panic!("points were counted without an answer");
    };
    assert!(why.contains("an answer") && !why.contains("secret"), "{why}");
    let ben = UserId::parse("ben").unwrap();
    assert!(matches!(cluster.games(0).answer_of(&key, &ben, 0).await, Err(StorageError::Corrupt(_))));
    assert!(cluster.games(0).answer_of(&key, &ada, 0).await.unwrap().is_some(), "one answer is asked for");
    let readable = cluster.games(1).readable_answers(&key, 0).await.unwrap();
    assert_eq!(readable.keys().collect::<Vec<_>>(), [&ada]);
    assert_eq!(cluster.games(0).answerers(&key, 0).await, Ok([ada, ben].into()), "both have answered");
}

async fn an_answer_of_nobody_is_not_left_out_either(cluster: Cluster) {
    let (key, _) = with_answer(&cluster, "", r#"{"question":0,"answer":{"choice":0},"tookMs":1}"#).await;
    let answers = cluster.games(1).answers(&key, 0).await;
    assert!(matches!(answers, Err(StorageError::Corrupt(_))), "{answers:?}");
}

async fn a_damaged_game_is_told_as_damaged(cluster: Cluster) {
    let (key, other) = (game(&cluster).await, game(&cluster).await);
    let text = r#"{"title": "a secret", "#;
    let (update, row) = ("UPDATE games SET state = ?2 WHERE id = ?1", params![key.id, text]);
    let hash = format!("hubbub:{{game:{}}}:game", key.pin);
    damage(&cluster, update, row, cmd("HSET").arg(&hash).arg("state").arg(text)).await;
    for node in 0..2 {
        let Err(StorageError::Corrupt(why)) = cluster.games(node).load(&key.pin).await else {
            panic!("a damaged game was loaded, or taken for missing");
        };
        assert!(why.contains("a game") && !why.contains("secret"), "{why}");
    }
    let (update, row) =
        ("UPDATE games SET state = CAST(?2 AS TEXT) WHERE id = ?1", params![key.id, [0xff_u8].as_slice()]);
    damage(&cluster, update, row, cmd("HSET").arg(&hash).arg("state").arg([0xff_u8].as_slice())).await;
    let loaded = cluster.games(1).load(&key.pin).await;
    assert!(matches!(loaded, Err(StorageError::Corrupt(_))), "it is no text: {loaded:?}");
    assert_eq!(load(&cluster, &other).await.key, other, "all others are there");
}
