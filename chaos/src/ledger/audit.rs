//! Compares what clients received with the log, as anybody can read it.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use protocol::{HistoryPage, Message, Position, RoomId, wire};

use super::{Entry, Ledger, RoomRecord, Violation, changes};
use crate::stage::LoadBalancer;

/// A log that is lost while the archive is away goes on above the time in milliseconds; this was in 2001.
const GOES_ON_ABOVE: u64 = 1_000_000_000_000;

/// Whether an offset may follow another one in a log that never lost more than an archive could tell.
pub fn follows(before: u64, offset: u64) -> bool {
    offset == before + 1 || before < GOES_ON_ABOVE && GOES_ON_ABOVE <= offset
}

/// What may have become of acknowledged messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// All are in the log, and the log is the one it was.
    Kept,
    /// All are in the log, which may have got another epoch.
    KeptUnderAnyEpoch,
    /// Redis lost data: what was acknowledged before that may be gone, and the
    /// log has another epoch. It may have left numbers out, if the archive could not be asked.
    NewLog,
}

/// What an audit counted, in all rooms of the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditCounts {
    /// How many messages the logs of all rooms have.
    pub stored: usize,
    /// Acknowledged in a log that Redis has lost, and not in the new one.
    pub gone_with_the_old: usize,
}

/// A room's log as it is now.
#[derive(Clone, Debug)]
pub struct Log {
    /// The top of the log at that time.
    pub top: Position,
    /// All of it, oldest first.
    pub messages: Vec<Message>,
}

/// Reads the top of a room's log.
///
/// # Errors
/// No node answers.
pub async fn top(load_balancer: &LoadBalancer, room: &RoomId) -> Result<Position> {
    Ok(page(load_balancer, room, None).await?.position)
}

/// Loads the whole log of a room, page by page.
///
/// # Errors
/// No node answers, or the pages do not join.
pub async fn load(load_balancer: &LoadBalancer, room: &RoomId) -> Result<Log> {
    let latest = page(load_balancer, room, None).await?;
    let (top, mut more) = (latest.position, latest.more);
    let mut before = latest.first;
    let mut messages: Vec<Message> = latest.messages.into_iter().rev().collect();
    while more {
        let earlier = page(load_balancer, room, Some(before)).await?;
        ensure!(earlier.position.epoch == top.epoch, "the log changed while it was read");
        ensure!(earlier.first > 0, "a page of {room} is empty, and there are earlier ones");
        (more, before) = (earlier.more, earlier.first);
        messages.extend(earlier.messages.into_iter().rev());
    }
    messages.reverse();
    Ok(Log { top, messages })
}

async fn page(load_balancer: &LoadBalancer, room: &RoomId, before: Option<u64>) -> Result<HistoryPage> {
    let before = before.map(|offset| format!("&before={offset}")).unwrap_or_default();
    let mut tries = 0;
    loop {
        let answer = load_balancer.post("/api/history", &format!("room={room}{before}"), None, rand::random()).await;
        match answer {
            Ok(answer) if answer.status == 200 => {
                return wire::decode(&answer.body).context("a page of history cannot be read");
            }
            Ok(answer) if tries == 10 => anyhow::bail!("history answers {}", answer.status),
            Err(error) if tries == 10 => return Err(error),
            _ => tries += 1,
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}

impl Ledger {
    /// Compares everything with the logs. What is wrong is noted.
    ///
    /// # Errors
    /// The logs cannot be read.
    pub async fn audit(&self, load_balancer: &LoadBalancer, promise: Promise) -> Result<AuditCounts> {
        let mut counted = AuditCounts::default();
        for room in self.rooms() {
            let log = load(load_balancer, &room).await?;
            counted.stored += log.messages.len();
            let mut pages = self.pages();
            let mut wrongs = Vec::new();
            if let Some(book) = pages.books.get(&room) {
                counted.gone_with_the_old += compare(&room, book, &log, promise, &mut wrongs);
            }
            wrongs.into_iter().for_each(|(wrong, sentence)| pages.note(wrong, || sentence));
        }
        Ok(counted)
    }
}

/// Compares one room; returns how many messages went with an old log.
pub(super) fn compare(
    room: &RoomId,
    book: &RoomRecord,
    log: &Log,
    promise: Promise,
    wrongs: &mut Vec<(Violation, String)>,
) -> usize {
    let mut wrong = |kind, sentence: String| wrongs.push((kind, format!("{room}: {sentence}")));
    let mut stored = HashMap::new();
    let (mut last, mut left_out) = (None, 0);
    for message in &log.messages {
        let entry = Entry::of(message);
        let offset = message.offset;
        if last.is_some_and(|last| offset <= last) {
            wrong(Violation::OutOfOrder, format!("in the log, {offset} follows {last:?}"));
        }
        left_out += left_out_between(last, offset);
        last = Some(offset);
        if let Some(before) = stored.insert(entry.key.clone(), (offset, entry.clone())) {
            wrong(Violation::Twice, format!("{:?} is stored at {} and at {offset}", entry.key, before.0));
        }
        if book.said.get(&entry.key).is_some_and(|(said, _)| entry.is_original() && *said != entry.digest) {
            wrong(Violation::Altered, format!("{:?} has another text", entry.key));
        }
    }
    // Changes have numbers of their own, and nothing else has.
    left_out += last.map_or(0, |last| left_out_between(Some(last), log.top.offset.saturating_add(1)));
    let (asked, made) = (book.changes.len() as u64, book.acknowledged_changes.len() as u64);
    let is_too_few = promise != Promise::NewLog && left_out < made;
    if is_too_few || left_out > asked {
        let top = log.top.offset;
        let sentence = format!("{left_out} numbers up to {top} are no messages; {made} of {asked} changes were made");
        wrong(Violation::Hole, sentence);
    }
    let at: HashMap<u64, Entry> = log.messages.iter().map(|message| (message.offset, Entry::of(message))).collect();
    for ((epoch, offset), shown) in &book.shown {
        // An older log may have said something else there.
        let is_this_log = promise != Promise::NewLog || *epoch == log.top.epoch;
        if is_this_log && !at.get(offset).is_some_and(|entry| entry.is_like(shown)) {
            let found = at.get(offset).map(|entry| &entry.key);
            wrong(Violation::Forked, format!("at {epoch} {offset} clients saw {:?}, the log has {found:?}", shown.key));
        }
    }
    let mut gone = 0;
    for acknowledged in &book.acknowledged {
        let is_stored =
            stored.get(&acknowledged.entry.key).is_some_and(|(_, entry)| entry.is_like(&acknowledged.entry));
        let of_the_old = promise == Promise::NewLog && acknowledged.epoch != log.top.epoch;
        match (is_stored, of_the_old) {
            (true, _) => {}
            (false, true) => gone += 1,
            (false, false) => {
                wrong(Violation::Lost, format!("{:?} was acknowledged and is not stored", acknowledged.entry.key))
            }
        }
    }
    if promise == Promise::Kept
        && let Some((epoch, _)) = book.shown.keys().find(|(epoch, _)| *epoch != log.top.epoch)
    {
        wrong(Violation::Recovery, format!("the log was {epoch} and is {}, though nothing was lost", log.top.epoch));
    }
    gone + changes::compare(room, book, log, promise, wrongs)
}

/// How many numbers are between two, but for the jump of a log that was lost.
fn left_out_between(before: Option<u64>, offset: u64) -> u64 {
    match before {
        Some(before) if !follows(before, offset) => offset.saturating_sub(before + 1),
        _ => 0,
    }
}
