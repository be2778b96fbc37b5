//! Playing again with the same class: the next round of a game that is over.
//!
//! It is the same game: the same PIN, log, hosts and seats. So one step takes everybody along, on whichever
//! node they are, and a client that was cut off finds it in the same place.

use protocol::quiz::StoredQuiz;
use protocol::{QuizId, Refusal, wire};
use quiz::Seat;
use rand::RngExt;
use storage::StorageError;
use tracing::info;

use super::finding::{playable, refuse_quiz};
use super::{GameSnapshot, Games, Key, NextRound, RoundQuiz, results, texts};
use crate::metrics;
use crate::quizzes::QuizzesError;
use crate::quota::Payer;
use crate::session::HostRole;

/// A host's request to play again.
#[derive(Clone, Copy, Debug)]
pub struct PlayAgain<'a> {
    /// The right by which they host the game.
    pub role: &'a HostRole,
    /// Only if the game is still at this version.
    pub version: Option<u64>,
    /// Another quiz of the game's owner; `None`: the same quiz, as it was saved last.
    pub quiz: Option<&'a QuizId>,
    /// Who is charged for it. An added host is charged on an account of their own.
    pub by: &'a Payer,
}

impl Games {
    /// Starts the next round, after the results of the last one were stored.
    ///
    /// # Errors The refusal to answer with; the game is unchanged.
    pub async fn again(&self, key: &Key, request: PlayAgain<'_>) -> Result<(), Refusal> {
        if request.quiz.is_some() && *request.role != HostRole::Owner {
            return Err(texts::not_owner());
        }
        let loaded = self.load(&key.pin).await?;
        check(&loaded, key, request.version)?;
        let played = self.round_quiz(&loaded).await?;
        if results::due(&loaded).is_some() {
            results::store(self, &loaded, &played).await.map_err(texts::unavailable)?;
        }
        let quiz = self.quiz_again(&played, request.quiz).await?;
        let payer = match request.role {
            // On another device the owner has another session.
            HostRole::Owner => Payer { person: played.owner.clone(), ..request.by.clone() },
            HostRole::Added(_) => request.by.clone(),
        };
        self.library.charge_game(&payer, &quiz).await.map_err(|error| refuse_quiz(&error))?;

        let state = loaded.state.again(&quiz.quiz, rand::rng().random());
        let seats = self.store.seats(key).await.map_err(texts::unavailable)?;
        let seats: Vec<Seat> = seats.into_iter().map(Seat::again).collect();
        let frame = wire::game_template(&key.pin, &super::showing::show(&quiz.quiz, &state));
        let next = NextRound { key, expected: loaded.version, quiz: &quiz, state: &state, seats: &seats, frame };
        if self.store.again(next).await.map_err(texts::unavailable)?.is_none() {
            return Err(texts::gone_on());
        }
        ::metrics::counter!(metrics::GAME_STEPS).increment(1);
        info!(game = key.id, round = state.round, "a class plays again");
        Ok(())
    }

    /// The quiz to play. One that was deleted meanwhile, or that cannot be reached now, is played as it was.
    async fn quiz_again(&self, played: &RoundQuiz, other: Option<&QuizId>) -> Result<StoredQuiz, Refusal> {
        let id = other.unwrap_or(&played.quiz.id);
        match self.library.open(&played.owner, id, None).await {
            Err(
                QuizzesError::Missing | QuizzesError::NoDatabase | QuizzesError::Storage(StorageError::Unavailable(_)),
            ) if other.is_none() => Ok(played.quiz.clone()),
            opened => playable(opened.map_err(|error| refuse_quiz(&error))?),
        }
    }
}

fn check(loaded: &GameSnapshot, key: &Key, version: Option<u64>) -> Result<(), Refusal> {
    match version {
        _ if loaded.key != *key => Err(texts::no_game()),
        Some(version) if version != loaded.version => Err(texts::gone_on()),
        _ if !loaded.state.is_over() => Err(texts::not_over()),
        _ => Ok(()),
    }
}
