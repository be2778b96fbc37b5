//! How a game is begun, found by its PIN, or handed over.
//!
//! Somebody with a token of the game finds it at once. Somebody with only a PIN is delayed, the longer the
//! more wrong ones came from their network.

use std::net::IpAddr;

use futures::future::join_all;
use protocol::quiz::{StoredQuiz, problems};
use protocol::{ErrorCode, Member, Pin, QuizId, Refusal, UserId, wire};
use quiz::State;
use rand::RngExt;
use realtime::channel::Channel;
use storage::StorageError;
use tracing::{info, warn};

use super::notice::GameNotice;
use super::{GameSnapshot, Games, Key, NewGame, TakeOverOutcome, delays, texts};
use crate::digest;
use crate::limits::{AddressPrefix, allotments};
use crate::quizzes::DAMAGED;
use crate::quizzes::QuizzesError;
use crate::quota::Payer;
use crate::session::{HostRole, host_id};
use crate::throttle::release_request_permit;

/// How many PINs are drawn at most until one is free.
const DRAWS: usize = 50;
/// 60 bits at 5 bits a letter.
const ID_LETTERS: usize = 12;
/// 30 bits: enough for a code that is tried some hundred times a minute and valid for two minutes.
const CODE_LETTERS: usize = 6;
/// How long a code is valid, in milliseconds.
const CODE_MS: u64 = 2 * 60 * 1000;

/// Somebody who looks for a game, and what they have of it.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    /// The address that wrong PINs are counted by.
    pub address: IpAddr,
    /// The person of the session; `None` where it must not help to find the game.
    pub person: Option<&'a UserId>,
    /// Tokens that may prove a host.
    pub hosts: &'a [String],
    /// A token that may prove a seat.
    pub seat: Option<&'a str>,
}

impl Games {
    /// Begins a game of a quiz that `payer` may play.
    ///
    /// # Errors The refusal to answer with.
    pub async fn begin(&self, payer: &Payer, quiz: &QuizId) -> Result<Key, Refusal> {
        let owner = &payer.person;
        let quiz = playable(self.library.open(owner, quiz, None).await.map_err(|error| refuse_quiz(&error))?)?;
        self.library.charge_game(payer, &quiz).await.map_err(|error| refuse_quiz(&error))?;
        let state = State::new(&quiz.quiz, rand::rng().random());
        for _ in 0..DRAWS {
            // No PIN begins with a 0, which a spreadsheet would drop.
            let drawn = rand::rng().random_range(100_000..1_000_000).to_string();
            let Ok(pin) = Pin::parse(&drawn) else { continue };
            let frame = wire::game_template(&pin, &super::showing::show(&quiz.quiz, &state));
            let key = Key { pin, id: storage::random::text(ID_LETTERS) };
            let (owner, quiz, state) = (owner.clone(), quiz.clone(), state.clone());
            let begun = NewGame { key, owner, quiz, state, frame };
            if self.store.create(&begun).await.map_err(texts::unavailable)?.is_some() {
                info!(game = begun.key.id, "a game begins");
                return Ok(begun.key);
            }
        }
        Err(texts::unavailable(StorageError::Full("all PINs that were drawn are in use".into())))
    }

    /// The game of a PIN that somebody knows or guesses; delayed after many wrong ones.
    ///
    /// # Errors The refusal to answer with.
    pub async fn find(&self, pin: &Pin, seeker: Seeker<'_>) -> Result<GameSnapshot, Refusal> {
        let found = self.load(pin).await;
        let is_wrong = match &found {
            Ok(loaded) if self.has_token(&loaded.key, seeker).await => return found,
            Ok(_) => false,
            Err(refusal) if refusal.code == ErrorCode::NoGame => true,
            Err(_) => return found,
        };
        // A right PIN is delayed like one more wrong one, or the delay would tell them apart.
        let delay = delays::delay(self.tries(seeker.address, is_wrong).await + u64::from(!is_wrong));
        if delay.is_zero() {
            return found;
        }
        if let Ok(loaded) = &found
            && self.is_in(&loaded.key, seeker).await
        {
            return found;
        }
        let Some(_place) = self.delays.enter(AddressPrefix::of(seeker.address)) else {
            return Err(texts::too_many_tries());
        };
        // Other requests of the same address are served meanwhile.
        release_request_permit();
        tokio::time::sleep(delay).await;
        // The game may have changed during the delay.
        if is_wrong { found } else { self.load(pin).await }
    }

