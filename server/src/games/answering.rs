//! Gives players' answers to the store, and explains the result to them.

use protocol::game::frame::{Answered, SubmittedAnswer};
use protocol::game::{AnswerStatus, Phase};
use protocol::{Refusal, UserId};

use super::{AnswerOutcome, Games, Key, PlayerStatus, texts};
use crate::metrics;

impl Games {
    /// Gives a player's answer to the store, which alone decides.
    ///
    /// # Errors The refusal to answer with.
    pub async fn answer(&self, key: &Key, player: &UserId, submitted: SubmittedAnswer) -> Result<Answered, Refusal> {
        let question = submitted.question;
        let mut answered = self.take_answer(key, player, &submitted).await?;
        // They were counted as away when the round began.
        if answered == AnswerOutcome::NoSeat && self.is_back(key, player).await? {
            answered = self.take_answer(key, player, &submitted).await?;
        }
        let frame = |taken, recorded, late_ms| Answered { question, taken, answer: recorded, late_ms };
        let answered_frame = match answered {
            AnswerOutcome::Accepted(recorded) => frame(AnswerStatus::Accepted, Some(recorded), None),
            AnswerOutcome::Duplicate(first) => frame(AnswerStatus::Duplicate, Some(first), None),
            AnswerOutcome::Late(late_ms) => frame(AnswerStatus::Late, None, late_ms),
            AnswerOutcome::NotOpen => frame(AnswerStatus::Late, None, self.why_not_open(key, question).await?),
            AnswerOutcome::NoSeat => return Err(self.why_no_seat(key, player).await),
        };
        metrics::count_answer(answered_frame.taken);
        Ok(answered_frame)
    }

    async fn take_answer(
        &self,
        key: &Key,
        player: &UserId,
        submitted: &SubmittedAnswer,
    ) -> Result<AnswerOutcome, Refusal> {
        let answered = self.store.answer(key, player, submitted.question, &submitted.answer).await;
        answered.map_err(texts::unavailable)
    }

    /// How many milliseconds too late an answer is to a question that is not open. Where it is not late,
    /// the refusal says why.
    async fn why_not_open(&self, key: &Key, question: usize) -> Result<Option<u64>, Refusal> {
        let loaded = self.load(&key.pin).await?;
        let state = loaded.state;
        match state.at {
            Some(at) if question < at => Ok(None),
            Some(at) if question == at => match state.phase {
                Phase::Open if state.clock.paused_at.is_some() => Err(texts::not_now("The game is paused.")),
                // It has opened meanwhile: the same answer would be accepted now.
                Phase::Open | Phase::Ready => Err(texts::not_now("Wait a moment: the question is about to open.")),
                _ => Ok(state.clock.closes_at.map(|closes_at| loaded.now.saturating_sub(closes_at))),
            },
            _ => Err(texts::not_now("This question has not been asked yet.")),
        }
    }

    /// Gives somebody who is away their seat back. False: they are not away.
    async fn is_back(&self, key: &Key, player: &UserId) -> Result<bool, Refusal> {
        match self.store.player_status(key, player).await.map_err(texts::unavailable)? {
            PlayerStatus::Away(seat) => self.bring_back(key, &seat).await.map(|_| true),
            _ => Ok(false),
        }
    }

    async fn why_no_seat(&self, key: &Key, player: &UserId) -> Refusal {
        match self.store.player_status(key, player).await {
            Ok(PlayerStatus::Kicked) => texts::kicked(),
            Ok(PlayerStatus::Declined) => texts::declined(),
            Ok(_) => texts::no_game(),
            Err(error) => texts::unavailable(error),
        }
    }
}
