//! The live games: what happens when a class plays a quiz.
//!
//! No node owns a game. How it is, is one document with a version; whoever has
//! somebody in the game may carry it on, and compare-and-set lets one win. The
//! rules are the `quiz` crate's; here they are carried, kept and told.

use std::collections::BTreeMap;

use async_trait::async_trait;
use protocol::game::frame::{AddedHost, Entrance};
use protocol::game::{Admission, Answer, Given};
use protocol::quiz::StoredQuiz;
use protocol::wire::Template;
use protocol::{HostId, Name, Pin, UserId};
use quiz::{Seat, State, Taking};

use crate::broker::BrokerError;
use crate::store::StoreError as FileError;

mod answering;
mod class_chat;
mod client;
mod delays;
pub mod embedded;
mod entering;
mod finding;
mod keeper;
mod lists;
mod naming;
mod paced;
pub mod redis;
mod results;
mod service;
mod sitting;
mod spelled;
mod stepping;
mod table;
mod tables;
mod words;

use spelled::{SEAT_AFTER, host_head, in_order, new_given, new_seat, seat_head, waiting_at, waiting_head};

pub use class_chat::{ClassMember, Papers, is_class_room};
pub use client::Client;
pub use finding::Seeker;
pub use naming::{Rename, Renamed};
pub use service::{Games, Parts};
pub use sitting::{Role, Sitting};
pub use tables::Tables;

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

/// What is played in a game; it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// Who began it.
    pub owner: UserId,
    /// The quiz, as it was then.
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
    /// Whether its results are kept already.
    pub is_kept: bool,
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

/// What became of a wish for a seat.
#[derive(Clone, Debug, PartialEq)]
pub enum Seated {
    /// The seat, a new one or the one they had.
    At(Seat),
    /// They were sent away.
    Kicked,
    /// They waited to be let in, and were not.
    Declined,
    /// Nobody new comes in.
    Locked,
    /// All seats are taken.
    Full,
    /// Somebody has the name.
    NameTaken,
    /// More came from the same network than may at once; after this time it takes one more.
    TooMany {
        /// Until the network may send one more.
        retry_after_ms: u64,
    },
    /// They wait until a host lets them in.
    Waiting {
        /// Whether they did not wait a moment ago.
        is_new: bool,
    },
    /// So many wait to be let in that nobody else can.
    Crowded,
    /// Their network is kept out for so long.
    Blocked {
        /// Until they may ask again.
        for_ms: u64,
    },
    /// There is no such game (any more).
    Gone,
}

/// What is known of a player.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Nobody by this id has come in.
    Unknown,
    /// They have a seat.
    Seated(Seat),
    /// They were sent away.
    Kicked,
    /// They waited to be let in, and were not.
    Declined,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It counts.
    Accepted(Given),
    /// An earlier one does: this.
    Duplicate(Given),
    /// The time was over by so many milliseconds; `None`: another question has been asked since.
    Late(Option<u64>),
    /// Nothing is taken; how the game is says why.
    NotOpen,
    /// The player has no seat.
    NoSeat,
}

/// How many have answered a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turnout {
    /// How many have.
    pub answered: usize,
    /// How many seats there are.
    pub players: usize,
}

/// Why a game was not read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached; the same may succeed later. A change may or may
    /// not have happened.
    #[error("the games cannot be reached: {0}")]
    Unavailable(String),
    /// No space is left.
    #[error("there is no space for games: {0}")]
    Full(String),
}

