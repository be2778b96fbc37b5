//! What every store of games promises (`server/src/games/store.rs`), and the
//! games, seats and answers that its tests use.

mod again;
mod answers;
mod damage;
mod entrance;
mod hosts;
mod seats;
mod steps;

use protocol::game::{Answer, Phase};
use protocol::quiz::{Quiz, StoredQuiz};
use protocol::wire::{self, Template};
use protocol::{Pin, QuizId, UserId};
use quiz::{AnswerWindow, Command, Seat, State};
use server::games::{AnswerOutcome, Commit, GameSnapshot, Key, NewGame, Newcomer, SeatOutcome};

use crate::class::{any_user, choice, name, quiz};
use crate::cluster::Cluster;

const RED: Answer = Answer::Choice(0);
const GREEN: Answer = Answer::Choice(1);

fn a_quiz() -> Quiz {
    quiz(vec![choice("1?", 60), choice("2?", 0)])
}

fn begun() -> NewGame {
    let pin = Pin::parse(&rand::random_range(100_000..1_000_000).to_string()).unwrap();
    let key = Key { pin, id: format!("g{:x}", rand::random::<u64>()) };
    let stored = StoredQuiz { id: QuizId::parse("q1").unwrap(), version: 1, saved_at: 1, quiz: a_quiz() };
    let state = State::new(&stored.quiz, 7);
    NewGame { frame: frame(&key, &state), key, owner: any_user(), quiz: stored, state }
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

async fn load(cluster: &Cluster, key: &Key) -> GameSnapshot {
    cluster.games(1).load(&key.pin).await.unwrap().unwrap()
}

async fn commit(cluster: &Cluster, key: &Key, expected: u64, state: &State, seats: &[Seat]) -> Option<u64> {
    let (taking, frame) = (state.taking(&a_quiz()), frame(key, state));
    cluster.games(0).commit(Commit { key, expected, state, taking, seats, away: &[], frame }).await.unwrap()
}

/// Applies a change to the game.
async fn change(cluster: &Cluster, key: &Key, change: impl Fn(&GameSnapshot) -> State) -> u64 {
    let loaded = load(cluster, key).await;
    commit(cluster, key, loaded.version, &change(&loaded), &[]).await.unwrap()
}

/// Opens the first question as of `ago` milliseconds before now, for so many milliseconds.
async fn open(cluster: &Cluster, key: &Key, ago: u64, given: Option<u64>) {
    change(cluster, key, |loaded| {
        let mut state = quiz::apply(&a_quiz(), &loaded.state, &Command::Start, loaded.now).unwrap();
        let opens_at = loaded.now - ago;
        state.phase = Phase::Open;
        state.clock.opens_at = Some(opens_at);
        state.clock.closes_at = given.map(|given| opens_at + given);
        assert_eq!(
            state.taking(&a_quiz()),
            Some(AnswerWindow { question: 0, opened_at: opens_at, closes_at: state.clock.closes_at })
        );
        state
    })
    .await;
}

async fn seat_of(cluster: &Cluster, key: &Key, player: &UserId, called: &str, most: usize) -> SeatOutcome {
    let name = name(called);
    let skeleton = quiz::nickname::skeleton(&name);
    let newcomer = Newcomer { player, name: &name, skeleton: &skeleton, most, arrivals: &[], network: "" };
    cluster.games(0).seat(key, newcomer).await.unwrap()
}

/// Asks for a seat for somebody from a network, with their id as the name.
async fn comes_from(cluster: &Cluster, key: &Key, player: &UserId, network: &str) -> SeatOutcome {
    let name = name(player.as_str());
    let skeleton = quiz::nickname::skeleton(&name);
    let newcomer = Newcomer { player, name: &name, skeleton: &skeleton, most: 1_000, arrivals: &[], network };
    cluster.games(1).seat(key, newcomer).await.unwrap()
}

/// A player with a seat.
async fn player(cluster: &Cluster, key: &Key, called: &str) -> UserId {
    let player = any_user();
    let seated = seat_of(cluster, key, &player, called, 1_000).await;
    assert!(matches!(seated, SeatOutcome::At(_)), "{seated:?}");
    player
}

async fn answer(cluster: &Cluster, key: &Key, player: &UserId, question: usize, answer: Answer) -> AnswerOutcome {
    cluster.games(1).answer(key, player, question, &answer).await.unwrap()
}
