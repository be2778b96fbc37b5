//! What every store of games promises of answers and outcomes.

use futures::future::join_all;
use protocol::game::Phase;
use quiz::Command;
use server::games::{AnswerOutcome, Turnout};

use super::*;

on_every_backend!(Cluster => [
    an_answer_counts_once,
    many_answers_at_once_are_all_there,
    only_answers_in_time_are_taken,
    a_count_is_kept_with_the_step,
]);

async fn an_answer_counts_once(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    player(&cluster, &key, "Ben").await;
    assert_eq!(cluster.games(0).answer_of(&key, &ada, 0).await.unwrap(), None);
    open(&cluster, &key, 500, Some(60_000)).await;
    let AnswerOutcome::Accepted(given) = answer(&cluster, &key, &ada, 0, RED).await else { panic!() };
    assert_eq!((given.question, &given.answer), (0, &RED));
    assert!((500..30_000).contains(&given.took_ms), "{given:?}");
    assert_eq!(answer(&cluster, &key, &ada, 0, GREEN).await, AnswerOutcome::Duplicate(given.clone()));
    assert_eq!(cluster.games(0).answer_of(&key, &ada, 0).await.unwrap(), Some(given.clone()));
    assert_eq!(cluster.games(0).turnout(&key, 0).await.unwrap(), Turnout { answered: 1, players: 2 });
    change(&cluster, &key, |loaded| quiz::apply(&a_quiz(), &loaded.state, &Command::Reveal, loaded.now).unwrap()).await;
    assert_eq!(
        answer(&cluster, &key, &ada, 0, GREEN).await,
        AnswerOutcome::Duplicate(given.clone()),
        "after the end, too"
    );
    let answers = cluster.games(1).answers(&key, 0).await.unwrap();
    assert_eq!(answers.into_iter().collect::<Vec<_>>(), [(ada, given)]);
}

async fn many_answers_at_once_are_all_there(cluster: Cluster) {
    let key = game(&cluster).await;
    let players = join_all((0..60).map(|n| {
        let (cluster, key) = (&cluster, &key);
        async move { player(cluster, key, &format!("Player {n}")).await }
    }));
    let players = players.await;
    open(&cluster, &key, 0, Some(60_000)).await;
    let twice = players.iter().chain(&players).map(|player| answer(&cluster, &key, player, 0, RED));
    let answered = join_all(twice).await;
    assert_eq!(answered.iter().filter(|one| matches!(one, AnswerOutcome::Accepted(_))).count(), 60);
    assert_eq!(answered.iter().filter(|one| matches!(one, AnswerOutcome::Duplicate(_))).count(), 60);
    assert_eq!(cluster.games(0).answers(&key, 0).await.unwrap().len(), 60);
}

async fn only_answers_in_time_are_taken(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, AnswerOutcome::NotOpen, "not begun");
    open(&cluster, &key, 5_000, Some(1_000)).await;
    let AnswerOutcome::Late(Some(late_ms)) = answer(&cluster, &key, &ada, 0, RED).await else { panic!() };
    assert!((4_000..30_000).contains(&late_ms), "{late_ms}");
    assert_eq!(answer(&cluster, &key, &ada, 1, RED).await, AnswerOutcome::NotOpen, "not asked yet");
    assert_eq!(answer(&cluster, &key, &any_user(), 0, RED).await, AnswerOutcome::NoSeat);
    change(&cluster, &key, |loaded| {
        let mut state = quiz::apply(&a_quiz(), &loaded.state, &Command::Skip, loaded.now).unwrap();
        (state.phase, state.clock.opens_at) = (Phase::Open, Some(loaded.now));
        state
    })
    .await;
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, AnswerOutcome::Late(None), "another one is asked");
    assert!(matches!(answer(&cluster, &key, &ada, 1, RED).await, AnswerOutcome::Accepted(_)), "without an end");
    assert_eq!(cluster.games(0).answers(&key, 0).await.unwrap().len(), 0);
}

async fn a_count_is_kept_with_the_step(cluster: Cluster) {
    let key = game(&cluster).await;
    let (ada, _ben) = (player(&cluster, &key, "Ada").await, player(&cluster, &key, "Ben").await);
    open(&cluster, &key, 0, None).await;
    answer(&cluster, &key, &ada, 0, GREEN).await;
    change(&cluster, &key, |loaded| quiz::apply(&a_quiz(), &loaded.state, &Command::Reveal, loaded.now).unwrap()).await;
    let loaded = load(&cluster, &key).await;
    let seats = cluster.games(0).seats(&key).await.unwrap();
    let answers = cluster.games(0).answers(&key, 0).await.unwrap();
    let counted = quiz::count(&a_quiz(), &loaded.state, &seats, &answers).unwrap();
    assert_eq!(commit(&cluster, &key, loaded.version - 1, &counted.state, &counted.seats).await, None);
    assert_eq!(cluster.games(1).seats(&key).await.unwrap(), seats, "all or nothing");
    commit(&cluster, &key, loaded.version, &counted.state, &counted.seats).await.unwrap();
    let after = cluster.games(1).seats(&key).await.unwrap();
    assert_eq!(after, counted.seats);
    assert!(after.iter().any(|seat| seat.id == ada && seat.score > 0));
    let kept = cluster.games(1).counted(&key, 0).await.unwrap();
    assert_eq!(kept.get(&ada), after.iter().find(|seat| seat.id == ada));
    assert!(cluster.games(1).counted(&key, 1).await.unwrap().is_empty());
}
