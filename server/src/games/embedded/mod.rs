//! Games of a node without Redis: rows in its SQLite file. What matters for minutes only (codes, wrong tries)
//! is in memory, and gone with the process.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use protocol::game::frame::{AddedHost, Entrance};
use protocol::game::{Answer, RecordedAnswer};
use protocol::wire::Template;
use protocol::{HostId, Name, Pin, UserId};
use quiz::Seat;
use realtime::broker::embedded::EmbeddedBroker;
use realtime::channel::Channel;
use storage::clock::now_ms;
use storage::sqlite::Sqlite;
use storage::{StorageError, readable};
use tokio::time::Instant;

use super::store::{stepped, version_of};
use super::{
    AnswerOutcome, Commit, GameSnapshot, GameStore, Key, NewGame, Newcomer, NextRound, PlayerStatus, Rename,
    RenameOutcome, RoundQuiz, SeatOutcome, TakeOverOutcome, Turnout, answerer, in_order, recorded_answer,
};

mod entrance;
mod expiring;
mod hosts;
mod rows;

use expiring::Expiring;

/// How long wrong tries count.
const MINUTE: Duration = Duration::from_secs(60);

/// The game store of a node without Redis.
pub struct EmbeddedGames {
    file: Sqlite,
    broker: Arc<EmbeddedBroker>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The codes that are still good.
    codes: Expiring<(Key, String), ()>,
    /// How many wrong PINs a network sent lately, by its name.
    tries: Expiring<String, u64>,
}

impl EmbeddedGames {
    /// Stores games in `file`, and announces them through `broker`, which keeps its logs in the same file.
    pub fn new(file: Sqlite, broker: Arc<EmbeddedBroker>) -> Self {
        Self { file, broker, memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rows::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.file.read(read).await
    }

    /// Makes a change and appends its frame in one transaction; 0 is expected of a game that is new.
    async fn change(
        &self,
        pin: &Pin,
        expected: u64,
        frame: Template,
        change: impl FnOnce(&rusqlite::Connection, u64) -> rows::Result<bool> + Send + 'static,
    ) -> Result<Option<u64>, StorageError> {
        let channel = Channel::Game(pin.clone());
        version_of(self.broker.commit(&channel, expected, change, stepped(frame)).await)
    }
}

#[async_trait]
impl GameStore for EmbeddedGames {
    async fn create(&self, begun: &NewGame) -> Result<Option<u64>, StorageError> {
        let (pin, frame, begun) = (begun.key.pin.clone(), begun.frame.clone(), begun.clone());
        self.change(&pin, 0, frame, move |sql, version| rows::create(sql, &begun, version, now_ms())).await
    }

    async fn round_quiz_of(&self, key: &Key) -> Result<Option<RoundQuiz>, StorageError> {
        let key = key.clone();
        self.read(move |sql| rows::round_quiz_of(sql, &key)).await
    }

    async fn load(&self, pin: &Pin) -> Result<Option<GameSnapshot>, StorageError> {
        let pin = pin.clone();
        self.read(move |sql| rows::load(sql, &pin, now_ms())).await
    }

    async fn commit(&self, commit: Commit<'_>) -> Result<Option<u64>, StorageError> {
        let Commit { key, expected, state, taking, seats, away, frame } = commit;
        let (pin, key, state) = (key.pin.clone(), key.clone(), state.clone());
        let (seats, away) = (seats.to_vec(), away.to_vec());
        self.change(&pin, expected, frame, move |sql, version| {
            let is_done = rows::commit(sql, &key, expected, version, &state, taking, now_ms())?;
            if is_done {
                rows::put_seats(sql, &key, state.at.unwrap_or(0), &seats)?;
                rows::put_away(sql, &key, &away)?;
            }
            Ok(is_done)
        })
        .await
    }

    async fn again(&self, next: NextRound<'_>) -> Result<Option<u64>, StorageError> {
        let NextRound { key, expected, quiz, state, seats, frame } = next;
        let (pin, key, quiz, state) = (key.pin.clone(), key.clone(), quiz.clone(), state.clone());
        let (seats, told) = (seats.to_vec(), frame.clone());
        self.change(&pin, expected, told, move |sql, version| {
            let next = NextRound { key: &key, expected, quiz: &quiz, state: &state, seats: &seats, frame };
            rows::again(sql, &next, version, now_ms())
        })
        .await
    }

    async fn seat(&self, key: &Key, newcomer: Newcomer<'_>) -> Result<SeatOutcome, StorageError> {
        let key = key.clone();
        let newcomer = entrance::OwnedNewcomer::of(newcomer);
        Ok(self.file.write(move |sql| entrance::seat(sql, &key, &newcomer, now_ms())).await?)
    }

    async fn rename(&self, key: &Key, expected: u64, rename: Rename<'_>) -> Result<RenameOutcome, StorageError> {
        let (key, seat, skeleton) = (key.clone(), rename.seat.clone(), rename.skeleton.to_owned());
        Ok(self.file.write(move |sql| entrance::rename(sql, &key, expected, &seat, &skeleton)).await?)
    }

    async fn taken(&self, key: &Key, skeletons: &[String]) -> Result<Vec<bool>, StorageError> {
        let (key, skeletons) = (key.clone(), skeletons.to_vec());
        self.read(move |sql| entrance::taken(sql, &key, &skeletons)).await
    }

    async fn player_status(&self, key: &Key, player: &UserId) -> Result<PlayerStatus, StorageError> {
        let (key, player) = (key.clone(), player.clone());
        self.read(move |sql| rows::player_status(sql, &key, &player)).await
    }

