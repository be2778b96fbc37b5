//! What clients changed of their messages, and whether the log shows it.

use std::collections::HashMap;

use protocol::{Epoch, Message, RoomId};

use super::audit::{Log, Promise};
use super::{Key, Ledger, RoomRecord, Violation, digest};

/// A change that a client wants to make of a message of its own.
#[derive(Clone, Debug)]
pub struct WantedChange {
    /// The message that it is about.
    pub target: Key,
    /// The digest of its new text; `None` deletes it.
    pub digest: Option<u64>,
    /// The number among all changes of the room: a client makes one after the other.
    number: usize,
}

/// A change of which its author was told that it is in the log.
#[derive(Clone, Debug)]
pub(super) struct AcknowledgedChange {
    pub(super) wanted: WantedChange,
    /// The log that the author followed then.
    pub(super) epoch: Epoch,
}

impl Ledger {
    /// Notes that a client changes a message of its own: gives it another text, or deletes it.
    pub fn note_change(&self, room: &RoomId, key: Key, target: Key, text: Option<&str>) {
        let mut pages = self.pages();
        let changes = &mut pages.book(room).changes;
        let number = changes.len();
        changes.insert(key, WantedChange { target, digest: text.map(digest), number });
    }

    /// Notes that an author was told that the message is not there that they want to change.
    pub fn note_missing(&self, room: &RoomId, key: Key) {
        self.pages().book(room).refused_changes.push(key);
    }
}

/// Compares what became of the messages with what clients wanted; returns how many changes went with an old log.
pub(super) fn compare(
    room: &RoomId,
    book: &RoomRecord,
    log: &Log,
    promise: Promise,
    wrongs: &mut Vec<(Violation, String)>,
) -> usize {
    let mut wrong = |kind, sentence: String| wrongs.push((kind, format!("{room}: {sentence}")));
    let messages: HashMap<Key, &Message> = log.messages.iter().map(|message| (key(message), message)).collect();
    let mut wanted: HashMap<&Key, Vec<&WantedChange>> = HashMap::new();
    book.changes.values().for_each(|change| wanted.entry(&change.target).or_default().push(change));
    for (key, message) in &messages {
        let of_it = wanted.get(key).map_or(&[][..], Vec::as_slice);
        let is_deleted = message.is_deleted();
        let is_wanted = match (is_deleted, message.edits.is_empty()) {
            (true, _) => message.message.is_empty() && of_it.iter().any(|change| change.digest.is_none()),
            (false, true) => true,
            (false, false) => of_it.iter().any(|change| change.digest == Some(digest(&message.message))),
        };
        if !is_wanted {
            wrong(Violation::Altered, format!("{key:?} was changed to what nobody wanted: {message:?}"));
        }
    }
    // Nobody changes what they deleted, so only a log that was lost has not what they want to change.
    if promise != Promise::NewLog
        && let Some(refused) = book.refused_changes.first()
    {
        wrong(Violation::Lost, format!("{refused:?} was refused, as if its message were not there"));
    }
    let mut gone = 0;
    for AcknowledgedChange { wanted: change, epoch } in &book.acknowledged_changes {
        let later = wanted.get(&change.target).into_iter().flatten().filter(|other| other.number >= change.number);
        let is_shown = messages.get(&change.target).is_some_and(|message| {
            let now = digest(&message.message);
            message.is_deleted() || later.clone().any(|other| other.digest == Some(now))
        });
        let is_kept = is_shown
            && (change.digest.is_some() || messages.get(&change.target).is_some_and(|message| message.is_deleted()));
        let of_the_old = promise == Promise::NewLog && *epoch != log.top.epoch;
        match (is_kept, of_the_old) {
            (true, _) => {}
            (false, true) => gone += 1,
            (false, false) => {
                let now = messages.get(&change.target);
                wrong(Violation::Lost, format!("{change:?} was acknowledged, and the message is {now:?}"));
            }
        }
    }
    gone
}

fn key(message: &Message) -> Key {
    (message.author.id.clone(), message.id.clone())
}
