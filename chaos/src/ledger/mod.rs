//! Everything that clients received, with what was acknowledged and refused, in one place.
//!
//! Clients write into it while they receive; what cannot be right is noted at once. At the end it is compared
//! with the log; see [`audit`].

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::{Epoch, Message, MessageId, RoomId, UserId};

pub mod audit;
pub mod changes;

/// What must never happen to a message; each one is counted, and fails the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Violation {
    /// An acknowledged message is not in the log.
    Lost,
    /// A message is in the log, or was shown, more than once.
    Twice,
    /// A message was shown before or after its turn.
    OutOfOrder,
    /// Something between two shown messages was left out.
    Hole,
    /// Two messages stood under one position.
    Forked,
    /// Another text stands under somebody's id.
    Altered,
    /// A server said that all was recovered, and it was not; or gave a part.
    Recovery,
}

impl Violation {
    /// All of them, with what a verdict calls them.
    pub const ALL: [(Self, &str); 7] = [
        (Self::Lost, "lost"),
        (Self::Twice, "twice"),
        (Self::OutOfOrder, "out of order"),
        (Self::Hole, "holes"),
        (Self::Forked, "forked"),
        (Self::Altered, "altered"),
        (Self::Recovery, "wrong recoveries"),
    ];
}

/// A message's author and the id they gave it: one message for ever.
pub type Key = (UserId, MessageId);

/// A message as it is compared: whose, which, and a digest of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The author and the id of the message.
    pub key: Key,
    /// The digest of the message's text.
    pub digest: u64,
    /// The offsets of its edits so far; `None` once it was deleted.
    pub edits: Option<Vec<u64>>,
}

impl Entry {
    /// Of a message that a server told.
    pub fn of(message: &Message) -> Self {
        let edits = (!message.is_deleted()).then(|| message.edits.clone());
        Self { key: (message.author.id.clone(), message.id.clone()), digest: digest(&message.message), edits }
    }

    /// Whether both can be the same message, at different times: after the same edits it has the same text.
    pub fn is_like(&self, other: &Self) -> bool {
        self.key == other.key && (self.edits != other.edits || self.digest == other.digest)
    }

    /// Whether it has the text that it was sent with.
    pub fn is_original(&self) -> bool {
        self.edits.as_ref().is_some_and(Vec::is_empty)
    }
}

/// A digest that is the same for equal texts in one run, and takes less memory than they.
pub fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A message that its author was told is in the log.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// The message that was acknowledged.
    pub entry: Entry,
    /// The log that the author followed then.
    pub epoch: Epoch,
}

/// All that is known of one room.
#[derive(Debug, Default)]
pub struct RoomRecord {
    /// What stands where, as clients were shown it.
    shown: HashMap<(Epoch, u64), Entry>,
    /// What clients said, and when.
    said: HashMap<Key, (u64, Instant)>,
    acknowledged: Vec<Acknowledged>,
    /// What clients wanted to change of their messages.
    changes: HashMap<Key, changes::WantedChange>,
    acknowledged_changes: Vec<changes::AcknowledgedChange>,
    /// Changes of which their author was told that there is no such message.
    refused_changes: Vec<Key>,
    /// How long messages took from being said to being shown.
    delays: Vec<Duration>,
}

/// Everything that clients sent and were told in a run.
#[derive(Debug, Default)]
pub struct Ledger {
    pages: Mutex<LedgerState>,
}

#[derive(Debug, Default)]
struct LedgerState {
    books: HashMap<RoomId, RoomRecord>,
    wrongs: HashMap<Violation, u64>,
    /// The first few of them, for people.
    sentences: Vec<String>,
}

const SENTENCES: usize = 12;

impl Ledger {
    /// Notes that a client sends a message.
    pub fn note_sent(&self, room: &RoomId, author: &UserId, id: &MessageId, text: &str) {
        self.pages().book(room).said.insert((author.clone(), id.clone()), (digest(text), Instant::now()));
    }

