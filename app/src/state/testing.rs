//! People and messages for the tests of this module.

use protocol::{Member, Message, MessageId, Name, RoomId, UserId};

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
    Message {
        room_id: room(),
        id: id(&format!("m{offset}")),
        offset,
        author: member(who),
        message: text.into(),
        sent_at,
    }
}
