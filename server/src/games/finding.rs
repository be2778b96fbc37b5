//! How somebody comes upon a game: it is begun, found by its PIN, or handed over.

use std::net::IpAddr;

use protocol::quiz::problems;
use protocol::{ErrorCode, Pin, QuizId, Refusal, wire};
use quiz::State;
use rand::RngExt;
use tracing::{info, warn};

use super::{Begun, Games, Key, Loaded, StoreError, words};
use crate::digest;
use crate::quizzes::QuizzesError;
use crate::quota::Payer;

/// Wrong PINs and codes from one address in a minute; more are refused unread.
const TRIES: u64 = 60;
/// PINs that are drawn until one is free.
const DRAWS: usize = 50;
/// 60 bits.
const ID_LETTERS: usize = 12;
/// 30 bits: enough for what is tried sixty times a minute and good for two.
const CODE_LETTERS: usize = 6;
/// How long a code is good for.
const CODE_MS: u64 = 2 * 60 * 1000;

impl Games {
    /// Begins a game of a quiz that `payer` may play.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn begin(&self, payer: &Payer, quiz: &QuizId) -> Result<Key, Refusal> {
        let owner = &payer.person;
        let quiz = self.library.open(owner, quiz, None).await.map_err(|error| refuse_quiz(&error))?;
        if let Some(problem) = problems(&quiz.quiz).first() {
            return Err(words::unfinished(problem));
        }
        self.library.charge_game(payer, &quiz).await.map_err(|error| refuse_quiz(&error))?;
        let state = State::new(&quiz.quiz, rand::rng().random());
        for _ in 0..DRAWS {
            // No game's PIN begins with a 0: it would get lost in a sheet.
            let drawn = rand::rng().random_range(100_000..1_000_000).to_string();
            let Ok(pin) = Pin::parse(&drawn) else { continue };
            let frame = wire::game_template(&pin, &quiz::show(&quiz.quiz, &state));
            let key = Key { pin, id: crate::random::text(ID_LETTERS) };
            let (owner, quiz, state) = (owner.clone(), quiz.clone(), state.clone());
            let begun = Begun { key, owner, quiz, state, frame };
            if self.store.create(&begun).await.map_err(words::unavailable)?.is_some() {
                info!(game = begun.key.id, "a game begins");
                return Ok(begun.key);
            }
        }
        Err(words::unavailable(StoreError::Full("all PINs that were drawn are in use".into())))
    }

    /// The game of a PIN that somebody at `address` knows or guesses.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn find(&self, pin: &Pin, address: IpAddr) -> Result<Loaded, Refusal> {
        let who = counted(address);
        // They stand in one place, and a game may be reached while that is not.
        let tries = self.store.tries(&who).await.unwrap_or_else(|error| uncounted(&error));
        if tries > TRIES {
            return Err(words::too_many_tries());
        }
        match self.load(pin).await {
            Err(refusal) if refusal.code == ErrorCode::NoGame => {
                self.tried(&who).await;
                Err(refusal)
            }
            found => found,
        }
    }

    /// A new code that makes somebody else a host, and how long it is good for.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn hand_over(&self, key: &Key) -> Result<(String, u64), Refusal> {
        let code = crate::random::text(CODE_LETTERS);
        self.store.hand_over(key, &code, CODE_MS).await.map_err(words::unavailable)?;
        Ok((code, CODE_MS))
    }

    /// Uses a code up. Wrong ones are counted as wrong PINs are.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn take_over(&self, key: &Key, code: &str, address: IpAddr) -> Result<(), Refusal> {
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).take(16).collect();
        let code = code.to_ascii_lowercase();
        if self.store.take_over(key, &code).await.map_err(words::unavailable)? {
            return Ok(());
        }
        self.tried(&counted(address)).await;
        Err(words::wrong_code())
    }

    /// Counts one more, and gives how many there were in this minute.
    async fn tried(&self, who: &str) -> u64 {
        self.store.tried(who).await.unwrap_or_else(|error| uncounted(&error))
    }
}

fn uncounted(error: &StoreError) -> u64 {
    warn!("tries are not counted now: {error}");
    0
}

/// An address as it is counted: nobody reads it anywhere.
fn counted(address: IpAddr) -> String {
    digest::of(address.to_canonical().to_string(), 12)
}

fn refuse_quiz(error: &QuizzesError) -> Refusal {
    match error {
        QuizzesError::Unavailable(why) => words::unavailable(StoreError::Unavailable(why.clone())),
        QuizzesError::Quota(why) => words::over_quota(*why),
        _ => words::invalid("There is no such quiz, or it is somebody else's."),
    }
}