    /// Notes that somebody was shown a message at a position in the log.
    pub fn note_shown(&self, room: &RoomId, epoch: &Epoch, message: &Message) {
        let entry = Entry::of(message);
        let mut pages = self.pages();
        let book = pages.book(room);
        let other = book.place_entry(epoch, message.offset, &entry);
        if let Some(other) = other {
            let at = format!("{room} {epoch} {}", message.offset);
            pages.note(Violation::Forked, || format!("at {at} one saw {:?} and another {:?}", other.key, entry.key));
        }
    }

    /// Notes that somebody received a message live, and how long after it was sent.
    pub fn note_received(&self, room: &RoomId, message: &Message) {
        let mut pages = self.pages();
        let book = pages.book(room);
        let key = (message.author.id.clone(), message.id.clone());
        if let Some((_, said)) = book.said.get(&key) {
            book.delays.push(said.elapsed());
        }
    }

    /// How long messages took from being sent to being shown, since the last call.
    pub fn take_delays(&self) -> Vec<Duration> {
        self.pages().books.values_mut().flat_map(|book| std::mem::take(&mut book.delays)).collect()
    }

    /// The same for one room.
    pub fn take_delays_in(&self, room: &RoomId) -> Vec<Duration> {
        std::mem::take(&mut self.pages().book(room).delays)
    }

    /// Notes that an author was told that a message, or a change of one, is in the log.
    pub fn note_acknowledged(&self, room: &RoomId, key: Key, epoch: &Epoch) {
        let mut pages = self.pages();
        let book = pages.book(room);
        if let Some(wanted) = book.changes.get(&key).cloned() {
            book.acknowledged_changes.push(changes::AcknowledgedChange { wanted, epoch: epoch.clone() });
            return;
        }
        let digest = book.said.get(&key).map(|(digest, _)| *digest).unwrap_or_default();
        book.acknowledged
            .push(Acknowledged { entry: Entry { key, digest, edits: Some(Vec::new()) }, epoch: epoch.clone() });
    }

    /// Notes that something happened that must not.
    pub fn note(&self, wrong: Violation, sentence: impl FnOnce() -> String) {
        self.pages().note(wrong, sentence);
    }

    /// How many messages were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.pages().books.values().map(|book| book.acknowledged.len()).sum()
    }

    /// How many of them in one room.
    pub fn acknowledged_in(&self, room: &RoomId) -> usize {
        self.pages().book(room).acknowledged.len()
    }

    /// How many changes of messages were acknowledged.
    pub fn acknowledged_changes(&self) -> usize {
        self.pages().books.values().map(|book| book.acknowledged_changes.len()).sum()
    }

    /// How often each thing happened that must not.
    pub fn wrongs(&self, wrong: Violation) -> u64 {
        self.pages().wrongs.get(&wrong).copied().unwrap_or_default()
    }

    /// The first few of them, in words.
    pub fn sentences(&self) -> Vec<String> {
        self.pages().sentences.clone()
    }

    /// The rooms that anybody was in.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.pages().books.keys().cloned().collect()
    }

    fn pages(&self) -> MutexGuard<'_, LedgerState> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LedgerState {
    fn book(&mut self, room: &RoomId) -> &mut RoomRecord {
        self.books.entry(room.clone()).or_default()
    }

    fn note(&mut self, wrong: Violation, sentence: impl FnOnce() -> String) {
        *self.wrongs.entry(wrong).or_default() += 1;
        if self.sentences.len() < SENTENCES {
            self.sentences.push(sentence());
        }
    }
}

impl RoomRecord {
    /// Notes the message at an offset; returns another one that was there before.
    fn place_entry(&mut self, epoch: &Epoch, offset: u64, entry: &Entry) -> Option<Entry> {
        let place = self.shown.entry((epoch.clone(), offset)).or_insert_with(|| entry.clone());
        (!place.is_like(entry)).then(|| place.clone())
    }
}

#[cfg(test)]
mod tests;
