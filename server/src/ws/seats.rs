//! The rooms that one connection is in.

use std::collections::HashMap;

use protocol::RoomId;

use crate::hub::Seat;

/// The rooms of a connection, and which it joined last.
#[derive(Default)]
pub(super) struct Seats {
    by_room: HashMap<RoomId, Seat>,
    /// In the order of joining.
    order: Vec<RoomId>,
}

impl Seats {
    pub(super) fn len(&self) -> usize {
        self.by_room.len()
    }

    pub(super) fn contains(&self, room: &RoomId) -> bool {
        self.by_room.contains_key(room)
    }

    /// Takes a seat and makes its room the one joined last; gives back the
    /// earlier seat in the same room.
    pub(super) fn insert(&mut self, room: RoomId, seat: Seat) -> Option<Seat> {
        self.order.retain(|one| *one != room);
        self.order.push(room.clone());
        self.by_room.insert(room, seat)
    }

    pub(super) fn remove(&mut self, room: &RoomId) -> Option<Seat> {
        self.order.retain(|one| one != room);
        self.by_room.remove(room)
    }

    /// The room joined last and not left.
    pub(super) fn latest(&self) -> Option<&RoomId> {
        self.order.last()
    }

    /// All of them, leaving none.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (RoomId, Seat)> + use<> {
        self.order.clear();
        std::mem::take(&mut self.by_room).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_room_goes_to_the_one_joined_last() {
        let [a, b] = ["a", "b"].map(|id| RoomId::parse(id).unwrap());
        let mut seats = Seats::default();
        seats.insert(a.clone(), Seat(1));
        seats.insert(b.clone(), Seat(2));
        assert_eq!(seats.latest(), Some(&b));
        assert_eq!(seats.insert(a.clone(), Seat(3)), Some(Seat(1)));
        assert_eq!(seats.latest(), Some(&a));
        seats.remove(&a);
        assert_eq!(seats.latest(), Some(&b));
    }
}
