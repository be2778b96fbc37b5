//! The trait of games' storage, with its results and errors.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use protocol::game::frame::{AddedHost, Entrance};
use protocol::game::{Answer, RecordedAnswer};
use protocol::wire::Template;
use protocol::{HostId, Name, Pin, UserId};
use quiz::Seat;
use realtime::broker::Appended;
use realtime::event::{Event, EventHeader};
use storage::StorageError;
use storage::clock;

use super::{
    Commit, GameSnapshot, Key, NewGame, Newcomer, NextRound, Rename, RenameOutcome, RoundQuiz, TakeOverOutcome,
};

/// The result of asking for a seat.
#[derive(Clone, Debug, PartialEq)]
pub enum SeatOutcome {
    /// A new seat, or the one that they had.
    At(Seat),
    /// They were kicked from this game.
    Kicked,
    /// They waited and were declined by a host.
    Declined,
    /// The game is locked: nobody new enters.
    Locked,
    /// The game has as many players as a game may have (`--players`).
    Full,
    /// Another player has the name, or one that looks the same.
    NameTaken,
    /// Too many came from the same network lately.
    TooMany {
        /// When the network may take one more seat, in milliseconds.
        retry_after_ms: u64,
    },
    /// They wait until a host admits them.
    Waiting {
        /// Whether they have just begun to wait.
        is_new: bool,
    },
    /// So many wait already that nobody else can.
    Crowded,
    /// Their network is blocked by a host.
    Blocked {
        /// How long the block lasts, in milliseconds.
        for_ms: u64,
    },
    /// There is no such game (any more).
    Gone,
}

/// What the store knows of a player.
#[derive(Clone, Debug, PartialEq)]
pub enum PlayerStatus {
    /// Nobody with this id has entered.
    Unknown,
    /// The player has a seat, new or from before.
    Seated(Seat),
    /// The player was not there when this round began; the seat is theirs again when they are back.
    Away(Seat),
    /// They were kicked from this game.
    Kicked,
    /// They waited and were declined by a host.
    Declined,
}

impl PlayerStatus {
    /// Whether they belong to the class: they have a seat, or are away.
    pub fn is_in_class(&self) -> bool {
        matches!(self, Self::Seated(_) | Self::Away(_))
    }
}

/// What the store did with an answer, by its own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerOutcome {
    /// The answer counts, as stored.
    Accepted(RecordedAnswer),
    /// An earlier answer counts: this one.
    Duplicate(RecordedAnswer),
    /// So many milliseconds too late; `None`: another question has been asked since.
    Late(Option<u64>),
    /// No question is open; the game's state says why.
    NotOpen,
    /// The player has no seat.
    NoSeat,
}

/// How many have answered a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turnout {
    /// How many answers were accepted so far.
    pub answered: usize,
    /// How many players could answer: all who have a seat.
    pub players: usize,
}

/// The type of the event that a step of a game is.
const STEPPED: &str = "stepped";

/// The event that a change of a game is, for everybody in it.
pub(super) fn stepped(frame: Template) -> Event {
    Event { header: EventHeader::new(STEPPED, clock::now_ms(), None, None), frame }
}

