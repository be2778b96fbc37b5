//! A host renames a player: the seat is changed first, then everybody is told, on whichever node they are.

use std::collections::HashSet;

use protocol::game::GameServerMessage;
use protocol::quiz::Quiz;
use protocol::{Name, Refusal, UserId};
use quiz::{Seat, nickname};
use storage::StorageError;

use super::local_game::LocalGame;
use super::naming::{self, ChosenBy};
use super::{GameSnapshot, Games, Key, PlayerStatus, texts};

/// How often it is tried again because somebody else changed the seat meanwhile.
const TIMES: usize = 3;

impl Games {
    /// Gives a player another name. Idempotent. The filter of rude names applies only to
    /// names that players choose.
    ///
    /// # Errors The refusal to answer with.
    pub async fn rename(&self, key: &Key, player: &UserId, nickname: &str) -> Result<(), Refusal> {
        let name = nickname::check(nickname, false).map_err(|problem| texts::bad_nickname(problem.to_string()))?;
        for _ in 0..TIMES {
            let loaded = self.load(&key.pin).await?;
            if loaded.key != *key {
                return Err(texts::no_game());
            }
            let seat = self.seat_of(key, player).await?;
            let before = seat.name.clone();
            if before != name {
                naming::rename_seat(self, &loaded, seat, &name, ChosenBy::Host).await?;
            }
            self.note_name(key, player, &before, &name).await?;
            // A round that began meanwhile may have put the old seat back.
            if self.seat_of(key, player).await?.name == name {
                return Ok(());
            }
        }
        Err(texts::busy())
    }

    async fn seat_of(&self, key: &Key, player: &UserId) -> Result<Seat, Refusal> {
        match self.store.player_status(key, player).await.map_err(texts::unavailable)? {
            PlayerStatus::Seated(seat) | PlayerStatus::Away(seat) => Ok(seat),
            PlayerStatus::Kicked | PlayerStatus::Declined | PlayerStatus::Unknown => Err(texts::not_playing()),
        }
    }

    /// Makes the rename a step of the game, so that every node sees that names have changed.
    async fn note_name(&self, key: &Key, player: &UserId, before: &Name, name: &Name) -> Result<(), Refusal> {
        let called = |loaded: &GameSnapshot, _: &Quiz| {
            Ok((loaded.key == *key).then(|| loaded.state.with_name(player, before, name)))
        };
        if self.commit_with_retries(key, called).await? { Ok(()) } else { Err(texts::busy()) }
    }
}

/// Sends this node's players their new names, and updates what others were sent with an old name: from one
/// read of all seats.
pub(super) async fn send_names(
    games: &Games,
    local_game: &LocalGame,
    loaded: &GameSnapshot,
) -> Result<(), StorageError> {
    let here: HashSet<UserId> = local_game.players();
    if here.is_empty() {
        return Ok(());
    }
    let revealed = loaded.state.revealed();
    for seat in games.store.seats(&loaded.key).await?.into_iter().filter(|seat| here.contains(&seat.id)) {
        local_game.send_name(&seat.id, &seat.name, seat.named_by_host);
        let Some(outcome) = seat.outcome.filter(|outcome| Some(outcome.question) == revealed) else { continue };
        let told = loaded.state.current_outcome(outcome.clone());
        if told != outcome {
            local_game.send_to(&seat.id, &GameServerMessage::Outcome(told));
        }
    }
    Ok(())
}