    async fn seats(&self, key: &Key) -> Result<Vec<Seat>, StorageError> {
        let key = key.clone();
        let mut seats = self.read(move |sql| rows::seats(sql, &key)).await?;
        in_order(&mut seats);
        Ok(seats)
    }

    async fn kick(
        &self,
        key: &Key,
        players: &[UserId],
        block_for_ms: Option<u64>,
    ) -> Result<Vec<UserId>, StorageError> {
        let (key, players) = (key.clone(), players.to_vec());
        Ok(self.file.write(move |sql| entrance::kick(sql, &key, players, block_for_ms, now_ms())).await?)
    }

    async fn pardon(&self, key: &Key) -> Result<(), StorageError> {
        let key = key.clone();
        Ok(self.file.write(move |sql| entrance::pardon(sql, &key)).await?)
    }

    async fn entrance(&self, key: &Key) -> Result<Entrance, StorageError> {
        let key = key.clone();
        self.read(move |sql| entrance::entrance(sql, &key, now_ms())).await
    }

    async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError> {
        let (key, players) = (key.clone(), players.to_vec());
        Ok(self.file.write(move |sql| entrance::admit(sql, &key, &players)).await?)
    }

    async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError> {
        let (key, players) = (key.clone(), players.to_vec());
        Ok(self.file.write(move |sql| entrance::decline(sql, &key, &players)).await?)
    }

    async fn answer(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
        answer: &Answer,
    ) -> Result<AnswerOutcome, StorageError> {
        let (key, player, answer) = (key.clone(), player.clone(), answer.clone());
        // The clock is read on the writer thread, so that a queued answer gets the time of its transaction.
        let take = move |sql: &_| rows::answer(sql, &key, &player, question, &answer, now_ms());
        Ok(self.file.write(take).await?)
    }

    async fn answers(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError> {
        let key = key.clone();
        let stored = self.read(move |sql| rows::answers(sql, &key, question)).await?;
        stored.into_iter().map(recorded_answer).collect()
    }

    async fn readable_answers(
        &self,
        key: &Key,
        question: usize,
    ) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError> {
        let key = key.clone();
        let stored = self.read(move |sql| rows::answers(sql, &key, question)).await?;
        Ok(readable(stored.into_iter().map(recorded_answer)))
    }

    async fn answerers(&self, key: &Key, question: usize) -> Result<HashSet<UserId>, StorageError> {
        let key = key.clone();
        let players = self.read(move |sql| rows::answerers(sql, &key, question)).await?;
        Ok(readable(players.into_iter().map(answerer)))
    }

    async fn answer_of(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
    ) -> Result<Option<RecordedAnswer>, StorageError> {
        let (key, player) = (key.clone(), player.clone());
        self.read(move |sql| rows::answer_of(sql, &key, &player, question)).await
    }

    async fn turnout(&self, key: &Key, question: usize) -> Result<Turnout, StorageError> {
        let key = key.clone();
        self.read(move |sql| rows::turnout(sql, &key, question)).await
    }

    async fn counted(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, Seat>, StorageError> {
        let key = key.clone();
        let seats: Vec<Seat> = self.read(move |sql| rows::counted(sql, &key, question)).await?;
        Ok(seats.into_iter().map(|seat| (seat.id.clone(), seat)).collect())
    }

    async fn note_stored_results(&self, key: &Key, stored_progress: u64) -> Result<(), StorageError> {
        let key = key.clone();
        Ok(self.file.write(move |sql| rows::note_stored_results(sql, &key, stored_progress)).await?)
    }

    async fn hand_over(&self, key: &Key, code: &str, good_for_ms: u64) -> Result<(), StorageError> {
        let until = Instant::now() + Duration::from_millis(good_for_ms);
        self.memory().codes.insert((key.clone(), code.to_owned()), (), until);
        Ok(())
    }

    async fn take_over(
        &self,
        key: &Key,
        code: &str,
        host: &HostId,
        name: &Name,
    ) -> Result<TakeOverOutcome, StorageError> {
        let code = (key.clone(), code.to_owned());
        let good = self.memory().codes.remove(&code);
        let Some(((), until)) = good else { return Ok(TakeOverOutcome::WrongCode) };
        let (key, host, name) = (key.clone(), host.clone(), name.clone());
        let is_added = self.file.write(move |sql| hosts::add(sql, &key, &host, &name, now_ms())).await?;
        if is_added {
            return Ok(TakeOverOutcome::Yes);
        }
        self.memory().codes.insert(code, (), until);
        Ok(TakeOverOutcome::Full)
    }

    async fn hosts(&self, key: &Key) -> Result<Vec<AddedHost>, StorageError> {
        let key = key.clone();
        self.read(move |sql| hosts::all(sql, &key)).await
    }

    async fn remove_host(&self, key: &Key, host: &HostId) -> Result<bool, StorageError> {
        let (key, host) = (key.clone(), host.clone());
        Ok(self.file.write(move |sql| hosts::remove(sql, &key, &host)).await?)
    }

    async fn count_try(&self, who: &str) -> Result<u64, StorageError> {
        Ok(self.memory().tries.count(who.to_owned(), Instant::now() + MINUTE))
    }

    async fn tries(&self, who: &str) -> Result<u64, StorageError> {
        Ok(self.memory().tries.get(who).copied().unwrap_or(0))
    }
}

/// Parses a stored document; `what` says in an error which kind it is.
fn decode<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> rows::Result<T> {
    storage::document::decode(text, what)
}
