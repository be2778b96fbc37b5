//! The rooms of this node that have something to archive.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::RoomId;
use tokio::time::Instant;

/// How many rooms wait at most. Of more, the list that all nodes share has the others, too.
const MOST: usize = 50_000;

/// How long what is said in a room is gathered.
const GATHERED_FOR: Duration = Duration::from_millis(300);

/// A room whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WaitingRoom {
    pub(super) room: RoomId,
    /// The offset up to which the database has it now, where this node has just stored something of it.
    pub(super) stored: Option<u64>,
    /// When it was put on the list of all nodes, if this node found it there.
    pub(super) listed_at: Option<u64>,
}

/// When the turn of a room is, and what is known of it.
struct Turn {
    at: Instant,
    stored: Option<u64>,
    listed_at: Option<u64>,
}

/// Rooms in which somebody wrote, until what they wrote is stored.
#[derive(Default)]
pub(super) struct WaitingRooms {
    turns: Mutex<HashMap<RoomId, Turn>>,
}

impl WaitingRooms {
    /// Notes that somebody wrote in a room. Its turn is a moment later, with what else is said until then.
    pub(super) fn note(&self, room: &RoomId) {
        let at = Instant::now() + GATHERED_FOR;
        let mut turns = self.turns();
        if let Some(turn) = turns.get_mut(room) {
            turn.at = turn.at.min(at);
        } else if turns.len() < MOST {
            turns.insert(room.clone(), Turn { at, stored: None, listed_at: None });
        }
    }

    /// Lets a room wait until `at`; what is known of it already stays.
    pub(super) fn put(&self, WaitingRoom { room, stored, listed_at }: WaitingRoom, at: Instant) {
        let mut turns = self.turns();
        let turn = turns.entry(room).or_insert(Turn { at, stored, listed_at });
        turn.at = turn.at.min(at);
        turn.stored = turn.stored.max(stored);
        turn.listed_at = turn.listed_at.or(listed_at);
    }

    /// Takes some rooms whose turn it is.
    pub(super) fn take(&self, most: usize) -> Vec<WaitingRoom> {
        let now = Instant::now();
        let mut turns = self.turns();
        let due = turns.iter().filter(|(_, turn)| turn.at <= now);
        let mut due: Vec<_> = due.map(|(room, turn)| (turn.at, room.clone())).collect();
        // Whoever has waited longest comes first, or some would never come.
        due.sort_unstable();
        due.truncate(most);
        let take = |(_, room): (Instant, RoomId)| {
            let Turn { stored, listed_at, .. } = turns.remove(&room)?;
            Some(WaitingRoom { room, stored, listed_at })
        };
        due.into_iter().filter_map(take).collect()
    }

    /// How many rooms wait.
    pub(super) fn len(&self) -> usize {
        self.turns().len()
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<RoomId, Turn>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_room_comes_when_its_turn_is_and_keeps_what_is_known_of_it() {
        let (waiting, garden) = (WaitingRooms::default(), RoomId::parse("garden").unwrap());
        waiting.note(&garden);
        assert_eq!(waiting.take(10), [], "more may be said");
        advance(GATHERED_FOR).await;
        let taken = waiting.take(10);
        assert_eq!(taken, [WaitingRoom { room: garden.clone(), stored: None, listed_at: None }]);
        assert_eq!(waiting.take(10), []);
        let later = Instant::now() + Duration::from_secs(1);
        waiting.put(WaitingRoom { room: garden.clone(), stored: Some(7), listed_at: Some(1) }, later);
        assert_eq!((waiting.take(10), waiting.len()), (vec![], 1), "not yet");
        waiting.note(&garden);
        advance(GATHERED_FOR).await;
        assert_eq!(waiting.take(10), [WaitingRoom { room: garden, stored: Some(7), listed_at: Some(1) }]);
    }
}
