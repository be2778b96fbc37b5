//! The events of the model's log: what they are made of, and what is read of them.

use protocol::*;

/// What the sender of an id asked for: whether it is about an earlier message, and the text.
pub(crate) type Asked = (bool, Option<String>);

/// Who made an event, and under which id.
pub(crate) fn source(event: &RoomEvent) -> (&Member, &MessageId) {
    match event {
        RoomEvent::Posted(message) => (&message.author, &message.id),
        RoomEvent::Edited(change) | RoomEvent::Deleted(change) => (&change.author, &change.id),
    }
}

/// The message that an event posts.
pub(crate) fn message_of(event: &RoomEvent) -> Option<&Message> {
    if let RoomEvent::Posted(message) = event { Some(message) } else { None }
}

/// Makes of a stored entry what an event makes of it: a message is as it is now, and of an edit of a deleted one only
/// its place is left.
pub(crate) fn rewrite(entry: &mut RoomEvent, event: &RoomEvent) {
    match (&mut *entry, event) {
        (RoomEvent::Posted(message), _) => {
            message.apply(event);
        }
        (RoomEvent::Edited(edit), RoomEvent::Deleted(deletion)) if edit.target == deletion.target => {
            *entry = RoomEvent::Deleted(Change { offset: edit.offset, ..deletion.clone() });
        }
        _ => {}
    }
}

pub(crate) fn asked(event: &RoomEvent) -> Asked {
    match event {
        RoomEvent::Posted(message) => (false, Some(message.message.clone())),
        RoomEvent::Edited(change) | RoomEvent::Deleted(change) => (true, change.message.clone()),
    }
}

/// A message that is to get its offset from the log.
pub(crate) fn posted(author: Member, id: MessageId, text: &str) -> RoomEvent {
    RoomEvent::Posted(Message::posted(room(), id, 0, author, text, 0))
}

/// A change that is to get its offset from the log.
pub(crate) fn about(target: u64, author: Member, id: MessageId, message: Option<String>) -> Change {
    Change { room_id: room(), id, offset: 0, target, author, changed_at: 0, message }
}

pub(crate) fn room() -> RoomId {
    RoomId::parse("garden").unwrap()
}

pub(crate) fn person(id: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() }
}
