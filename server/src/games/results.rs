//! What is kept of a game that is over, for its host.

use std::collections::BTreeMap;

use protocol::game::Given;
use protocol::quiz::{PlayerAnswer, PlayerResult, QuestionResult, Results};
use protocol::{Refusal, ResultsId, UserId};
use quiz::{Seat, Tally};
use tracing::warn;

use super::{Games, Loaded, Played, StoreError, words};
use crate::quizzes::QuizzesError;

impl Games {
    /// What came of a game that is over, for whose game it was. It is kept now
    /// where no node has come to it yet.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn results(&self, viewer: &UserId, loaded: &Loaded) -> Result<ResultsId, Refusal> {
        let played = self.played(&loaded.key).await?;
        if played.owner != *viewer {
            return Err(words::not_yours());
        }
        if !loaded.state.is_over() {
            return Err(words::not_now("This game is not over yet."));
        }
        if !loaded.is_kept {
            keep(self, loaded, &played).await.map_err(words::unavailable)?;
        }
        let id = id_of(loaded).map_err(words::unavailable)?;
        let kept = self.library.kept.result(viewer, &id).await;
        let kept = kept.map_err(|error| words::unavailable(StoreError::Unavailable(error.to_string())))?;
        kept.map(|results| results.id).ok_or_else(words::no_results)
    }
}

/// Keeps what came of a game. Any node may, more than once.
///
/// # Errors
/// Something could not be reached; to be tried again.
pub(super) async fn keep(games: &Games, loaded: &Loaded, played: &Played) -> Result<(), StoreError> {
    let (key, owner) = (loaded.key.clone(), played.owner.clone());
    let seats = games.store.seats(&loaded.key).await?;
    if !loaded.state.tallies.is_empty() && !seats.is_empty() {
        let mut rounds = Vec::with_capacity(loaded.state.tallies.len());
        for tally in &loaded.state.tallies {
            let answers = games.store.answers(&loaded.key, tally.question).await?;
            let counted = games.store.counted(&loaded.key, tally.question).await?;
            rounds.push(Round { tally: *tally, answers, counted });
        }
        // Of thousands, spelling it takes too long for a thread that serves others.
        let (loaded, played) = (loaded.clone(), played.clone());
        let results = tokio::task::spawn_blocking(move || results(&loaded, &played, seats, &rounds));
        let results = results.await.map_err(|error| StoreError::Unavailable(error.to_string()))??;
        match games.library.keep(&owner, &results).await {
            // No waiting helps, and nobody is to try for ever.
            Err(QuizzesError::Quota(why)) => warn!(game = key.id, "the results of a game are not kept: {why}"),
            kept => kept.map_err(|error| StoreError::Unavailable(error.to_string()))?,
        }
    }
    games.store.keep(&key).await
}

/// A question that was counted.
struct Round {
    tally: Tally,
    answers: BTreeMap<UserId, Given>,
    counted: BTreeMap<UserId, Seat>,
}

fn results(loaded: &Loaded, played: &Played, mut seats: Vec<Seat>, rounds: &[Round]) -> Result<Results, StoreError> {
    let quiz = &played.quiz.quiz;
    let asked = |round: &Round| {
        let question = quiz.questions.get(round.tally.question)?;
        Some(QuestionResult {
            text: question.text.clone(),
            kind: question.kind,
            right: quiz::right_words(question),
            knew: round.tally.knew,
            answered: round.tally.answered,
            players: round.tally.players,
        })
    };
    seats.sort_by(|one, other| (other.score, one.turn()).cmp(&(one.score, other.turn())));
    let scores: Vec<u32> = seats.iter().map(|seat| seat.score).collect();
    let place = |score: u32| 1 + scores.partition_point(|other| *other > score);
    let answers = |player: &UserId| {
        let answer = |round: &Round| {
            let question = quiz.questions.get(round.tally.question)?;
            let shuffle = loaded.state.shuffle_of(round.tally.question);
            let (given, seat) = (round.answers.get(player)?, round.counted.get(player)?);
            let outcome = seat.outcome.as_ref()?;
            Some(PlayerAnswer {
                text: quiz::answer_words(question, shuffle, &given.answer),
                verdict: outcome.verdict,
                points: outcome.points,
                took_ms: given.took_ms,
            })
        };
        rounds.iter().map(answer).collect()
    };
    let player = |seat: &Seat| PlayerResult {
        name: seat.name.clone(),
        score: seat.score,
        place: place(seat.score),
        answers: answers(&seat.id),
    };
    Ok(Results {
        id: id_of(loaded)?,
        pin: loaded.key.pin.clone(),
        title: quiz.title.clone(),
        ended_at: loaded.now,
        questions: rounds.iter().filter_map(asked).collect(),
        players: seats.iter().map(player).collect(),
    })
}

/// Results are called as their game is, which no other one ever will be.
fn id_of(loaded: &Loaded) -> Result<ResultsId, StoreError> {
    ResultsId::parse(&loaded.key.id).map_err(|error| StoreError::Unavailable(error.to_string()))
}
