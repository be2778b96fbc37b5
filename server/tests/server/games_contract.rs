//! What every store of games promises (`server/src/games/mod.rs`).

use futures::future::join_all;
use protocol::game::{Answer, Phase};
use protocol::quiz::{Quiz, StoredQuiz};
use protocol::wire::{self, Template};
use protocol::{Pin, QuizId, UserId};
use quiz::{Command, Seat, State, Taking};
use server::broker::Delivery;
use server::channel::Channel;
use server::games::{Answered, Begun, Commit, Key, Loaded, Newcomer, Played, Seated, Standing, Turnout};

use crate::class::{any_user, choice, name, quiz};
use crate::cluster::Cluster;

macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        contract!(embedded: Cluster::embedded() => $($test),+);
        contract!(redis: Cluster::redis() => $($test),+);
        contract!(sharded_redis: Cluster::sharded_redis() => $($test),+);
        contract!(three_shards: Cluster::three_shards() => $($test),+);
        contract!(redis_cluster: Cluster::redis_cluster() => $($test),+);
    };
}

on_every_store!(
    a_game_is_found_by_its_pin,
    a_pin_in_use_is_not_given_again,
    a_change_is_numbered_and_told_in_one_step,
    of_many_changes_at_once_one_wins,
    a_player_has_one_seat,
    a_name_belongs_to_one_player,
    a_locked_or_full_game_takes_nobody_new,
    who_was_sent_away_has_no_seat,
    an_answer_counts_once,
    many_answers_at_once_are_all_there,
    only_answers_in_time_are_taken,
    a_count_is_kept_with_the_step,
    a_code_is_good_once,
    tries_add_up,
    another_games_key_opens_nothing,
);

const RED: Answer = Answer::Choice(0);
const GREEN: Answer = Answer::Choice(1);

fn a_quiz() -> Quiz {
    quiz(vec![choice("1?", 60), choice("2?", 0)])
}

fn begun() -> Begun {
    let pin = Pin::parse(&rand::random_range(100_000..1_000_000).to_string()).unwrap();
    let key = Key { pin, id: format!("g{:x}", rand::random::<u64>()) };
    let stored = StoredQuiz { id: QuizId::parse("q1").unwrap(), version: 1, saved_at: 1, quiz: a_quiz() };
    let state = State::new(&stored.quiz, 7);
    Begun { frame: frame(&key, &state), key, owner: any_user(), quiz: stored, state }
}

fn frame(key: &Key, state: &State) -> Template {
    wire::game_template(&key.pin, &quiz::show(&a_quiz(), state))
}

/// A game of the test's own.
async fn game(cluster: &Cluster) -> Key {
    loop {
        let begun = begun();
        if cluster.games(0).create(&begun).await.unwrap().is_some() {
            return begun.key;
        }
    }
}

async fn load(cluster: &Cluster, key: &Key) -> Loaded {
    cluster.games(1).load(&key.pin).await.unwrap().unwrap()
}

async fn commit(cluster: &Cluster, key: &Key, expected: u64, state: &State, seats: &[Seat]) -> Option<u64> {
    let (taking, frame) = (state.taking(&a_quiz()), frame(key, state));
    cluster.games(0).commit(Commit { key, expected, state, taking, seats, frame }).await.unwrap()
}

/// Changes the game, whatever it is.
async fn change(cluster: &Cluster, key: &Key, change: impl Fn(&Loaded) -> State) -> u64 {
    let loaded = load(cluster, key).await;
    commit(cluster, key, loaded.version, &change(&loaded), &[]).await.unwrap()
}

