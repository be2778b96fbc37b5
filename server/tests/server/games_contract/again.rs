//! What every store of games promises of a class that plays again.

use protocol::quiz::StoredQuiz;
use protocol::{HostId, QuizId};
use quiz::{Command, Seat, State};
use realtime::broker::Delivery;
use realtime::channel::Channel;
use server::games::{AnswerOutcome, NextRound, PlayerStatus, RoundQuiz, SeatOutcome, Turnout};

use super::*;

on_every_backend!(Cluster => [
    a_class_plays_again_on_its_seats_and_nothing_else_is_left_of_the_round_before,
    of_two_who_play_again_one_does,
    a_seat_is_kept_for_who_is_away,
    what_is_kept_never_becomes_less,
]);

/// Another quiz, of one question.
fn another() -> StoredQuiz {
    let quiz = quiz(vec![choice("Another?", 60)]);
    StoredQuiz { id: QuizId::parse("q2").unwrap(), version: 3, saved_at: 9, quiz }
}

async fn again(cluster: &Cluster, key: &Key, expected: u64) -> Option<u64> {
    let (quiz, seats) = (another(), cluster.games(1).seats(key).await.unwrap());
    let state = load(cluster, key).await.state.again(&quiz.quiz, 7);
    let seats: Vec<Seat> = seats.into_iter().map(Seat::again).collect();
    let frame = wire::game_template(&key.pin, &quiz::show(&quiz.quiz, &state));
    let next = NextRound { key, expected, quiz: &quiz, state: &state, seats: &seats, frame };
    cluster.games(0).again(next).await.unwrap()
}

/// Marks these players as away, as when their class plays again without them.
async fn put_away(cluster: &Cluster, key: &Key, away: &[UserId]) {
    let loaded = load(cluster, key).await;
    let (state, frame) = (&loaded.state, frame(key, &loaded.state));
    let taking = state.taking(&a_quiz());
    let commit = Commit { key, expected: loaded.version, state, taking, seats: &[], away, frame };
    cluster.games(0).commit(commit).await.unwrap().unwrap();
}

/// Counts the first question, and ends the game.
async fn count_and_end(cluster: &Cluster, key: &Key) {
    change(cluster, key, |loaded| quiz::apply(&a_quiz(), &loaded.state, &Command::Reveal, loaded.now).unwrap()).await;
    let loaded = load(cluster, key).await;
    let (seats, answers) =
        (cluster.games(0).seats(key).await.unwrap(), cluster.games(0).answers(key, 0).await.unwrap());
    let counted = quiz::count(&a_quiz(), &loaded.state, &seats, &answers).unwrap();
    commit(cluster, key, loaded.version, &counted.state, &counted.seats).await.unwrap();
    change(cluster, key, |loaded| quiz::apply(&a_quiz(), &loaded.state, &Command::End, loaded.now).unwrap()).await;
}

