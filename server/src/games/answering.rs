//! Gives players' answers to the store, and explains the result to them.

use protocol::game::frame::{Answered as Told, GivenAnswer};
use protocol::game::{Phase, Taken};
use protocol::{Refusal, UserId};

use super::{Answered, Games, Key, PlayerStatus, texts};
use crate::metrics;

impl Games {
    /// Gives a player's answer to the store, which alone decides.
    ///
    /// # Errors The refusal to answer with.
    pub async fn answer(&self, key: &Key, player: &UserId, given: GivenAnswer) -> Result<Told, Refusal> {
        let question = given.question;
        let mut answered = self.take_answer(key, player, &given).await?;
        // They were counted as away when the round began.
        if answered == Answered::NoSeat && self.is_back(key, player).await? {
            answered = self.take_answer(key, player, &given).await?;
        }
        let told = |taken, given, late_ms| Told { question, taken, answer: given, late_ms };
        let told = match answered {
            Answered::Accepted(given) => told(Taken::Accepted, Some(given), None),
            Answered::Duplicate(first) => told(Taken::Duplicate, Some(first), None),
            Answered::Late(late_ms) => told(Taken::Late, None, late_ms),
            Answered::NotOpen => told(Taken::Late, None, self.why_not_open(key, question).await?),
            Answered::NoSeat => return Err(self.why_no_seat(key, player).await),
        };
        metrics::count_answer(told.taken);
        Ok(told)
    }

    async fn take_answer(&self, key: &Key, player: &UserId, given: &GivenAnswer) -> Result<Answered, Refusal> {
        let answered = self.store.answer(key, player, given.question, &given.answer).await;
        answered.map_err(texts::unavailable)
    }

    /// How many milliseconds too late an answer is to a question that is not open. Where it is not late, the
    /// refusal says why.
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
        match self.store.standing(key, player).await.map_err(texts::unavailable)? {
            PlayerStatus::Away(seat) => self.bring_back(key, &seat).await.map(|_| true),
            _ => Ok(false),
        }
    }

    async fn why_no_seat(&self, key: &Key, player: &UserId) -> Refusal {
        match self.store.standing(key, player).await {
            Ok(PlayerStatus::Kicked) => texts::kicked(),
            Ok(PlayerStatus::Declined) => texts::declined(),
            Ok(_) => texts::no_game(),
            Err(error) => texts::unavailable(error),
        }
    }
}