/// Opens the first question `ago` milliseconds before now, for so many.
async fn open(cluster: &Cluster, key: &Key, ago: u64, given: Option<u64>) {
    change(cluster, key, |loaded| {
        let mut state = quiz::apply(&a_quiz(), &loaded.state, &Command::Start, loaded.now).unwrap();
        let opens_at = loaded.now - ago;
        state.phase = Phase::Open;
        state.clock.opens_at = Some(opens_at);
        state.clock.closes_at = given.map(|given| opens_at + given);
        assert_eq!(
            state.taking(&a_quiz()),
            Some(Taking { question: 0, opened_at: opens_at, closes_at: state.clock.closes_at })
        );
        state
    })
    .await;
}

async fn seat_of(cluster: &Cluster, key: &Key, player: &UserId, called: &str, most: usize) -> Seated {
    let name = name(called);
    let newcomer = Newcomer { player, name: &name, skeleton: &called.to_lowercase(), most };
    cluster.games(0).seat(key, newcomer).await.unwrap()
}

/// A player with a seat.
async fn player(cluster: &Cluster, key: &Key, called: &str) -> UserId {
    let player = any_user();
    let seated = seat_of(cluster, key, &player, called, 1_000).await;
    assert!(matches!(seated, Seated::At(_)), "{seated:?}");
    player
}

async fn answer(cluster: &Cluster, key: &Key, player: &UserId, question: usize, answer: Answer) -> Answered {
    cluster.games(1).answer(key, player, question, &answer).await.unwrap()
}

async fn a_game_is_found_by_its_pin(cluster: Cluster) {
    let begun = begun();
    assert_eq!(cluster.games(0).load(&begun.key.pin).await.unwrap(), None);
    let version = cluster.games(0).create(&begun).await.unwrap().unwrap();
    let loaded = load(&cluster, &begun.key).await;
    assert_eq!((&loaded.key, loaded.version, &loaded.state), (&begun.key, version, &begun.state));
    assert!(loaded.now > 1_700_000_000_000 && !loaded.is_kept);
    let played = Played { owner: begun.owner, quiz: begun.quiz };
    assert_eq!(cluster.games(1).played(&begun.key).await.unwrap(), Some(played));
    cluster.games(1).keep(&begun.key).await.unwrap();
    assert!(load(&cluster, &begun.key).await.is_kept);
}

async fn a_pin_in_use_is_not_given_again(cluster: Cluster) {
    let first = begun();
    cluster.games(0).create(&first).await.unwrap().unwrap();
    let second = Begun { key: Key { pin: first.key.pin.clone(), id: "other".into() }, ..begun() };
    assert_eq!(cluster.games(1).create(&second).await.unwrap(), None);
    assert_eq!(load(&cluster, &first.key).await.key, first.key);
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
        let Delivery::Publication { channel: told, position, frame: text } = node.next().await else { panic!() };
        assert_eq!((told, position), (channel.clone(), top.position.clone()));
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
            let commit = Commit { key, expected: before.version, state: &state, taking, seats: &[], frame };
            cluster.games(turn).commit(commit).await.unwrap().map(|_| turn)
        }
    });
    let won: Vec<usize> = join_all(changes).await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(load(&cluster, &key).await.state.players, won[0]);
}

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

async fn an_answer_counts_once(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    player(&cluster, &key, "Ben").await;
    assert_eq!(cluster.games(0).given(&key, &ada, 0).await.unwrap(), None);
    open(&cluster, &key, 500, Some(60_000)).await;
    let Answered::Accepted(given) = answer(&cluster, &key, &ada, 0, RED).await else { panic!() };
    assert_eq!((given.question, &given.answer), (0, &RED));
    assert!((500..30_000).contains(&given.took_ms), "{given:?}");
    assert_eq!(answer(&cluster, &key, &ada, 0, GREEN).await, Answered::Duplicate(given.clone()));
    assert_eq!(cluster.games(0).given(&key, &ada, 0).await.unwrap(), Some(given.clone()));
    assert_eq!(cluster.games(0).turnout(&key, 0).await.unwrap(), Turnout { answered: 1, players: 2 });
    change(&cluster, &key, |loaded| quiz::apply(&a_quiz(), &loaded.state, &Command::Reveal, loaded.now).unwrap()).await;
    assert_eq!(answer(&cluster, &key, &ada, 0, GREEN).await, Answered::Duplicate(given.clone()), "after the end, too");
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
    assert_eq!(answered.iter().filter(|one| matches!(one, Answered::Accepted(_))).count(), 60);
    assert_eq!(answered.iter().filter(|one| matches!(one, Answered::Duplicate(_))).count(), 60);
    assert_eq!(cluster.games(0).answers(&key, 0).await.unwrap().len(), 60);
}

