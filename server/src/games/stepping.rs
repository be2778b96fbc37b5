//! How a game goes on: load, apply the rules, commit. Overtaken is not done.

use bytes::Bytes;
use protocol::quiz::Quiz;
use protocol::{Refusal, UserId, wire};
use quiz::{Command, Rejection, Seat, State};

use super::tables::KICKED;
use super::{Commit, Games, Key, Loaded, Played, StoreError, words};
use crate::channel::Channel;
use crate::metrics;

/// A step that is overtaken is tried again so often.
const OVERTAKEN: usize = 10;

impl Games {
    /// Carries a game on. With a version, only from that one: done twice, it is
    /// done once.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn step(&self, key: &Key, version: Option<u64>, command: &Command) -> Result<(), Refusal> {
        let on = |loaded: &Loaded, quiz: &Quiz| {
            if loaded.key != *key {
                return Err(words::no_game());
            }
            if version.is_some_and(|version| version != loaded.version) {
                return Err(words::not_now("The game has gone on already."));
            }
            quiz::apply(quiz, &loaded.state, command, loaded.now).map(Some).map_err(refuse_step)
        };
        if self.carry(key, on).await? {
            return Ok(());
        }
        Err(words::unavailable(StoreError::Unavailable("a step was overtaken all the time".into())))
    }

    /// Makes of a game what `change` says; `None`: it is to stay as it is.
    /// False: somebody else was first, each time.
    async fn carry(
        &self,
        key: &Key,
        change: impl Fn(&Loaded, &Quiz) -> Result<Option<State>, Refusal>,
    ) -> Result<bool, Refusal> {
        let played = self.played(key).await?;
        for _ in 0..OVERTAKEN {
            let loaded = self.load(&key.pin).await?;
            let Some(state) = change(&loaded, &played.quiz.quiz)? else { return Ok(true) };
            if self.commit(&loaded, &played, &state, &[]).await.map_err(words::unavailable)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Commits what a game has become. False: somebody else was first.
    pub(super) async fn commit(
        &self,
        loaded: &Loaded,
        played: &Played,
        state: &State,
        seats: &[Seat],
    ) -> Result<bool, StoreError> {
        let quiz = &played.quiz.quiz;
        let commit = Commit {
            key: &loaded.key,
            expected: loaded.version,
            state,
            taking: state.taking(quiz),
            seats,
            frame: wire::game_template(&loaded.key.pin, &quiz::show(quiz, state)),
        };
        let is_done = self.store.commit(commit).await?.is_some();
        if is_done {
            ::metrics::counter!(metrics::GAME_STEPS).increment(1);
        }
        Ok(is_done)
    }

    /// Sends a player away for good.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn kick(&self, key: &Key, player: &UserId) -> Result<(), Refusal> {
        if !self.store.kick(key, player).await.map_err(words::unavailable)? {
            return Err(words::not_now("This player is not in the game any more."));
        }
        let channel = Channel::Game(key.pin.clone());
        let notice = [KICKED, player.as_str().as_bytes()].concat();
        self.announce(&channel, Bytes::from(notice)).await;
        self.forget_leader(key, player).await
    }

    /// Nobody reads the name of somebody who was sent away again.
    async fn forget_leader(&self, key: &Key, player: &UserId) -> Result<(), Refusal> {
        let without = |loaded: &Loaded, _: &Quiz| {
            let state = loaded.state.without(player);
            Ok((loaded.key == *key && state != loaded.state).then_some(state))
        };
        self.carry(key, without).await.map(|_| ())
    }
}

fn refuse_step(rejection: Rejection) -> Refusal {
    match rejection {
        Rejection::BadSeconds => words::invalid(rejection.to_string()),
        _ => words::not_now(rejection.to_string()),
    }
}