    /// Whether somebody has a signed token of this game.
    async fn has_token(&self, key: &Key, seeker: Seeker<'_>) -> bool {
        let seat = seeker.seat.and_then(|seat| self.sessions.seat_of(seat, &key.pin, &key.id));
        seat.is_some() || matches!(self.host_role(key, seeker.hosts).await, Ok(Some(_)))
    }

    /// Whether the session's person began this game or has a seat in it.
    async fn is_in(&self, key: &Key, seeker: Seeker<'_>) -> bool {
        let Some(person) = seeker.person else { return false };
        let is_owner = self.owner(key).await.is_ok_and(|owner| owner == *person);
        is_owner || self.store.player_status(key, person).await.is_ok_and(|status| status.is_in_class())
    }

    /// A new code that makes somebody else a host, and how long it is valid, in milliseconds.
    ///
    /// # Errors The refusal to answer with.
    pub async fn hand_over(&self, key: &Key) -> Result<(String, u64), Refusal> {
        let code = storage::random::text(CODE_LETTERS);
        self.store.hand_over(key, &code, CODE_MS).await.map_err(texts::unavailable)?;
        Ok((code, CODE_MS))
    }

    /// Uses a code up and adds its user as a host. A wrong code counts as a wrong PIN; the delay for it
    /// was spent in [`Self::find`].
    ///
    /// # Errors The refusal to answer with.
    pub async fn take_over(
        &self,
        key: &Key,
        code: &str,
        person: &Member,
        address: IpAddr,
    ) -> Result<HostRole, Refusal> {
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).take(16).collect();
        let code = code.to_ascii_lowercase();
        let host = host_id(&person.id).ok_or_else(texts::wrong_code)?;
        match self.store.take_over(key, &code, &host, &person.name).await.map_err(texts::unavailable)? {
            TakeOverOutcome::Yes => {
                self.announce(&Channel::Game(key.pin.clone()), &GameNotice::Hosts).await;
                Ok(HostRole::Added(host))
            }
            TakeOverOutcome::Full => Err(texts::too_many_hosts()),
            TakeOverOutcome::WrongCode => {
                self.tries(address, true).await;
                Err(texts::wrong_code())
            }
        }
    }

    /// How many wrong tries came from somebody's networks in this minute, with one more or without. Of the
    /// networks of an address, the one that has used most of its allowance decides.
    async fn tries(&self, address: IpAddr, one_more: bool) -> u64 {
        let of_network = allotments(address).map(|network| async move {
            let who = counted(network.prefix);
            let tries = if one_more { self.count_try(&who).await } else { self.tries_of(&who).await };
            tries.div_ceil(u64::from(network.times.max(1)))
        });
        join_all(of_network).await.into_iter().max().unwrap_or(0)
    }

    /// The tries of this minute under a key.
    async fn tries_of(&self, who: &str) -> u64 {
        // Tries are counted on one server, and a game may be reached while that one is not.
        self.store.tries(who).await.unwrap_or_else(|error| uncounted(&error))
    }

    /// Counts a try that is as good as a wrong PIN.
    pub(super) async fn count_wrong_try(&self, address: IpAddr) {
        self.tries(address, true).await;
    }

    /// Counts a try; returns how many there were in this minute.
    async fn count_try(&self, who: &str) -> u64 {
        self.store.count_try(who).await.unwrap_or_else(|error| uncounted(&error))
    }
}

fn uncounted(error: &StorageError) -> u64 {
    warn!("tries are not counted now: {error}");
    0
}

/// A network as it is counted: a digest, so that no address is stored.
fn counted(prefix: AddressPrefix) -> String {
    digest::of(prefix.to_string(), 12)
}

/// Checks that a quiz can be played.
///
/// # Errors The refusal to answer with, if it is not finished.
pub(super) fn playable(quiz: StoredQuiz) -> Result<StoredQuiz, Refusal> {
    match problems(&quiz.quiz).first() {
        Some(problem) => Err(texts::unfinished(problem)),
        None => Ok(StoredQuiz { quiz: quiz.quiz.played(), ..quiz }),
    }
}

pub(super) fn refuse_quiz(error: &QuizzesError) -> Refusal {
    match error {
        QuizzesError::Storage(StorageError::Corrupt(_)) => Refusal::new(ErrorCode::Damaged, DAMAGED),
        QuizzesError::Storage(error) => texts::unavailable(error.clone()),
        QuizzesError::Quota(why) => texts::over_quota(*why),
        QuizzesError::NoDatabase => texts::invalid(error.to_string()),
        _ => texts::invalid("There is no such quiz, or it is somebody else's."),
    }
}