async fn only_answers_in_time_are_taken(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, Answered::NotOpen, "not begun");
    open(&cluster, &key, 5_000, Some(1_000)).await;
    let Answered::Late(Some(late_ms)) = answer(&cluster, &key, &ada, 0, RED).await else { panic!() };
    assert!((4_000..30_000).contains(&late_ms), "{late_ms}");
    assert_eq!(answer(&cluster, &key, &ada, 1, RED).await, Answered::NotOpen, "not asked yet");
    assert_eq!(answer(&cluster, &key, &any_user(), 0, RED).await, Answered::NoSeat);
    change(&cluster, &key, |loaded| {
        let mut state = quiz::apply(&a_quiz(), &loaded.state, &Command::Skip, loaded.now).unwrap();
        (state.phase, state.clock.opens_at) = (Phase::Open, Some(loaded.now));
        state
    })
    .await;
    assert_eq!(answer(&cluster, &key, &ada, 0, RED).await, Answered::Late(None), "another one is asked");
    assert!(matches!(answer(&cluster, &key, &ada, 1, RED).await, Answered::Accepted(_)), "without an end");
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

async fn a_code_is_good_once(cluster: Cluster) {
    let key = game(&cluster).await;
    cluster.games(0).hand_over(&key, "abc234", 60_000).await.unwrap();
    assert!(!cluster.games(1).take_over(&key, "abc235").await.unwrap());
    assert!(cluster.games(1).take_over(&key, "abc234").await.unwrap());
    assert!(!cluster.games(0).take_over(&key, "abc234").await.unwrap());
    cluster.games(0).hand_over(&key, "short", 1).await.unwrap();
    let gone = crate::patience::at_last(crate::patience::PATIENCE, async || {
        (!cluster.games(0).take_over(&key, "short").await.unwrap()).then_some(())
    });
    gone.await.unwrap();
}

async fn tries_add_up(cluster: Cluster) {
    let who = any_user().to_string();
    assert_eq!(cluster.games(0).tries(&who).await.unwrap(), 0);
    for count in 1..=3 {
        assert_eq!(cluster.games(0).tried(&who).await.unwrap(), count);
    }
    assert_eq!(cluster.games(1).tries(&who).await.unwrap(), 3);
    assert_eq!(cluster.games(1).tries(&any_user().to_string()).await.unwrap(), 0);
}

async fn another_games_key_opens_nothing(cluster: Cluster) {
    let key = game(&cluster).await;
    let ada = player(&cluster, &key, "Ada").await;
    open(&cluster, &key, 0, None).await;
    let other = Key { id: "earlier".into(), ..key.clone() };
    let loaded = load(&cluster, &key).await;
    assert_eq!(cluster.games(0).played(&other).await.unwrap(), None);
    assert_eq!(commit(&cluster, &other, loaded.version, &loaded.state, &[]).await, None);
    assert_eq!(seat_of(&cluster, &other, &any_user(), "Ben", 9).await, Seated::Gone);
    assert_eq!(answer(&cluster, &other, &ada, 0, RED).await, Answered::NoSeat);
    assert!(!cluster.games(0).kick(&other, &ada).await.unwrap());
    cluster.games(0).keep(&other).await.unwrap();
    let after = load(&cluster, &key).await;
    assert_eq!(Loaded { now: loaded.now, ..after }, loaded);
}
