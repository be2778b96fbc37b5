//! How a game advances: load, apply the rules, commit. A step that was overtaken is not done.

use protocol::quiz::Quiz;
use protocol::{HostId, Pin, Refusal, UserId, limits, wire};
use quiz::{Command, Rejection, Seat, State};
use realtime::channel::Channel;
use storage::StorageError;

use super::notice::GameNotice;
use super::{Commit, GameSnapshot, Games, Key, RoundQuiz, texts};
use crate::metrics;

/// How often a step that was overtaken is tried again.
const OVERTAKEN: usize = 10;

/// A change of a game that was loaded.
#[derive(Clone, Copy)]
pub(super) struct GameChange<'a> {
    pub(super) state: &'a State,
    /// Seats that the change replaces.
    pub(super) seats: &'a [Seat],
    /// Players whose seats become away.
    pub(super) away: &'a [UserId],
}

impl<'a> GameChange<'a> {
    /// A change of the state alone: every seat stays as it is.
    pub(super) fn only(state: &'a State) -> Self {
        Self { state, seats: &[], away: &[] }
    }
}

impl Games {
    /// Advances a game. With a version, only from that one, so that a repeated request does nothing.
    ///
    /// # Errors The refusal to answer with.
    pub async fn step(&self, key: &Key, version: Option<u64>, command: &Command) -> Result<(), Refusal> {
        let on = |loaded: &GameSnapshot, quiz: &Quiz| {
            if loaded.key != *key {
                return Err(texts::no_game());
            }
            if version.is_some_and(|version| version != loaded.version) {
                return Err(texts::gone_on());
            }
            quiz::apply(quiz, &loaded.state, command, loaded.now).map(Some).map_err(refuse_step)
        };
        if self.commit_with_retries(key, on).await? {
            return Ok(());
        }
        Err(texts::unavailable(StorageError::Unavailable("a step was overtaken all the time".into())))
    }

    /// Applies `change` and commits; a `None` of it leaves the game as it is. False: it
    /// was overtaken each time.
    pub(super) async fn commit_with_retries(
        &self,
        key: &Key,
        change: impl Fn(&GameSnapshot, &Quiz) -> Result<Option<State>, Refusal>,
    ) -> Result<bool, Refusal> {
        for _ in 0..OVERTAKEN {
            let loaded = self.load(&key.pin).await?;
            let played = self.round_quiz(&loaded).await?;
            let Some(state) = change(&loaded, &played.quiz.quiz)? else { return Ok(true) };
            let away = self.missing(&loaded, &state).await.map_err(texts::unavailable)?;
            let becomes = GameChange { away: &away, ..GameChange::only(&state) };
            if self.commit(&loaded, &played, becomes).await.map_err(texts::unavailable)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The players who are not there when their class plays again: their seats become away. In the first
    /// round, everybody who came to the lobby plays.
    async fn missing(&self, loaded: &GameSnapshot, state: &State) -> Result<Vec<UserId>, StorageError> {
        let begins = loaded.state.at.is_none() && state.at.is_some();
        if state.round == 1 || !begins {
            return Ok(Vec::new());
        }
        let Some(connected) = self.connected_players(&loaded.key.pin) else { return Ok(Vec::new()) };
        let seats = self.store.seats(&loaded.key).await?;
        Ok(seats.into_iter().map(|seat| seat.id).filter(|id| !connected.contains(id)).collect())
    }

    /// Commits a change. False: another step came first.
    pub(super) async fn commit(
        &self,
        loaded: &GameSnapshot,
        played: &RoundQuiz,
        becomes: GameChange<'_>,
    ) -> Result<bool, StorageError> {
        let (quiz, GameChange { state, seats, away }) = (&played.quiz.quiz, becomes);
        let commit = Commit {
            key: &loaded.key,
            expected: loaded.version,
            state,
            taking: state.taking(quiz),
            seats,
            away,
            frame: wire::game_template(&loaded.key.pin, &super::showing::show(quiz, state)),
        };
        let is_done = self.store.commit(commit).await?.is_some();
        if is_done {
            ::metrics::counter!(metrics::GAME_STEPS).increment(1);
        }
        Ok(is_done)
    }

    /// Kicks players for good; `block` also blocks the networks that they came from.
    ///
    /// # Errors The refusal to answer with.
    pub async fn kick(&self, key: &Key, players: &[UserId], block: bool) -> Result<(), Refusal> {
        check_count(players)?;
        let block_for_ms = block.then_some(limits::BLOCKED_FOR.as_millis() as u64);
        let gone = self.store.kick(key, players, block_for_ms).await.map_err(texts::unavailable)?;
        if gone.is_empty() {
            return Err(texts::not_playing());
        }
        self.announce_to_class(key, &GameNotice::Kicked(gone.clone())).await;
        self.forget_leaders(key, &gone).await
    }

    /// Ends all blocks of networks.
    ///
    /// # Errors The refusal to answer with.
    pub async fn pardon(&self, key: &Key) -> Result<(), Refusal> {
        self.store.pardon(key).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Admits players who wait; with an empty list, all of them.
    ///
    /// # Errors The refusal to answer with.
    pub async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        check_count(players)?;
        self.store.admit(key, players).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Declines players who wait to be admitted.
    ///
    /// # Errors The refusal to answer with.
    pub async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        check_count(players)?;
        self.store.decline(key, players).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Removes an added host.
    ///
    /// # Errors The refusal to answer with.
    pub async fn remove_host(&self, key: &Key, host: &HostId) -> Result<(), Refusal> {
        if !self.store.remove_host(key, host).await.map_err(texts::unavailable)? {
            return Err(texts::not_now("This host is no host of the game any more."));
        }
        self.announce_to_class(key, &GameNotice::HostRemoved(host.clone())).await;
        Ok(())
    }

    /// Sends a notice to the nodes with somebody in the game, and to those with somebody in its chat only.
    async fn announce_to_class(&self, key: &Key, notice: &GameNotice) {
        self.announce(&Channel::Game(key.pin.clone()), notice).await;
        if let Some(room) = key.class_room() {
            self.announce(&Channel::Room(room), notice).await;
        }
    }

    /// Tells the hosts, on all nodes, that the list of those who wait, or of blocked networks, changed.
    pub(super) async fn announce_entrance(&self, pin: &Pin) {
        self.announce(&Channel::Game(pin.clone()), &GameNotice::Entrance).await;
    }

    /// Removes kicked players from the list of leaders.
    async fn forget_leaders(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        let without = |loaded: &GameSnapshot, _: &Quiz| {
            let state = loaded.state.without(players);
            Ok((loaded.key == *key && state != loaded.state).then_some(state))
        };
        self.commit_with_retries(key, without).await.map(|_| ())
    }
}

fn check_count(players: &[UserId]) -> Result<(), Refusal> {
    if players.len() > limits::PLAYERS_NAMED {
        return Err(texts::invalid(format!("Name up to {} players at once.", limits::PLAYERS_NAMED)));
    }
    Ok(())
}

fn refuse_step(rejection: Rejection) -> Refusal {
    match rejection {
        Rejection::BadSeconds => texts::invalid(rejection.to_string()),
        _ => texts::not_now(rejection.to_string()),
    }
}
