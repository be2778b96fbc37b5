//! What a player does: joins a game and answers its questions.

use futures::future::BoxFuture;
use protocol::game::GameServerMessage;
use protocol::game::frame::{Join, SubmittedAnswer};
use protocol::{ErrorCode, Refusal, UserId};
use realtime::presence::Departure;

use super::{GameHandler, refuse, send};
use crate::games::{GameSnapshot, Key};

impl GameHandler {
    pub(super) async fn join(&mut self, join: Join, loaded: &GameSnapshot) -> Result<(), Refusal> {
        let games = self.games().clone();
        let Key { pin, id } = &loaded.key;
        let seat = join.seat.as_deref().and_then(|token| self.service.sessions.seat_of(token, pin, id));
        let player: &UserId = seat.as_ref().unwrap_or(&self.member.id);
        let (nickname, address) = (join.nickname.as_deref(), self.credentials.address);
        let entered = games.enter_as_player(loaded, player, nickname, address, self.outbox.clone()).await;
        let entered = match entered {
            Err(refusal) if refusal.code == ErrorCode::Kicked => {
                self.leave(Departure::Clean);
                return Err(refusal);
            }
            entered => entered?,
        };
        self.switch_to(entered);
        Ok(())
    }

    /// Begins to give an answer to the store.
    ///
    /// # Errors The refusal of an answer that is none to the game of this connection.
    pub(super) fn answer(&self, submitted: SubmittedAnswer) -> Result<BoxFuture<'static, ()>, Refusal> {
        let answering = self.joined_game()?.answer(submitted)?;
        let outbox = self.outbox.clone();
        Ok(Box::pin(async move {
            match answering.await {
                Ok(answered) => send(&outbox, &GameServerMessage::Answered(answered)),
                Err(refusal) => refuse(&outbox, refusal),
            }
        }))
    }
}
