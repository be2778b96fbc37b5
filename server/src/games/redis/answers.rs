//! Takes answers, and reads answers and seats as they are stored.

use protocol::game::Answer;
use protocol::{Pin, UserId};
use quiz::Seat;
use redis::Cmd;
use storage::{StorageError, document};

use super::RedisGames;
use crate::games::{AnswerOutcome, GAME_TTL_SECONDS, Key, new_answer};

impl RedisGames {
    /// Records an answer, unless it is too late or the player has answered.
    pub(super) async fn take_answer(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
        answer: &Answer,
    ) -> Result<AnswerOutcome, StorageError> {
        let submitted = new_answer(question, answer);
        let mut call = self.answer.prepare_invoke();
        call.key(self.keys.game(&key.pin));
        call.key(self.keys.seats(key)).key(self.keys.answers(key, question));
        call.arg(&key.id)
            .arg(player.as_str())
            .arg(question)
            .arg(submitted.head)
            .arg(submitted.tail)
            .arg(GAME_TTL_SECONDS);
        let (became, told): (String, String) = self.shard(&key.pin)?.invoke(&call).await?;
        let recorded = || document::decode(&told, "an answer");
        Ok(match became.as_str() {
            "accepted" => AnswerOutcome::Accepted(recorded()?),
            "duplicate" => AnswerOutcome::Duplicate(recorded()?),
            "late" => AnswerOutcome::Late(told.parse().ok()),
            "closed" => AnswerOutcome::NotOpen,
            _ => AnswerOutcome::NoSeat,
        })
    }

    /// The seats in a hash of them.
    pub(super) async fn seats_in(&self, pin: &Pin, hash: String) -> Result<Vec<Seat>, StorageError> {
        let all: Vec<String> = self.shard(pin)?.run(&Cmd::hvals(hash)).await?;
        let read = move || all.iter().map(|text| document::decode(text, "a seat")).collect();
        // For thousands of seats, parsing would block a runtime thread for too long.
        let reading = tokio::task::spawn_blocking(read);
        reading.await.map_err(|error| StorageError::Unavailable(error.to_string()))?
    }

    /// The answers to a question and their players, as they are stored.
    pub(super) async fn stored_answers(
        &self,
        key: &Key,
        question: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
        self.shard(&key.pin)?.run(&Cmd::hgetall(self.keys.answers(key, question))).await
    }
}