/// What is kept of games. Every implementation keeps every promise below; one
/// contract test runs on all. What a game was asked for by the [`Key`] of
/// another one finds nothing and changes nothing.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a game and tells its first frame. `None`: the PIN is in use.
    async fn create(&self, begun: &Begun) -> Result<Option<u64>, StoreError>;

    /// What is played; `None` where there is no such game (any more).
    async fn played(&self, key: &Key) -> Result<Option<Played>, StoreError>;

    /// How the game of a PIN is at this moment.
    async fn load(&self, pin: &Pin) -> Result<Option<Loaded>, StoreError>;

    /// Changes a game and tells its frame, in one step, if it is still at the
    /// expected version. Gives the new version; `None`: it is not.
    async fn commit(&self, commit: Commit<'_>) -> Result<Option<u64>, StoreError>;

    /// Gives a player the seat that they have, or a new one with no points;
    /// where newcomers are to be let in, notes that they wait. Whom a host lets
    /// in comes in though the door was locked or their network blocked since;
    /// who waits then goes on waiting.
    async fn seat(&self, key: &Key, newcomer: Newcomer<'_>) -> Result<Seated, StoreError>;

    /// Gives a player another name, if the game is at the expected version still: a
    /// count that is under way would bring the old one back.
    async fn rename(&self, key: &Key, expected: u64, rename: Rename<'_>) -> Result<Renamed, StoreError>;

    /// Which of these looks somebody's name has, in the same order.
    async fn taken(&self, key: &Key, skeletons: &[String]) -> Result<Vec<bool>, StoreError>;

    /// What is known of a player.
    async fn standing(&self, key: &Key, player: &UserId) -> Result<Standing, StoreError>;

    /// All seats, in the order in which they were taken.
    async fn seats(&self, key: &Key) -> Result<Vec<Seat>, StoreError>;

    /// Sends players away for good; for so long, nobody new comes in from the
    /// networks that they took their seats from. Gives those who had a seat.
    async fn kick(&self, key: &Key, players: &[UserId], block_for_ms: Option<u64>) -> Result<Vec<UserId>, StoreError>;

    /// Lets all networks in again.
    async fn pardon(&self, key: &Key) -> Result<(), StoreError>;

    /// Who waits to be let in, of those who asked lately, in the order of their coming; and what is kept out.
    async fn entrance(&self, key: &Key) -> Result<Entrance, StoreError>;

    /// Lets these in, when they ask the next time, of those who wait; with nobody named, everybody.
    async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), StoreError>;

    /// Sends these away for good, of those who wait.
    async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), StoreError>;

    /// Takes an answer if it is in time by the store's clock, the player has a
    /// seat and has not answered yet. Decides as [`quiz::take`].
    async fn answer(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
        answer: &Answer,
    ) -> Result<Answered, StoreError>;

    /// The answers to a question that count.
    async fn answers(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, Given>, StoreError>;

    /// A player's answer to a question.
    async fn given(&self, key: &Key, player: &UserId, question: usize) -> Result<Option<Given>, StoreError>;

    /// How many have answered a question.
    async fn turnout(&self, key: &Key, question: usize) -> Result<Turnout, StoreError>;

    /// The seats with their outcomes at a question's count; those who were not there are missing.
    async fn counted(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, Seat>, StoreError>;

    /// The results are kept now.
    async fn keep(&self, key: &Key) -> Result<(), StoreError>;

    /// A code is good for one [`Store::take_over`] within so many milliseconds.
    async fn hand_over(&self, key: &Key, code: &str, good_for_ms: u64) -> Result<(), StoreError>;

    /// Uses a code up, and adds a host.
    async fn take_over(&self, key: &Key, code: &str, host: &HostId, name: &Name) -> Result<TakenOver, StoreError>;

    /// Who was added as a host, in the order of their coming.
    async fn hosts(&self, key: &Key) -> Result<Vec<AddedHost>, StoreError>;

    /// Removes a host who was added. False: there was none.
    async fn remove_host(&self, key: &Key, host: &HostId) -> Result<bool, StoreError>;

    /// Somebody tried in vain; gives how often in this minute. `who` is any word of theirs.
    async fn tried(&self, who: &str) -> Result<u64, StoreError>;

    /// How often somebody tried in vain in this minute.
    async fn tries(&self, who: &str) -> Result<u64, StoreError>;
}

impl From<BrokerError> for StoreError {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Full(why) => Self::Full(why),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<FileError> for StoreError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Full(why) => Self::Full(why),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
