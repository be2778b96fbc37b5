//! The names of everything that a game keeps in Redis, beside its log.
//!
//! All of one game carry its channel as hash tag: scripts touch them together.
//! What belongs to a game's players is named by its id too, so that nothing is
//! left for the next game with this PIN.

use protocol::Pin;

use crate::broker::redis::keys as logs;
use crate::broker::redis::keys::beside;
use crate::channel::Channel;
use crate::games::{Commit, Key};

/// The keys of `commit.lua`, in the order that it says.
pub(super) fn of_commit(commit: &Commit<'_>) -> Vec<String> {
    let (key, at) = (commit.key, commit.state.at);
    let channel = Channel::Game(key.pin.clone());
    let mut all = vec![game(&key.pin), logs::meta(&channel), logs::log(&channel), logs::deliveries(&channel)];
    all.extend([seats(key), counted(key, at.unwrap_or(0)), names(key), kicked(key)]);
    all.extend([networks(key), hosts(key)]);
    for question in 0..at.map_or(0, |at| at + 1) {
        all.extend([answers(key, question), counted(key, question)]);
    }
    all
}

/// The hash of a game: its `id`, `owner`, `quiz`, `state`, `version`, and what
/// scripts decide by: `locked` (1: nobody new comes in, 2: whom a host lets in), `open`, `question`, `opened`, `closes`, `kept`.
pub(super) fn game(pin: &Pin) -> String {
    beside(&Channel::Game(pin.clone()), &[":game"])
}

/// The hash of seats: player -> the seat as JSON.
pub(super) fn seats(key: &Key) -> String {
    of(key, &[":seats"])
}

/// The hash of names: what they look like -> player.
pub(super) fn names(key: &Key) -> String {
    of(key, &[":names"])
}

/// The set of those who were sent away.
pub(super) fn kicked(key: &Key) -> String {
    of(key, &[":kicked"])
}

/// The hash of the networks that seats were taken from: network -> when its
/// bucket will be full again.
pub(super) fn arrivals(key: &Key) -> String {
    of(key, &[":arrivals"])
}

/// The hash of networks: player -> the one that the seat was taken from.
pub(super) fn networks(key: &Key) -> String {
    of(key, &[":networks"])
}

/// The hash of the networks that are kept out: network -> until when.
pub(super) fn blocked(key: &Key) -> String {
    of(key, &[":blocked"])
}

/// The hash of those who wait to be let in: player -> they as JSON.
pub(super) fn waiting(key: &Key) -> String {
    of(key, &[":waiting"])
}

/// The set of those who were let in and have not come yet.
pub(super) fn admitted(key: &Key) -> String {
    of(key, &[":admitted"])
}

/// The set of those of [`kicked`] who were not let in.
pub(super) fn declined(key: &Key) -> String {
    of(key, &[":declined"])
}

/// The hash of the hosts who were added: id -> the host as JSON.
pub(super) fn hosts(key: &Key) -> String {
    of(key, &[":hosts"])
}

/// The hash of the answers to a question: player -> the answer as JSON.
pub(super) fn answers(key: &Key, question: usize) -> String {
    of(key, &[":answers:", &question.to_string()])
}

/// The hash of the seats as the count of a question left them.
pub(super) fn counted(key: &Key, question: usize) -> String {
    of(key, &[":counted:", &question.to_string()])
}

/// There while a code is good.
pub(super) fn code(key: &Key, code: &str) -> String {
    of(key, &[":code:", code])
}

/// How often somebody tried in vain; stands on the first server.
pub(super) fn tries(who: &str) -> String {
    format!("hubbub:{{tries:{who}}}")
}

fn of(key: &Key, ends: &[&str]) -> String {
    let all: Vec<&str> = [":", &key.id].into_iter().chain(ends.iter().copied()).collect();
    beside(&Channel::Game(key.pin.clone()), &all)
}
