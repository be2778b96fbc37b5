//! What the reader sent and no log is known to have: messages, and changes of messages.

use client::room::Unsent;
use protocol::{Message, MessageId};

/// How far the delivery of the reader's message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryStatus {
    /// It is under way, or waits for the connection.
    Pending,
    /// The message is in the log.
    Delivered {
        /// The offset that the log gave it, which is its place among the others.
        offset: u64,
        /// When the server stored it.
        sent_at: u64,
    },
    /// It was refused; the sentence says why.
    Failed(String),
}

/// Both kinds, each in the order of writing.
#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing {
    messages: Vec<Unsent>,
    changes: Vec<Unsent>,
}

impl Outgoing {
    /// The messages, which stand below all others.
    pub(super) fn messages(&self) -> &[Unsent] {
        &self.messages
    }

    /// The change of a message which its reader has to know of: a refused one, else the last. With the offset alone
    /// it could be one of another log.
    pub(super) fn change_of(&self, message: &Message) -> Option<&Unsent> {
        let is_meant = |sent_at: Option<u64>| sent_at.is_none_or(|sent_at| sent_at == message.sent_at);
        let is_of_it = |change: &&Unsent| change.target() == Some(message.offset) && is_meant(change.target_sent_at);
        let of_it = || self.changes.iter().filter(is_of_it);
        of_it().find(|change| change.refused.is_some()).or_else(|| of_it().next_back())
    }

    /// Adds what is sent, or replaces what it was before.
    pub(super) fn add(&mut self, unsent: &Unsent) {
        let list = if unsent.target().is_some() { &mut self.changes } else { &mut self.messages };
        match list.iter_mut().find(|known| known.id == unsent.id) {
            Some(known) => *known = unsent.clone(),
            None => list.push(unsent.clone()),
        }
    }

    /// Marks what was refused for good. Returns the message that it would have changed.
    pub(super) fn refuse(&mut self, id: &MessageId, why: &str) -> Option<u64> {
        let refused = self.messages.iter_mut().chain(&mut self.changes).find(|unsent| unsent.id == *id)?;
        refused.refused = Some(why.to_owned());
        refused.target()
    }

    /// Removes what is in the log, or given up. Returns the message that it changes.
    pub(super) fn remove(&mut self, id: &MessageId) -> Option<u64> {
        let target = self.changes.iter().find(|change| change.id == *id).and_then(Unsent::target);
        self.messages.retain(|unsent| unsent.id != *id);
        self.changes.retain(|unsent| unsent.id != *id);
        target
    }
}
