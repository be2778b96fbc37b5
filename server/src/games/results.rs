//! The results of a game, which are stored from its first reveal on, for its host.

use std::collections::BTreeMap;

use protocol::game::{RecordedAnswer, Verdict};
use protocol::quiz::{Kind, PlayerAnswer, PlayerResult, QuestionResult, Quiz, Results};
use protocol::{Refusal, ResultsId, UserId};
use quiz::{Seat, Tally};
use storage::StorageError;
use tracing::warn;

use super::{GameSnapshot, Games, RoundQuiz, texts};
use crate::quizzes::QuizzesError;

impl Games {
    /// The results of a game that is over, for its owner. They are stored now if no node has done it yet.
    ///
    /// # Errors The refusal to answer with.
    pub async fn results(&self, viewer: &UserId, loaded: &GameSnapshot) -> Result<ResultsId, Refusal> {
        let played = self.round_quiz(loaded).await?;
        if played.owner != *viewer {
            return Err(texts::not_yours());
        }
        if !loaded.state.is_over() {
            return Err(texts::not_over());
        }
        if due(loaded).is_some() {
            store(self, loaded, &played).await.map_err(texts::unavailable)?;
        }
        let id = id_of(loaded).map_err(texts::unavailable)?;
        let kept = self.library.store.result(viewer, &id).await;
        let kept = kept.map_err(|error| texts::unavailable(error.into_storage()))?;
        kept.map(|results| results.id).ok_or_else(texts::no_results)
    }
}

/// How much of a game there is to store, as a number that grows with each question, each rename, each round,
/// and at the end; `None`: nothing yet.
pub(super) fn due(loaded: &GameSnapshot) -> Option<u64> {
    // A quiz has at most a hundred questions; renames beyond the rest do not count.
    const ROUND: u64 = 1_000;
    const RENAMES: u32 = 500;
    let GameSnapshot { state, stored_progress, .. } = loaded;
    if state.tallies.is_empty() && !state.is_over() {
        return None;
    }
    let renames = u64::from(state.renames.min(RENAMES));
    let due = u64::from(state.round) * ROUND + 2 * state.tallies.len() as u64 + u64::from(state.is_over()) + renames;
    Some(due).filter(|due| due > stored_progress)
}

/// Stores the results so far. Any node may, more than once, and a late one does no harm: of two results of a
/// game, the more complete ones stay.
///
/// # Errors Something could not be reached; try again.
pub(super) async fn store(games: &Games, loaded: &GameSnapshot, played: &RoundQuiz) -> Result<(), StorageError> {
    let Some(due) = due(loaded) else { return Ok(()) };
    let (key, owner) = (loaded.key.clone(), played.owner.clone());
    let seats = games.store.seats(&loaded.key).await?;
    if !loaded.state.tallies.is_empty() && !seats.is_empty() {
        let mut questions = Vec::with_capacity(loaded.state.tallies.len());
        for tally in &loaded.state.tallies {
            // The points are counted already: one damaged answer must not cost everybody the results.
            let answers = games.store.readable_answers(&loaded.key, tally.question).await?;
            let counted = games.store.counted(&loaded.key, tally.question).await?;
            questions.push(CountedQuestion { tally: *tally, answers, counted });
        }
        // Seats and answers are read one after the other: if a round began in between, they do not belong
        // together.
        let now = games.store.load(&key.pin).await?.filter(|now| now.key == key);
        if now.is_some_and(|now| now.state.round != loaded.state.round || now.stored_progress >= due) {
            return Ok(());
        }
        // For thousands of players, encoding would block a runtime thread for too long.
        let (loaded, played) = (loaded.clone(), played.clone());
        let results = tokio::task::spawn_blocking(move || results(&loaded, &played, seats, &questions));
        let results = results.await.map_err(|error| StorageError::Unavailable(error.to_string()))??;
        match games.library.store_results(&owner, &results).await {
            // No later try can succeed.
            Err(QuizzesError::Quota(why)) => warn!(game = key.id, "the results of a game are not kept: {why}"),
            Err(QuizzesError::NoDatabase) => {}
            kept => kept.map_err(QuizzesError::into_storage)?,
        }
    }
    games.store.note_stored_results(&key, due).await
}

/// A question that was counted, with its answers.
struct CountedQuestion {
    tally: Tally,
    answers: BTreeMap<UserId, RecordedAnswer>,
    counted: BTreeMap<UserId, Seat>,
}

impl CountedQuestion {
    /// The answers that count: those of existing seats that fit the question.
    fn taken(&self) -> BTreeMap<&UserId, &RecordedAnswer> {
        let counts = |seat: &Seat| seat.outcome.as_ref().is_some_and(|outcome| outcome.verdict != Verdict::Missing);
        self.answers.iter().filter(|(player, _)| self.counted.get(player).is_some_and(counts)).collect()
    }
}

fn results(
    loaded: &GameSnapshot,
    played: &RoundQuiz,
    mut seats: Vec<Seat>,
    questions: &[CountedQuestion],
) -> Result<Results, StorageError> {
    let quiz = &played.quiz.quiz;
    let asked = |one: &CountedQuestion| {
        let question = quiz.questions.get(one.tally.question)?;
        let bars = quiz::poll_bars(question, &one.taken());
        Some(QuestionResult {
            text: question.text.clone(),
            kind: question.kind,
            right: quiz::right_answer_text(question),
            correct: one.tally.correct,
            answered: one.tally.answered,
            players: one.tally.players,
            bars,
        })
    };
    seats.sort_by(|one, other| (other.score, one.seating_order()).cmp(&(one.score, other.seating_order())));
    let scores: Vec<u32> = seats.iter().map(|seat| seat.score).collect();
    let place = |score: u32| 1 + scores.partition_point(|other| *other > score);
    let answers = |player: &UserId| {
        let answer = |one: &CountedQuestion| {
            let question = quiz.questions.get(one.tally.question)?;
            let shuffle = loaded.state.shuffle_of(one.tally.question);
            let (given, seat) = (one.answers.get(player)?, one.counted.get(player)?);
            let outcome = seat.outcome.as_ref()?;
            Some(PlayerAnswer {
                text: quiz::answer_text(question, shuffle, &given.answer),
                verdict: outcome.verdict,
                points: outcome.points,
                took_ms: given.took_ms,
            })
        };
        questions.iter().map(answer).collect()
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
        unfinished_of: (!loaded.state.is_over()).then(|| answerable(quiz)),
        questions: questions.iter().filter_map(asked).collect(),
        players: seats.iter().map(player).collect(),
        renames: loaded.state.renames,
    })
}

/// How many questions can be answered; slides cannot.
fn answerable(quiz: &Quiz) -> usize {
    quiz.questions.iter().filter(|question| question.kind != Kind::Slide).count()
}

/// Results have their game's id, which no other game ever has; those of later rounds have the
/// round's number behind it.
pub(super) fn id_of(loaded: &GameSnapshot) -> Result<ResultsId, StorageError> {
    let id = &loaded.key.id;
    let id = match loaded.state.round {
        1 => id.clone(),
        round => format!("{id}r{round}"),
    };
    ResultsId::parse(&id).map_err(|error| StorageError::Unavailable(error.to_string()))
}