async fn a_class_plays_again_on_its_seats_and_nothing_else_is_left_of_the_round_before(mut cluster: Cluster) {
    let begun = begun();
    cluster.games(0).create(&begun).await.unwrap().unwrap();
    let key = begun.key;
    let [ada, ben, eve] =
        [player(&cluster, &key, "Ada").await, player(&cluster, &key, "Ben").await, player(&cluster, &key, "Eve").await];
    let host = HostId::parse("helper").unwrap();
    cluster.games(0).hand_over(&key, "abc", 60_000).await.unwrap();
    cluster.games(1).take_over(&key, "abc", &host, &name("Helper")).await.unwrap();
    open(&cluster, &key, 100, None).await;
    assert!(matches!(answer(&cluster, &key, &ada, 0, GREEN).await, AnswerOutcome::Accepted(_)));
    cluster.games(0).kick(&key, std::slice::from_ref(&eve), Some(60_000)).await.unwrap();
    count_and_end(&cluster, &key).await;
    let seats = cluster.games(1).seats(&key).await.unwrap();
    assert!(seats.iter().any(|seat| seat.score > 0 && seat.outcome.is_some()));

    let channel = Channel::Game(key.pin.clone());
    for node in &cluster.nodes {
        node.broker.subscribe(&channel).await.unwrap();
    }
    let before = load(&cluster, &key).await;
    let version = again(&cluster, &key, before.version).await.unwrap();
    let after = load(&cluster, &key).await;
    assert_eq!((after.version, version, &after.key), (before.version + 1, before.version + 1, &key));
    assert_eq!((after.state.phase, after.state.round, after.state.tallies.len()), (Phase::Lobby, 2, 0));
    for node in &mut cluster.nodes {
        let Delivery::Publication { frame, .. } = node.next().await else { panic!() };
        let text = String::from_utf8_lossy(frame.as_ref()).into_owned();
        assert!(text.contains(r#""round":2"#) && text.contains(r#""phase":"lobby""#), "{text}");
    }
    let played = RoundQuiz { owner: begun.owner, round: 2, quiz: another() };
    assert_eq!(cluster.games(1).round_quiz_of(&key).await.unwrap(), Some(played));

    let fresh: Vec<Seat> = seats.into_iter().map(Seat::again).collect();
    assert_eq!(cluster.games(1).seats(&key).await.unwrap(), fresh, "in their old order");
    assert_eq!(cluster.games(1).player_status(&key, &eve).await.unwrap(), PlayerStatus::Kicked);
    assert_eq!(cluster.games(1).hosts(&key).await.unwrap()[0].id, host);
    assert_eq!(cluster.games(1).entrance(&key).await.unwrap().blocked, 0, "a seat without a network keeps none out");
    let games = cluster.games(1);
    assert!(games.answers(&key, 0).await.unwrap().is_empty() && games.counted(&key, 0).await.unwrap().is_empty());
    assert_eq!(games.answer_of(&key, &ada, 0).await.unwrap(), None);
    assert_eq!(games.turnout(&key, 0).await.unwrap(), Turnout { answered: 0, players: 2 });
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, AnswerOutcome::NotOpen, "what was open is not");

    open(&cluster, &key, 100, None).await;
    for player in [&ada, &ben] {
        assert!(matches!(answer(&cluster, &key, player, 0, RED).await, AnswerOutcome::Accepted(_)));
    }
    assert_eq!(cluster.games(0).answers(&key, 0).await.unwrap().len(), 2);
    assert!(matches!(answer(&cluster, &key, &ada, 0, GREEN).await, AnswerOutcome::Duplicate(_)));
}

async fn of_two_who_play_again_one_does(cluster: Cluster) {
    let key = game(&cluster).await;
    let before = load(&cluster, &key).await;
    let (one, two) = tokio::join!(again(&cluster, &key, before.version), again(&cluster, &key, before.version));
    assert_ne!(one.is_some(), two.is_some(), "{one:?} {two:?}");
    assert_eq!(load(&cluster, &key).await.state.round, 2);
    let other = Key { id: "earlier".into(), ..key.clone() };
    let quiz = another();
    let state = State::new(&quiz.quiz, 1);
    let frame = frame(&key, &state);
    let next = NextRound { key: &other, expected: before.version + 1, quiz: &quiz, state: &state, seats: &[], frame };
    assert_eq!(cluster.games(0).again(next).await.unwrap(), None, "another game's key opens nothing");
}

async fn a_seat_is_kept_for_who_is_away(cluster: Cluster) {
    let key = game(&cluster).await;
    let [ada, ben, cem] =
        [player(&cluster, &key, "Ada").await, player(&cluster, &key, "Ben").await, player(&cluster, &key, "Cem").await];
    let PlayerStatus::Seated(seat) = cluster.games(0).player_status(&key, &ben).await.unwrap() else { panic!() };
    open(&cluster, &key, 100, None).await;
    put_away(&cluster, &key, &[ben.clone(), cem.clone(), any_user()]).await;
    assert_eq!(cluster.games(1).player_status(&key, &ben).await.unwrap(), PlayerStatus::Away(seat.clone()));
    let ids: Vec<_> = cluster.games(1).seats(&key).await.unwrap().into_iter().map(|seat| seat.id).collect();
    assert_eq!(ids, [ada]);
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 1);
    assert_eq!(answer(&cluster, &key, &ben, 0, RED).await, AnswerOutcome::NoSeat);
    assert_eq!(seat_of(&cluster, &key, &any_user(), "Ben", 9).await, SeatOutcome::NameTaken, "the name is kept, too");

    change(&cluster, &key, |loaded| State { locked: true, ..loaded.state.clone() }).await;
    assert_eq!(seat_of(&cluster, &key, &ben, "Another", 1).await, SeatOutcome::At(seat.clone()), "through any door");
    assert_eq!(cluster.games(1).player_status(&key, &ben).await.unwrap(), PlayerStatus::Seated(seat));
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 2);
    assert!(matches!(answer(&cluster, &key, &ben, 0, RED).await, AnswerOutcome::Accepted(_)));

    let gone = cluster.games(0).kick(&key, std::slice::from_ref(&cem), None).await.unwrap();
    assert_eq!(gone, std::slice::from_ref(&cem));
    assert_eq!(cluster.games(1).player_status(&key, &cem).await.unwrap(), PlayerStatus::Kicked);
    assert_eq!(cluster.games(1).turnout(&key, 0).await.unwrap().players, 2);
    change(&cluster, &key, |loaded| State { locked: false, ..loaded.state.clone() }).await;
    assert!(matches!(seat_of(&cluster, &key, &any_user(), "Cem", 9).await, SeatOutcome::At(_)));
}

async fn what_is_kept_never_becomes_less(cluster: Cluster) {
    let key = game(&cluster).await;
    for (noted, kept) in [(1_002, 1_002), (1_004, 1_004), (1_003, 1_004), (2_002, 2_002)] {
        cluster.games(0).note_stored_results(&key, noted).await.unwrap();
        assert_eq!(load(&cluster, &key).await.stored_progress, kept);
    }
    let before = load(&cluster, &key).await;
    change(&cluster, &key, |loaded| loaded.state.clone()).await;
    assert_eq!(load(&cluster, &key).await.stored_progress, before.stored_progress, "a step leaves it");
}
