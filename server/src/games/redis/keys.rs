//! The names of a game's keys in Redis, beside its log.
//!
//! All of them carry the game's channel as hash tag: scripts use them together. The keys about players
//! contain the game's id too, so that nothing is left for the next game under this PIN.

use protocol::Pin;
use realtime::channel::Channel;
use storage::redis::Keyspace;

use crate::games::Key;

pub(super) struct Keys(pub(super) Keyspace);

impl Keys {
    /// The keys of `change.lua`, without those to delete, in its order, for a game at a question.
    pub(super) fn of_change(&self, key: &Key, at: Option<usize>) -> Vec<String> {
        let mut all = vec![self.game(&key.pin), self.seats(key), self.counted(key, at.unwrap_or(0)), self.away(key)];
        all.extend([self.names(key), self.kicked(key), self.declined(key), self.networks(key), self.hosts(key)]);
        for question in 0..at.map_or(0, |at| at + 1) {
            all.extend([self.answers(key, question), self.counted(key, question)]);
        }
        all
    }

    /// The keys of `seat.lua`, in its order.
    pub(super) fn of_seat(&self, key: &Key) -> [String; 11] {
        let [game, seats, names, kicked, networks, blocked, away] = self.of_kick(key);
        let [waiting, admitted, declined] = [self.waiting(key), self.admitted(key), self.declined(key)];
        [game, seats, names, kicked, self.arrivals(key), networks, blocked, waiting, admitted, declined, away]
    }

    /// The keys of `kick.lua`, in its order.
    pub(super) fn of_kick(&self, key: &Key) -> [String; 7] {
        let [seats, names, kicked] = [self.seats(key), self.names(key), self.kicked(key)];
        [self.game(&key.pin), seats, names, kicked, self.networks(key), self.blocked(key), self.away(key)]
    }

    /// The hash of a game: its `id`, `owner`, `quiz`, `state`, `version`, `kept`, the `round` unless it is
    /// the first, and what scripts decide by: `locked` (1: nobody new enters, 2: a host admits newcomers),
    /// `open`, `question`, `opened`, `closes`.
    pub(super) fn game(&self, pin: &Pin) -> String {
        self.0.hash_tagged(&Channel::Game(pin.clone()), &[":game"])
    }

    /// The hash of seats: player -> the seat as JSON.
    pub(super) fn seats(&self, key: &Key) -> String {
        self.of(key, &[":seats"])
    }

    /// The hash of the seats of players who were not there when this round began.
    pub(super) fn away(&self, key: &Key) -> String {
        self.of(key, &[":away"])
    }

    /// The hash of names: skeleton -> player.
    pub(super) fn names(&self, key: &Key) -> String {
        self.of(key, &[":names"])
    }

    /// The set of players who were kicked.
    pub(super) fn kicked(&self, key: &Key) -> String {
        self.of(key, &[":kicked"])
    }

    /// The hash of the networks that took seats: network -> when its bucket will be full again.
    pub(super) fn arrivals(&self, key: &Key) -> String {
        self.of(key, &[":arrivals"])
    }

    /// The hash of networks: player -> the one that the seat was taken from.
    pub(super) fn networks(&self, key: &Key) -> String {
        self.of(key, &[":networks"])
    }

    /// The hash of blocked networks: network -> until when.
    pub(super) fn blocked(&self, key: &Key) -> String {
        self.of(key, &[":blocked"])
    }

    /// The hash of people who wait to be admitted: player -> their entry as JSON.
    pub(super) fn waiting(&self, key: &Key) -> String {
        self.of(key, &[":waiting"])
    }

    /// The set of people who were admitted and have not entered yet.
    pub(super) fn admitted(&self, key: &Key) -> String {
        self.of(key, &[":admitted"])
    }

    /// The set of those in [`Self::kicked`] who were declined while they waited.
    pub(super) fn declined(&self, key: &Key) -> String {
        self.of(key, &[":declined"])
    }

    /// The hash of added hosts: id -> the host as JSON.
    pub(super) fn hosts(&self, key: &Key) -> String {
        self.of(key, &[":hosts"])
    }

    /// The hash of the answers to a question: player -> the answer as JSON.
    pub(super) fn answers(&self, key: &Key, question: usize) -> String {
        self.of(key, &[":answers:", &question.to_string()])
    }

    /// The hash of seats as the count of a question left them.
    pub(super) fn counted(&self, key: &Key, question: usize) -> String {
        self.of(key, &[":counted:", &question.to_string()])
    }

    /// Exists while a code is valid.
    pub(super) fn code(&self, key: &Key, code: &str) -> String {
        self.of(key, &[":code:", code])
    }

    /// The number of wrong tries; on the first server.
    pub(super) fn tries(&self, who: &str) -> String {
        self.0.name(format_args!("{{tries:{who}}}"))
    }

    fn of(&self, key: &Key, ends: &[&str]) -> String {
        let all: Vec<&str> = [":", &key.id].into_iter().chain(ends.iter().copied()).collect();
        self.0.hash_tagged(&Channel::Game(key.pin.clone()), &all)
    }
}
