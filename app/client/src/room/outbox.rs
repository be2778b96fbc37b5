//! Holds a person's messages until they are in the log, and sends them in order. Edits and deletions are among them.
//!
//! One message is in flight at a time. A second one could otherwise overtake it: the first is refused for a
//! moment (the log is unavailable, too many at once), the next gets through.

use protocol::error::{ErrorCode, Refusal};
use protocol::id::MessageId;

use super::types::Unsent;

/// How many messages may wait to be sent.
pub(super) const MAX_UNSENT: usize = 500;

/// The messages that are not in the log yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    entries: Vec<Entry>,
    /// Sent on this connection and not answered.
    in_flight: Option<MessageId>,
    /// Whether a wait that a server asked for is running.
    paused: bool,
    /// Whether the list differs from what was stored last.
    changed: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    unsent: Unsent,
    /// Whether its id is used by another text, so that it needs a new one to be sent again.
    id_is_taken: bool,
}

impl Outbox {
    pub(super) fn new(unsent: Vec<Unsent>) -> Self {
        let mut outbox = Self::default();
        for unsent in unsent {
            outbox.add(unsent);
        }
        outbox.changed = false;
        outbox
    }

    pub(super) fn unsent(&self) -> impl Iterator<Item = &Unsent> {
        self.entries.iter().map(|entry| &entry.unsent)
    }

    pub(super) fn has(&self, id: &MessageId) -> bool {
        self.find(id).is_some()
    }

    /// The message of that id, while it is not in the log.
    pub(super) fn find(&self, id: &MessageId) -> Option<&Unsent> {
        self.unsent().find(|unsent| unsent.id == *id)
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= MAX_UNSENT
    }

    /// Adds a message to be sent. The same id twice is the same message.
    pub(super) fn add(&mut self, unsent: Unsent) {
        if !self.has(&unsent.id) {
            self.entries.push(Entry { unsent, id_is_taken: false });
            self.changed = true;
        }
    }

    /// Removes a message that is in the log, or given up.
    pub(super) fn remove(&mut self, id: &MessageId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.unsent.id != *id);
        let was_there = self.entries.len() < before;
        self.changed |= was_there;
        self.clear_in_flight(id);
        was_there
    }

    /// Marks a message that is refused for good.
    pub(super) fn refuse(&mut self, id: &MessageId, refusal: &Refusal) {
        self.clear_in_flight(id);
        if let Some(entry) = self.entry(id) {
            entry.unsent.refused = Some(refusal.message.clone());
            entry.id_is_taken = refusal.code == ErrorCode::Conflict;
            self.changed = true;
        }
    }

    /// Sends a refused message once more. `fresh` makes a new id if its own is used by another text. Returns
    /// the message as it is now.
    pub(super) fn retry(&mut self, id: &MessageId, fresh: impl FnOnce() -> Option<MessageId>) -> Option<Unsent> {
        let entry = self.entry(id).filter(|entry| entry.unsent.refused.is_some())?;
        entry.unsent.refused = None;
        if std::mem::take(&mut entry.id_is_taken)
            && let Some(fresh) = fresh()
        {
            entry.unsent.id = fresh;
        }
        let unsent = entry.unsent.clone();
        self.changed = true;
        Some(unsent)
    }

    /// The message to send now, if there is one and none is in flight.
    pub(super) fn send_next(&mut self) -> Option<&Unsent> {
        if self.paused || self.in_flight.is_some() {
            return None;
        }
        let next = self.entries.iter().map(|entry| &entry.unsent).find(|unsent| unsent.refused.is_none())?;
        self.in_flight = Some(next.id.clone());
        Some(next)
    }

    pub(super) fn is_in_flight(&self, id: &MessageId) -> bool {
        self.in_flight.as_ref() == Some(id)
    }

    /// The message that was in flight when the connection was lost.
    pub(super) fn in_flight(&self) -> Option<&MessageId> {
        self.in_flight.as_ref()
    }

    /// Sends nothing before [`Self::restart`]: the server refuses the message in flight for the moment.
    pub(super) fn pause(&mut self) {
        self.in_flight = None;
        self.paused = true;
    }

    /// Begins again with the first message: what was in flight may be lost.
    pub(super) fn restart(&mut self) {
        self.in_flight = None;
        self.paused = false;
    }

    /// The list to store, if it has changed since the last call.
    pub(super) fn take_changed(&mut self) -> Option<Vec<Unsent>> {
        std::mem::take(&mut self.changed).then(|| self.unsent().cloned().collect())
    }

    fn entry(&mut self, id: &MessageId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.unsent.id == *id)
    }

    fn clear_in_flight(&mut self, id: &MessageId) {
        if self.is_in_flight(id) {
            self.in_flight = None;
        }
    }
}