/// The version that a committed change has; `None` where another one came first.
pub(super) fn version_of(committed: Result<Appended, StorageError>) -> Result<Option<u64>, StorageError> {
    match committed {
        Ok(appended) => Ok(Some(appended.position.offset)),
        Err(StorageError::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Stores games. Every implementation keeps every promise below; one contract test runs on all of them. With
/// the [`Key`] of another game nothing is found and nothing changed.
#[async_trait]
pub trait GameStore: Send + Sync {
    /// Creates a game and announces its first frame. `None`: the PIN is in use.
    async fn create(&self, begun: &NewGame) -> Result<Option<u64>, StorageError>;

    /// The quiz of the current round; `None` where there is no such game (any more).
    async fn round_quiz_of(&self, key: &Key) -> Result<Option<RoundQuiz>, StorageError>;

    /// The game of a PIN, as it is now.
    async fn load(&self, pin: &Pin) -> Result<Option<GameSnapshot>, StorageError>;

    /// Changes a game and announces its frame in one step, if it is still at the expected version. Returns
    /// the new version; `None`: it is not.
    async fn commit(&self, commit: Commit<'_>) -> Result<Option<u64>, StorageError>;

    /// Starts the next round of a game that is over and announces its frame, in one step, if it is still at
    /// the expected version. Kicked players, hosts and blocks stay; no answer and no outcome of the last
    /// round is found any more. Returns the new version; `None`: it is not at the expected one.
    async fn again(&self, next: NextRound<'_>) -> Result<Option<u64>, StorageError>;

    /// Gives a player the seat that they have or had, or a new one without points; where a host admits
    /// newcomers, notes that they wait. Somebody who was admitted enters even if the game was locked or their
    /// network blocked since; somebody who waits keeps waiting.
    async fn seat(&self, key: &Key, newcomer: Newcomer<'_>) -> Result<SeatOutcome, StorageError>;

    /// Renames a player who has a seat or is away, if the game is still at the expected version: a count that
    /// is under way would bring the old name back.
    async fn rename(&self, key: &Key, expected: u64, rename: Rename<'_>) -> Result<RenameOutcome, StorageError>;

    /// Whether each of these skeletons is taken, in the same order.
    async fn taken(&self, key: &Key, skeletons: &[String]) -> Result<Vec<bool>, StorageError>;

    /// What is known of a player.
    async fn player_status(&self, key: &Key, player: &UserId) -> Result<PlayerStatus, StorageError>;

    /// All seats but those that are [`PlayerStatus::Away`], in the order in which they were taken.
    async fn seats(&self, key: &Key) -> Result<Vec<Seat>, StorageError>;

    /// Kicks players for good and, for so long, blocks the networks that they took their seats from. Returns
    /// those who had a seat.
    async fn kick(&self, key: &Key, players: &[UserId], block_for_ms: Option<u64>)
    -> Result<Vec<UserId>, StorageError>;

    /// Ends all blocks of networks.
    async fn pardon(&self, key: &Key) -> Result<(), StorageError>;

    /// The people who wait and asked lately, in the order of their coming, and the number of blocks.
    async fn entrance(&self, key: &Key) -> Result<Entrance, StorageError>;

    /// Admits these of those who wait, or all for an empty list; they enter when they ask the next time.
    async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError>;

    /// Declines these of those who wait, for good.
    async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError>;

    /// Stores an answer if it is in time by the store's clock, the player has a seat and has not answered
    /// yet. Decides as [`quiz::take`].
    async fn answer(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
        answer: &Answer,
    ) -> Result<AnswerOutcome, StorageError>;

    /// The answers to a question that count, by player. One that is damaged fails the whole read: points that are
    /// counted without it would be wrong for good.
    async fn answers(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError>;

    /// The same without those that are damaged, see [`readable`](storage::readable): for a question whose
    /// points are counted already.
    async fn readable_answers(
        &self,
        key: &Key,
        question: usize,
    ) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError>;

    /// The players who have answered a question, whatever their answers are.
    async fn answerers(&self, key: &Key, question: usize) -> Result<HashSet<UserId>, StorageError>;

    /// A player's answer to a question, if there is one.
    async fn answer_of(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
    ) -> Result<Option<RecordedAnswer>, StorageError>;

    /// How many have answered a question.
    async fn turnout(&self, key: &Key, question: usize) -> Result<Turnout, StorageError>;

    /// The seats with their outcomes, as a question's count left them; players who had no
    /// seat then are missing.
    async fn counted(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, Seat>, StorageError>;

    /// Notes how much of the game has stored results: a [`GameSnapshot::stored_progress`], which never becomes less.
    async fn note_stored_results(&self, key: &Key, stored_progress: u64) -> Result<(), StorageError>;

    /// Stores a code for one [`GameStore::take_over`] within so many milliseconds.
    async fn hand_over(&self, key: &Key, code: &str, good_for_ms: u64) -> Result<(), StorageError>;

    /// Uses a code up and adds a host.
    async fn take_over(
        &self,
        key: &Key,
        code: &str,
        host: &HostId,
        name: &Name,
    ) -> Result<TakeOverOutcome, StorageError>;

    /// The added hosts, in the order of their coming.
    async fn hosts(&self, key: &Key) -> Result<Vec<AddedHost>, StorageError>;

    /// Removes an added host. False: there was none.
    async fn remove_host(&self, key: &Key, host: &HostId) -> Result<bool, StorageError>;

    /// Counts a wrong try; returns how many there were in this minute. `who` is any text that
    /// stands for a network.
    async fn count_try(&self, who: &str) -> Result<u64, StorageError>;

    /// The number of wrong tries in this minute.
    async fn tries(&self, who: &str) -> Result<u64, StorageError>;
}
