//! What stores put together themselves, so that their clock is in it.

use protocol::game::Answer;
use protocol::wire::Template;
use protocol::{Name, UserId, wire};
use quiz::Seat;

/// A new seat, with a gap for when it was taken.
pub(super) fn new_seat(player: &UserId, name: &Name) -> Template {
    // As `Seat` is spelled; a test holds the two together.
    let (player, name) = (wire::spell(player), wire::spell(name));
    Template { head: format!(r#"{{"id":{player},"name":{name},"joinedAt":"#), tail: "}".into() }
}

/// An answer, with a gap for how long it took.
pub(super) fn new_given(question: usize, answer: &Answer) -> Template {
    // As `Given` is spelled; a test holds the two together.
    let head = format!(r#"{{"question":{question},"answer":{},"tookMs":"#, wire::spell(answer));
    Template { head, tail: "}".into() }
}

/// Sorts seats by when they were taken.
pub(super) fn in_order(seats: &mut [Seat]) {
    seats.sort_by(|one, other| (one.joined_at, &one.id).cmp(&(other.joined_at, &other.id)));
}

#[cfg(test)]
mod tests {
    use protocol::game::Given;

    use super::*;

    #[test]
    fn what_scripts_put_together_can_be_read() {
        let (player, name) = (UserId::parse("u1").unwrap(), Name::parse("Ada \"L\".").unwrap());
        let seat: Seat = wire::read(&new_seat(&player, &name).fill(7)).unwrap();
        assert_eq!((seat.id, seat.name, seat.joined_at, seat.score), (player, name, 7, 0));
        let answer = Answer::Text("a \"quoted\" word".into());
        let given: Given = wire::read(&new_given(3, &answer).fill(250)).unwrap();
        assert_eq!(given, Given { question: 3, answer, took_ms: 250 });
    }
}
