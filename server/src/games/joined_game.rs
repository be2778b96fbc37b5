//! The game that a connection has entered, and what it may do there as a host or as a player.

use std::future::ready;
use std::sync::Arc;

use futures::future::Either;
use protocol::Refusal;
use protocol::game::AnswerStatus;
use protocol::game::frame::{Answered, SubmittedAnswer};
use realtime::presence::Departure;

use super::local_game::LocalGame;
use super::participant::{Participant, Role};
use super::{Key, texts};
use crate::session::HostRole;

/// A connection's part in a game, from entering it until [`JoinedGame::end`].
pub(crate) struct JoinedGame {
    pub(super) participant: Arc<Participant>,
    pub(super) local_game: Arc<LocalGame>,
}

impl JoinedGame {
    pub(crate) fn key(&self) -> &Key {
        &self.participant.key
    }

    /// Whether the connection has left the game, or was removed from it.
    pub(crate) fn is_over(&self) -> bool {
        self.participant.is_over()
    }

    /// Leaves the game; further calls do nothing.
    pub(crate) fn end(&self, departure: Departure) {
        self.participant.end(departure);
    }

    /// The role by which this connection hosts the game.
    ///
    /// # Errors The refusal: no host, or one who was removed or signed out meanwhile.
    pub(crate) async fn host_role(&self) -> Result<&HostRole, Refusal> {
        let Participant { key, role, whose, games, .. } = &*self.participant;
        if whose.as_ref().is_some_and(|whose| games.sessions.has_ended(whose)) {
            return Err(texts::not_host());
        }
        match role {
            Role::Host(role @ HostRole::Owner) => Ok(role),
            Role::Host(role @ HostRole::Added(host)) if games.is_added(key, host).await? => Ok(role),
            Role::Host(HostRole::Added(_)) => Err(texts::removed_host()),
            Role::Player => Err(texts::not_host()),
        }
    }

    /// Checks an answer at once; the future gives it to the store.
    ///
    /// # Errors The refusal of an answer that needs no store to be refused; the future's is the store's.
    pub(crate) fn answer(
        &self,
        submitted: SubmittedAnswer,
    ) -> Result<impl Future<Output = Result<Answered, Refusal>> + Send + use<>, Refusal> {
        let (participant, local_game) = (self.participant.clone(), self.local_game.clone());
        if participant.role != Role::Player {
            return Err(texts::not_now("A host does not answer."));
        }
        let played = local_game.round_quiz_of(&participant.key).ok_or_else(texts::busy)?;
        match submitted.round {
            Some(round) if round < played.round => {
                return Ok(Either::Left(ready(Ok(past_round(submitted.question)))));
            }
            // This node has not seen yet that the class plays again.
            Some(round) if round > played.round => return Err(texts::busy()),
            _ => {}
        }
        let question = played.quiz.quiz.questions.get(submitted.question);
        let question = question.ok_or_else(|| texts::invalid("There is no such question."))?;
        quiz::check_answer(question, &submitted.answer).map_err(|misfit| texts::invalid(misfit.to_string()))?;
        Ok(Either::Right(async move {
            let answered = participant.games.answer(&participant.key, &participant.member.id, submitted).await?;
            if answered.taken == AnswerStatus::Accepted {
                local_game.notify(|due| due.answers = true);
            }
            Ok(answered)
        }))
    }
}

/// Tells somebody that the round that their answer was meant for is over.
fn past_round(question: usize) -> Answered {
    Answered { question, taken: AnswerStatus::Late, answer: None, late_ms: None }
}
