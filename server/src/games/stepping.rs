//! How a game goes on: load, apply the rules, commit. Overtaken is not done.

use bytes::Bytes;
use protocol::quiz::Quiz;
use protocol::{HostId, Pin, Refusal, UserId, limits, wire};
use quiz::{Command, Rejection, Seat, State};

use super::local_games::{ENTRANCE, KICKED, UNHOSTED};
use super::{Commit, Games, Key, Loaded, Played, StoreError, texts};
use crate::channel::Channel;
use crate::metrics;

/// A step that is overtaken is tried again so often.
const OVERTAKEN: usize = 10;

/// What a game becomes.
#[derive(Clone, Copy)]
pub(super) struct Becomes<'a> {
    pub(super) state: &'a State,
    /// Seats that are different now.
    pub(super) seats: &'a [Seat],
    /// Whose seats are only kept from now on.
    pub(super) away: &'a [UserId],
}

impl<'a> Becomes<'a> {
    /// Nothing is different but the state.
    pub(super) fn only(state: &'a State) -> Self {
        Self { state, seats: &[], away: &[] }
    }
}

impl Games {
    /// Carries a game on. With a version, only from that one: done twice, it is
    /// done once.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn step(&self, key: &Key, version: Option<u64>, command: &Command) -> Result<(), Refusal> {
        let on = |loaded: &Loaded, quiz: &Quiz| {
            if loaded.key != *key {
                return Err(texts::no_game());
            }
            if version.is_some_and(|version| version != loaded.version) {
                return Err(texts::gone_on());
            }
            quiz::apply(quiz, &loaded.state, command, loaded.now).map(Some).map_err(refuse_step)
        };
        if self.carry(key, on).await? {
            return Ok(());
        }
        Err(texts::unavailable(StoreError::Unavailable("a step was overtaken all the time".into())))
    }

    /// Makes of a game what `change` says; `None`: it is to stay as it is.
    /// False: somebody else was first, each time.
    pub(super) async fn carry(
        &self,
        key: &Key,
        change: impl Fn(&Loaded, &Quiz) -> Result<Option<State>, Refusal>,
    ) -> Result<bool, Refusal> {
        for _ in 0..OVERTAKEN {
            let loaded = self.load(&key.pin).await?;
            let played = self.played_in(&loaded).await?;
            let Some(state) = change(&loaded, &played.quiz.quiz)? else { return Ok(true) };
            let away = self.missing(&loaded, &state).await.map_err(texts::unavailable)?;
            let becomes = Becomes { away: &away, ..Becomes::only(&state) };
            if self.commit(&loaded, &played, becomes).await.map_err(texts::unavailable)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who is not back when their class begins to play again: their seats are kept, and the
    /// class plays without them. In the first round, whoever came to the lobby plays.
    async fn missing(&self, loaded: &Loaded, state: &State) -> Result<Vec<UserId>, StoreError> {
        let begins = loaded.state.at.is_none() && state.at.is_some();
        if state.round == 1 || !begins {
            return Ok(Vec::new());
        }
        let Some(here) = self.here(&loaded.key.pin) else { return Ok(Vec::new()) };
        let seats = self.store.seats(&loaded.key).await?;
        Ok(seats.into_iter().map(|seat| seat.id).filter(|id| !here.contains(id)).collect())
    }

    /// Commits what a game has become. False: somebody else was first.
    pub(super) async fn commit(
        &self,
        loaded: &Loaded,
        played: &Played,
        becomes: Becomes<'_>,
    ) -> Result<bool, StoreError> {
        let (quiz, Becomes { state, seats, away }) = (&played.quiz.quiz, becomes);
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

    /// Sends players away for good; with `block`, keeps the networks that they
    /// came from out for a while.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn kick(&self, key: &Key, players: &[UserId], block: bool) -> Result<(), Refusal> {
        check_count(players)?;
        let block_for_ms = block.then_some(limits::BLOCKED_FOR.as_millis() as u64);
        let gone = self.store.kick(key, players, block_for_ms).await.map_err(texts::unavailable)?;
        if gone.is_empty() {
            return Err(texts::not_playing());
        }
        let ids = gone.iter().map(UserId::as_str).collect::<Vec<_>>().join(" ");
        self.announce_to_class(key, [KICKED, ids.as_bytes()].concat().into()).await;
        self.forget_leaders(key, &gone).await
    }

    /// Lets all networks in again.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn pardon(&self, key: &Key) -> Result<(), Refusal> {
        self.store.pardon(key).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Lets players in who wait for it; with nobody named, everybody.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        check_count(players)?;
        self.store.admit(key, players).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Sends players away who wait to be let in.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        check_count(players)?;
        self.store.decline(key, players).await.map_err(texts::unavailable)?;
        self.announce_entrance(&key.pin).await;
        Ok(())
    }

    /// Makes somebody who was added a host no more.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn remove_host(&self, key: &Key, host: &HostId) -> Result<(), Refusal> {
        if !self.store.remove_host(key, host).await.map_err(texts::unavailable)? {
            return Err(texts::not_now("This host is no host of the game any more."));
        }
        let notice = [UNHOSTED, host.as_str().as_bytes()].concat();
        self.announce_to_class(key, notice.into()).await;
        Ok(())
    }

    /// Tells the nodes with somebody in the game, and those with nothing of it
    /// but somebody in its chat.
    async fn announce_to_class(&self, key: &Key, notice: Bytes) {
        self.announce(&Channel::Game(key.pin.clone()), notice.clone()).await;
        if let Some(room) = key.class_room() {
            self.announce(&Channel::Room(room), notice).await;
        }
    }

    /// Tells the hosts, on all nodes, that there is somebody else to let in, or less to keep out.
    pub(super) async fn announce_entrance(&self, pin: &Pin) {
        self.announce(&Channel::Game(pin.clone()), Bytes::from_static(ENTRANCE)).await;
    }

    /// Nobody reads the names of those who were sent away again.
    async fn forget_leaders(&self, key: &Key, players: &[UserId]) -> Result<(), Refusal> {
        let without = |loaded: &Loaded, _: &Quiz| {
            let state = loaded.state.without(players);
            Ok((loaded.key == *key && state != loaded.state).then_some(state))
        };
        self.carry(key, without).await.map(|_| ())
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
