//! People and messages for the tests of this module.

use client::room::Event;
use protocol::{Change, Member, Message, MessageId, Name, RoomEvent, RoomId, UserId};

pub(crate) fn room() -> RoomId {
    RoomId::parse("garden").unwrap()
}

pub(crate) fn member(who: &str) -> Member {
    let name = who[..1].to_uppercase() + &who[1..];
    Member { id: UserId::parse(who).unwrap(), name: Name::parse(&name).unwrap() }
}

pub(crate) fn id(id: &str) -> MessageId {
    MessageId::parse(id).unwrap()
}

/// A message whose id is `m` and its offset.
pub(crate) fn message(offset: u64, who: &str, text: &str, sent_at: u64) -> Message {
    Message::posted(room(), id(&format!("m{offset}")), offset, member(who), text, sent_at)
}

/// Messages that are new in the log.
pub(crate) fn said(messages: impl IntoIterator<Item = Message>) -> Event {
    Event::Logged(messages.into_iter().map(RoomEvent::Posted).collect())
}

/// An edit of the message at `target`. Its time is its offset.
pub(crate) fn edited(offset: u64, who: &str, target: u64, text: &str) -> RoomEvent {
    RoomEvent::Edited(change(offset, who, target, Some(text)))
}

/// A deletion of the message at `target`. Its time is its offset.
pub(crate) fn deleted(offset: u64, who: &str, target: u64) -> RoomEvent {
    RoomEvent::Deleted(change(offset, who, target, None))
}

fn change(offset: u64, who: &str, target: u64, text: Option<&str>) -> Change {
    Change {
        room_id: room(),
        id: id(&format!("m{offset}")),
        offset,
        target,
        author: member(who),
        changed_at: offset,
        message: text.map(Into::into),
    }
}
