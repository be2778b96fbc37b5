//! The events of a room's log, and what they make of its messages.
//!
//! What a room looks like is a fold of its events. [`Message::apply`] is the step of that fold, the same in browsers, in
//! the archive and in tests. A message may already show what a later event made of it, because logs and pages hold messages
//! as they are now. So applying an event twice changes nothing, and a deletion wins over any edit.

use crate::id::{MessageId, RoomId};
use crate::limits::EDITS;
use crate::message::{Change, Joined, Member, Message, ServerMessage};

/// An entry of a room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomEvent {
    /// Somebody posted a message.
    Posted(Message),
    /// A message has another text.
    Edited(Change),
    /// The text of a message is gone.
    Deleted(Change),
}

impl RoomEvent {
    /// Its number in the room's log.
    pub fn offset(&self) -> u64 {
        match self {
            Self::Posted(message) => message.offset,
            Self::Edited(change) | Self::Deleted(change) => change.offset,
        }
    }

    /// The offset of the earlier message that it is about.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Posted(_) => None,
            Self::Edited(change) | Self::Deleted(change) => Some(change.target),
        }
    }
}

impl From<RoomEvent> for ServerMessage {
    fn from(event: RoomEvent) -> Self {
        match event {
            RoomEvent::Posted(message) => Self::Message(message),
            RoomEvent::Edited(change) => Self::Edited(change),
            RoomEvent::Deleted(change) => Self::Deleted(change),
        }
    }
}

/// The messages of a log as somebody sees them who reads `events` from its beginning.
pub fn fold_events(events: &[RoomEvent]) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for event in events {
        match event {
            RoomEvent::Posted(message) => messages.push(message.clone()),
            change => messages.iter_mut().for_each(|message| {
                message.apply(change);
            }),
        }
    }
    messages
}

impl Message {
    /// A message as it is when it was just posted, answering none. `sent_at` is in milliseconds since 1970.
    pub fn posted(
        room_id: RoomId,
        id: MessageId,
        offset: u64,
        author: Member,
        message: impl Into<String>,
        sent_at: u64,
    ) -> Self {
        Self {
            room_id,
            id,
            offset,
            author,
            message: message.into(),
            sent_at,
            reply_to: None,
            edited_at: None,
            deleted_by: None,
            deleted_at: None,
            edits: Vec::new(),
        }
    }

    /// Whether its text was deleted.
    pub fn is_deleted(&self) -> bool {
        self.deleted_by.is_some()
    }

    /// Makes of the message what `event` makes of it; false where that changes nothing.
    pub fn apply(&mut self, event: &RoomEvent) -> bool {
        if event.target() != Some(self.offset) || self.is_deleted() {
            return false;
        }
        match event {
            RoomEvent::Edited(Change { message: Some(text), offset, changed_at, .. }) => {
                let is_new = self.edits.last().is_none_or(|last| last < offset) && self.edits.len() < EDITS;
                if is_new {
                    self.message.clone_from(text);
                    self.edits.push(*offset);
                    self.edited_at = Some(*changed_at);
                }
                is_new
            }
            RoomEvent::Deleted(change) => {
                self.message = String::new();
                self.reply_to = None;
                self.edits = Vec::new();
                self.edited_at = None;
                self.deleted_by = Some(change.author.clone());
                self.deleted_at = Some(change.changed_at);
                true
            }
            RoomEvent::Posted(_) | RoomEvent::Edited(_) => false,
        }
    }
}

impl Joined {
    /// Takes the events since the client's position, in the order of the log.
    pub fn take_events(&mut self) -> Vec<RoomEvent> {
        let mut events = Vec::new();
        for message in std::mem::take(&mut self.messages) {
            put(&mut events, RoomEvent::Posted(message));
        }
        for edit in std::mem::take(&mut self.edited) {
            put(&mut events, RoomEvent::Edited(edit));
        }
        for deletion in std::mem::take(&mut self.deleted) {
            put(&mut events, RoomEvent::Deleted(deletion));
        }
        events
    }
}

/// Puts an event after those with lower offsets. Most come in order; a sort would cost every browser some KiB of code.
fn put(events: &mut Vec<RoomEvent>, event: RoomEvent) {
    let mut at = events.len();
    while at > 0 && events.get(at - 1).is_some_and(|before| before.offset() > event.offset()) {
        at -= 1;
    }
    events.insert(at, event);
}

#[cfg(test)]
mod tests;
