//! What is kept of games, and what its keeper says of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use protocol::game::frame::{AddedHost, Entrance};
use protocol::game::{Answer, Given};
use protocol::{HostId, Name, Pin, UserId};
use quiz::Seat;

use super::{Begun, Commit, Key, Loaded, Newcomer, NextRound, Played, Rename, Renamed, TakenOver};
use crate::broker::BrokerError;
use crate::storage::sqlite::SqliteError;

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
pub enum PlayerStatus {
    /// Nobody by this id has come in.
    Unknown,
    /// They have a seat.
    Seated(Seat),
    /// They were not there when this round began: their seat is kept, and theirs again
    /// when they are back.
    Away(Seat),
    /// They were sent away.
    Kicked,
    /// They waited to be let in, and were not.
    Declined,
}

impl PlayerStatus {
    /// Whether they are of the class: they have a seat, or one is kept for them.
    pub fn is_in_class(&self) -> bool {
        matches!(self, Self::Seated(_) | Self::Away(_))
    }
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
pub trait GameStore: Send + Sync {
    /// Begins a game and tells its first frame. `None`: the PIN is in use.
    async fn create(&self, begun: &Begun) -> Result<Option<u64>, StoreError>;

    /// What is played; `None` where there is no such game (any more).
    async fn played(&self, key: &Key) -> Result<Option<Played>, StoreError>;

    /// How the game of a PIN is at this moment.
    async fn load(&self, pin: &Pin) -> Result<Option<Loaded>, StoreError>;

    /// Changes a game and tells its frame, in one step, if it is still at the
    /// expected version. Gives the new version; `None`: it is not.
    async fn commit(&self, commit: Commit<'_>) -> Result<Option<u64>, StoreError>;

    /// Makes of a game that is over the next one of its class, and tells its frame, in one
    /// step, if it is still at the expected version. Who was sent away, who hosts and whom
    /// networks keep out stays as it is; of the round before, no answer and no outcome is
    /// found any more. Gives the new version; `None`: it is not at the expected one.
    async fn again(&self, next: NextRound<'_>) -> Result<Option<u64>, StoreError>;

    /// Gives a player the seat that they have or that is kept for them, or a new one with
    /// no points; where newcomers are to be let in, notes that they wait. Whom a host lets
    /// in comes in though the door was locked or their network blocked since;
    /// who waits then goes on waiting.
    async fn seat(&self, key: &Key, newcomer: Newcomer<'_>) -> Result<Seated, StoreError>;

    /// Gives a player who has a seat, or for whom one is kept, another name, if the game is at the expected version still: a
    /// count that is under way would bring the old one back.
    async fn rename(&self, key: &Key, expected: u64, rename: Rename<'_>) -> Result<Renamed, StoreError>;

    /// Which of these looks somebody's name has, in the same order.
    async fn taken(&self, key: &Key, skeletons: &[String]) -> Result<Vec<bool>, StoreError>;

    /// What is known of a player.
    async fn standing(&self, key: &Key, player: &UserId) -> Result<PlayerStatus, StoreError>;

    /// All seats but those of who is [`PlayerStatus::Away`], in the order in which they were taken.
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

    /// Results are kept of so much of the game: a [`Loaded::kept`], which never becomes less.
    async fn note_kept(&self, key: &Key, kept: u64) -> Result<(), StoreError>;

    /// A code is good for one [`GameStore::take_over`] within so many milliseconds.
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

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        match error {
            SqliteError::Full(why) => Self::Full(why),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
