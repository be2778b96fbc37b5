//! The live games: what happens when a class plays a quiz.
//!
//! No node owns a game. Its state is one document with a version; any node with somebody in the game may
//! advance it, and compare-and-set lets one win. The rules are in the crate `quiz`; this module
//! loads, stores and announces.

use protocol::game::Admission;
use protocol::quiz::StoredQuiz;
use protocol::wire::Template;
use protocol::{Name, Pin, UserId};
use quiz::{AnswerWindow, Seat, State};

mod again;
mod answering;
mod class_chat;
mod delays;
pub mod embedded;
mod entering;
mod finding;
mod joined_game;
mod keeper;
mod lists;
mod local_game;
mod local_games;
mod naming;
mod notice;
mod participant;
pub mod redis;
mod renaming;
mod results;
mod results_writer;
mod running;
mod service;
mod showing;
mod stepping;
mod store;
mod templates;
mod texts;
mod throttled;

use templates::{
    SEAT_AFTER, answerer, host_head, in_order, new_answer, new_seat, recorded_answer, seat_head, waiting_at,
    waiting_head,
};

pub use again::PlayAgain;
pub use class_chat::{ClassCredentials, ClassMember};
pub use finding::Seeker;
pub(crate) use joined_game::JoinedGame;
pub use local_games::LocalGames;
pub use naming::{Rename, RenameOutcome};
pub use service::{Games, GamesParts};
pub use store::{AnswerOutcome, GameStore, PlayerStatus, SeatOutcome, Turnout};
pub(crate) use texts::{no_game, not_host};

/// How long a game is kept after its last step, in seconds.
pub const GAME_TTL_SECONDS: u64 = 24 * 60 * 60;

/// How long somebody who waits is shown after they last asked, in milliseconds.
const WAITS_FOR_MS: u64 = 10_000;

/// Names one game. A PIN is used again after a while; the id never is, so everything of a game
/// is found by both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The six digits that people type.
    pub pin: Pin,
    /// A random id of letters and digits.
    pub id: String,
}

/// All that the store keeps of a game from its beginning on.
#[derive(Clone, Debug)]
pub struct NewGame {
    /// The game's PIN and id.
    pub key: Key,
    /// The person who began the game.
    pub owner: UserId,
    /// The quiz, as it is when the game begins.
    pub quiz: StoredQuiz,
    /// The game's state, as `quiz` defines it.
    pub state: State,
    /// Its first `game` frame; the gap is for the version.
    pub frame: Template,
}

/// The quiz of one round of a game; it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundQuiz {
    /// The person who began the game.
    pub owner: UserId,
    /// The round, counted from 1.
    pub round: u32,
    /// The quiz, as it was when the round was begun.
    pub quiz: StoredQuiz,
}

/// A game as it was read at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct GameSnapshot {
    /// The game's PIN and id.
    pub key: Key,
    /// Grows by 1 with every change; it is the offset in the game's log.
    pub version: u64,
    /// The game's state, as `quiz` defines it.
    pub state: State,
    /// The store's clock, in milliseconds since 1970.
    pub now: u64,
    /// How much of the game has stored results, as `results::due` counts it; 0 for nothing.
    pub stored_progress: u64,
}

/// A change of a game, to be stored if the version is still the expected one.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// The PIN and id of the game that is changed.
    pub key: &'a Key,
    /// The version that the change was made from.
    pub expected: u64,
    /// The state after the change. The store gives it the next version.
    pub state: &'a State,
    /// When the question takes answers now, if one is open.
    pub taking: Option<AnswerWindow>,
    /// Seats that change. Those of players who were kicked meanwhile are not stored.
    pub seats: &'a [Seat],
    /// Players whose seats become [`PlayerStatus::Away`].
    pub away: &'a [UserId],
    /// The `game` frame for everybody; the gap is for the version.
    pub frame: Template,
}

/// What [`GameStore::again`] replaces at once, so that everybody is in the next round or nobody.
#[derive(Clone, Debug)]
pub struct NextRound<'a> {
    /// The game's PIN and id.
    pub key: &'a Key,
    /// The version at which the last round is over.
    pub expected: u64,
    /// The quiz of the next round.
    pub quiz: &'a StoredQuiz,
    /// The game's new state: the lobby of the next round.
    pub state: &'a State,
    /// All seats, reset. Those of players who were kicked meanwhile are not stored.
    pub seats: &'a [Seat],
    /// The `game` frame for everybody; the gap is for the version.
    pub frame: Template,
}

/// Somebody who asks for a seat.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// The user id of their session.
    pub player: &'a UserId,
    /// The nickname that they want.
    pub name: &'a Name,
    /// The nickname's skeleton; no two seats have the same.
    pub skeleton: &'a str,
    /// The largest number of seats in a game.
    pub most: usize,
    /// The limits of the networks that they come from; all of them must allow the seat.
    pub arrivals: &'a [SeatRateLimit],
    /// The network that a host's block would apply to, as any text that stands for it.
    pub network: &'a str,
}

/// Whether newcomers may enter, as the stores read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntrancePolicy {
    Open = 0,
    Locked = 1,
    Approve = 2,
}

impl EntrancePolicy {
    fn of(state: &State) -> Self {
        match state.admission {
            _ if state.locked => Self::Locked,
            Admission::Approve => Self::Approve,
            Admission::Open => Self::Open,
        }
    }
}

/// The result of using a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeOverOutcome {
    /// The user is a host now.
    Yes,
    /// The code is wrong, used or expired.
    WrongCode,
    /// The game has as many hosts as it may; the code stays valid.
    Full,
}

/// How many seats one network may take in a game: a token bucket by the store's clock, for all nodes.
/// Only new seats count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatRateLimit {
    /// The network, as any text that stands for it.
    pub network: String,
    /// How many seats it may take at once.
    pub burst: u32,
    /// How many a minute in the long run.
    pub per_minute: u32,
}

impl SeatRateLimit {
    /// Milliseconds after which the bucket has room for one more seat.
    fn emission_ms(&self) -> u64 {
        (60_000 / u64::from(self.per_minute.max(1))).max(1)
    }

    /// Milliseconds that the bucket may be ahead of the clock.
    fn tolerance_ms(&self) -> u64 {
        self.emission_ms().saturating_mul(u64::from(self.burst))
    }
}
