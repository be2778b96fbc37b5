//! JSON texts with gaps that a store fills in with times of its own clock.

use protocol::game::frame::Waiting;
use protocol::game::{Answer, RecordedAnswer};
use protocol::wire::Template;
use protocol::{HostId, Name, UserId, limits, wire};
use quiz::Seat;
use serde::Deserialize;
use storage::{StorageError, document, readable};

use super::WAITS_FOR_MS;

/// A new seat after `after` others, with a gap for when it was taken.
pub(super) fn new_seat(player: &UserId, name: &Name, after: u64) -> Template {
    let head = seat_head(player, name);
    Template { head, tail: format!("{SEAT_AFTER}{after}}}") }
}

/// A new seat up to the time when it was taken.
pub(super) fn seat_head(player: &UserId, name: &Name) -> String {
    // In the form of `Seat`; a test compares the two.
    let (player, name) = (wire::encode(player), wire::encode(name));
    format!(r#"{{"id":{player},"name":{name},"joinedAt":"#)
}

/// The text between a seat's time and the number of seats before it.
pub(super) const SEAT_AFTER: &str = r#","after":"#;

/// Somebody who waits to be admitted, as stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WaitingSince {
    #[serde(flatten)]
    waiting: Waiting,
    /// When they began to wait, in milliseconds since 1970.
    #[serde(default)]
    since: u64,
    /// When they last asked, in milliseconds since 1970.
    asked_at: u64,
}

impl WaitingSince {
    /// The sort key of those who wait: first come, first listed.
    fn seating_order(&self) -> (u64, &UserId) {
        (self.since, &self.waiting.id)
    }
}

/// The people who wait and asked lately, in the order of their coming.
pub(super) fn waiting_at(all: &[Vec<u8>], now: u64) -> Vec<Waiting> {
    let waiting = all.iter().map(|text| document::decode(text, "somebody who waits to be admitted"));
    let mut waiting: Vec<WaitingSince> = readable(waiting);
    waiting.retain(|one| one.asked_at.saturating_add(WAITS_FOR_MS) >= now);
    waiting.sort_by(|one, other| one.seating_order().cmp(&other.seating_order()));
    waiting.into_iter().map(|one| one.waiting).take(limits::WAITING).collect()
}

/// Somebody who waits, up to the time when they began; the time when they asked and a `}` follow.
pub(super) fn waiting_head(player: &UserId, name: &Name) -> String {
    let (player, name) = (wire::encode(player), wire::encode(name));
    format!(r#"{{"id":{player},"name":{name},"since":"#)
}

/// An added host, up to the time when they were added; a `}` follows.
pub(super) fn host_head(host: &HostId, name: &Name) -> String {
    // In the form of `AddedHost`; a test compares the two.
    let (host, name) = (wire::encode(host), wire::encode(name));
    format!(r#"{{"id":{host},"name":{name},"since":"#)
}

/// An answer, with a gap for how long it took.
pub(super) fn new_answer(question: usize, answer: &Answer) -> Template {
    // In the form of `RecordedAnswer`; a test compares the two.
    let head = format!(r#"{{"question":{question},"answer":{},"tookMs":"#, wire::encode(answer));
    Template { head, tail: "}".into() }
}

/// Parses the player who gave an answer.
///
/// # Errors [`StorageError::Corrupt`]: it is no id.
pub(super) fn answerer(player: impl AsRef<[u8]>) -> Result<UserId, StorageError> {
    let player = document::text(player.as_ref(), "the player of an answer")?;
    UserId::parse(player).map_err(|error| StorageError::corrupt(format!("the player of an answer: {error}")))
}

/// Parses an answer and its player.
///
/// # Errors [`StorageError::Corrupt`]: one of the two is damaged.
pub(super) fn recorded_answer((player, answer): (Vec<u8>, Vec<u8>)) -> Result<(UserId, RecordedAnswer), StorageError> {
    Ok((answerer(player)?, document::decode(answer, "an answer")?))
}

/// Sorts seats by when they were taken.
pub(super) fn in_order(seats: &mut [Seat]) {
    seats.sort_by(|one, other| one.seating_order().cmp(&other.seating_order()));
}

#[cfg(test)]
mod tests {
    use protocol::game::frame::AddedHost;

    use super::*;

    fn seat_id() -> UserId {
        UserId::parse("u1").unwrap()
    }

    #[test]
    fn what_scripts_put_together_can_be_read() {
        let (player, name) = (UserId::parse("u1").unwrap(), Name::parse("Ada \"L\".").unwrap());
        let seat: Seat = wire::decode(&new_seat(&player, &name, 3).fill(7)).unwrap();
        assert_eq!((seat.id, seat.name, seat.joined_at, seat.after), (player, name.clone(), 7, 3));
        let text = format!(r#"{}6,"askedAt":7}}"#, waiting_head(&seat_id(), &name));
        let waiting: WaitingSince = wire::decode(&text).unwrap();
        assert_eq!((waiting.seating_order(), waiting.asked_at), ((6, &seat_id()), 7));
        assert_eq!(waiting.waiting, Waiting { id: seat_id(), name: name.clone() });
        let host = HostId::parse("h1").unwrap();
        let added: AddedHost = wire::decode(&format!("{}7}}", host_head(&host, &name))).unwrap();
        assert_eq!(added, AddedHost { id: host, name, since: 7 });
        let answer = Answer::Text("a \"quoted\" word".into());
        let given: RecordedAnswer = wire::decode(&new_answer(3, &answer).fill(250)).unwrap();
        assert_eq!(given, RecordedAnswer { question: 3, answer, took_ms: 250 });
    }
}
