//! The live games: what happens when a class plays a quiz.
//!
//! No node owns a game. How it is, is one document with a version; whoever has
//! somebody in the game may carry it on, and compare-and-set lets one win. The
//! rules are the `quiz` crate's; here they are carried, kept and told.

use protocol::game::Admission;
use protocol::quiz::StoredQuiz;
use protocol::wire::Template;
use protocol::{Name, Pin, UserId};
use quiz::{Seat, State, Taking};

mod again;
mod answering;
mod class_chat;
mod client;
mod delays;
pub mod embedded;
mod entering;
mod finding;
mod keeper;
mod keeping;
mod lists;
mod local_game;
mod local_games;
mod naming;
mod participant;
pub mod redis;
mod renaming;
mod results;
mod running;
mod service;
mod showing;
mod stepping;
mod store;
mod templates;
mod texts;
mod throttled;

use templates::{SEAT_AFTER, host_head, in_order, new_given, new_seat, seat_head, waiting_at, waiting_head};

pub use again::PlayAgain;
pub use class_chat::{ClassMember, Papers, is_class_room};
pub use client::Client;
pub use finding::Seeker;
pub use local_games::LocalGames;
pub use naming::{Rename, Renamed};
pub use participant::{Participant, Role};
pub use service::{Games, Parts};
pub use store::{Answered, GameStore, PlayerStatus, Seated, StoreError, Turnout};

/// A game lives so long after its last step, in seconds.
pub const LIVES: u64 = 24 * 60 * 60;

/// Whoever waits to be let in is shown for so long after they last asked, in milliseconds.
const WAITS_FOR_MS: u64 = 10_000;

/// Which game. A PIN comes back after a while; the id never does, so whatever
/// belongs to a game is found by both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What people type.
    pub pin: Pin,
    /// Letters and digits.
    pub id: String,
}

/// A game that begins.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Which.
    pub key: Key,
    /// Who began it.
    pub owner: UserId,
    /// What is played, as it was then.
    pub quiz: StoredQuiz,
    /// How it is.
    pub state: State,
    /// Its first `game` frame; the gap is for the version.
    pub frame: Template,
}

/// What is played in one round of a game; it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// Who began the game.
    pub owner: UserId,
    /// Which round.
    pub round: u32,
    /// The quiz, as it was when the round was begun.
    pub quiz: StoredQuiz,
}

/// A game at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Which.
    pub key: Key,
    /// +1 for every change: the offset in the game's log.
    pub version: u64,
    /// How it is.
    pub state: State,
    /// The store's clock, in milliseconds since 1970.
    pub now: u64,
    /// Of how much of it results are kept, as the number that its state has for that; 0: of nothing.
    pub kept: u64,
}

/// A change of a game.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// Which game.
    pub key: &'a Key,
    /// The version that was changed.
    pub expected: u64,
    /// How it is now.
    pub state: &'a State,
    /// When answers are taken now.
    pub taking: Option<Taking>,
    /// Seats that are different now. Of players who were sent away meanwhile none is kept.
    pub seats: &'a [Seat],
    /// Whose seats are [`PlayerStatus::Away`] from now on.
    pub away: &'a [UserId],
    /// The `game` frame for everybody; the gap is for the version.
    pub frame: Template,
}

/// The next game of a class.
#[derive(Clone, Debug)]
pub struct NextRound<'a> {
    /// Which game.
    pub key: &'a Key,
    /// The version at which the round before is over.
    pub expected: u64,
    /// What is played now.
    pub quiz: &'a StoredQuiz,
    /// How the game is now.
    pub state: &'a State,
    /// All seats, as they are now. Of players who were sent away meanwhile none is kept.
    pub seats: &'a [Seat],
    /// The `game` frame for everybody; the gap is for the version.
    pub frame: Template,
}

/// Somebody who wants a seat.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// Who.
    pub player: &'a UserId,
    /// What they want to be called.
    pub name: &'a Name,
    /// What that looks like; no two seats have the same.
    pub skeleton: &'a str,
    /// Seats of a game, at most.
    pub most: usize,
    /// What the networks that they come from may do; every one of them must allow it.
    pub arrivals: &'a [Arrivals],
    /// The network that is kept out with them, if a host wants it so: any word that stands for it.
    pub network: &'a str,
}

/// How the door of a game stands, as stores decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open = 0,
    Locked = 1,
    Approve = 2,
}

impl Door {
    fn of(state: &State) -> Self {
        match state.admission {
            _ if state.locked => Self::Locked,
            Admission::Approve => Self::Approve,
            Admission::Open => Self::Open,
        }
    }
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOver {
    /// It made somebody a host.
    Yes,
    /// It is wrong, used or too old.
    WrongCode,
    /// The game has as many hosts as it may; the code is good still.
    Full,
}

/// How many seats one network may take in a game: a token bucket, kept by the
/// store's clock for all nodes. Only new seats are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// Which network: any word that stands for it.
    pub network: String,
    /// At once.
    pub burst: u32,
    /// In the long run.
    pub per_minute: u32,
}

impl Arrivals {
    /// Milliseconds until the bucket has room for one more seat.
    fn emission_ms(&self) -> u64 {
        (60_000 / u64::from(self.per_minute.max(1))).max(1)
    }

    /// Milliseconds that the bucket may be ahead of the clock.
    fn tolerance_ms(&self) -> u64 {
        self.emission_ms().saturating_mul(u64::from(self.burst))
    }
}
