//! The log as rows: one for each message, with a line where a day begins and where the reader was away. Chunk
//! by chunk, so that one more message costs the same after ten thousand as after ten.

use std::sync::Arc;

use client::room::Unsent;
use protocol::{Message, MessageId, UserId};

use super::log::Log;
use super::time::Local;

/// After such a pause a message shows its author and time again.
const PAUSE_MS: u64 = 5 * 60_000;
/// For so long a deleted message leaves a line.
const GONE_MS: u64 = 60 * 60_000;

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A separator where a day begins.
    Day {
        /// The day, counted from 1970.
        day: i64,
        /// The day of the newest message.
        current: i64,
    },
    /// The line before what came while the reader was away.
    Away {
        /// The number of messages of others.
        count: usize,
        /// When the connection was lost, in milliseconds since 1970.
        since_ms: u64,
    },
    /// A message that is in the log.
    Message {
        /// The message with its author.
        message: Arc<Message>,
        /// Whether the reader wrote it.
        own: bool,
        /// Whether it is the first of its author in one go.
        head: bool,
    },
    /// The line that a deleted message leaves.
    Gone {
        /// What is left of the message.
        message: Arc<Message>,
    },
    /// A message that is not in the log yet.
    Unsent {
        /// The message that is not in the log yet.
        unsent: Unsent,
        /// Whether it is the first of its author in one go, as in [`Row::Message`].
        head: bool,
    },
}

/// The identity of a row, also while it turns from unsent to delivered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RowKey {
    /// The separator of a day, counted from 1970.
    Day(i64),
    /// The line of an absence.
    Away(u64, usize),
    /// A message of the reader's, after so many edits: each draws it anew.
    Own(MessageId, bool, usize),
    /// A message of somebody else, after so many edits.
    Other(UserId, MessageId, bool, usize),
    /// The line of a deleted message, by its offset.
    Gone(u64),
}

impl Row {
    /// The identity of this row.
    pub(crate) fn key(&self) -> RowKey {
        match self {
            Self::Day { day, .. } => RowKey::Day(*day),
            Self::Away { since_ms, count } => RowKey::Away(*since_ms, *count),
            Self::Message { message, own, head } => {
                let (id, edits) = (message.id.clone(), message.edits.len());
                if *own {
                    RowKey::Own(id, *head, edits)
                } else {
                    RowKey::Other(message.author.id.clone(), id, *head, edits)
                }
            }
            Self::Gone { message } => RowKey::Gone(message.offset),
            Self::Unsent { unsent, head } => RowKey::Own(unsent.id.clone(), *head, 0),
        }
    }
}

/// The rows of a chunk of the log at `now_ms`, for a reader in the time zone of `local`.
pub(crate) fn rows(log: &Log, number: i32, local: impl Fn(u64) -> Local, now_ms: u64) -> Vec<Row> {
    let Some(chunk) = log.chunk(number) else { return Vec::new() };
    let newest = log.messages().last().map(|message| message.sent_at);
    let newest = newest.into_iter().chain(log.unsent().iter().map(|unsent| unsent.written_at)).max();
    let current = newest.map_or(0, |ms| local(ms).day());
    let is_shown = |message: &Arc<Message>| is_shown(log, message, now_ms);
    let previous = chunk.before.iter().rposition(is_shown).and_then(|at| {
        let (before, is_last) = (chunk.before.get(at)?, at + 1 == chunk.before.len());
        let latest_ms = if is_last { chunk.latest_ms } else { before.sent_at };
        Some((speaker(before).cloned(), before.sent_at, local(latest_ms).day()))
    });
    let mut rows = Rows { rows: Vec::with_capacity(chunk.messages.len() + 8), previous, local, current };
    let mut missed = log.missed_in(&chunk);
    for message in chunk.messages {
        if let Some(missed) = missed.take_if(|missed| message.offset > missed.after) {
            rows.divide(Row::Away { count: missed.count, since_ms: missed.since_ms });
        }
        if is_shown(message) {
            let head = rows.begin(speaker(message), message.sent_at);
            let (message, own) = (message.clone(), message.author.id == *log.me());
            let is_gone = message.is_deleted();
            rows.rows.push(if is_gone { Row::Gone { message } } else { Row::Message { message, own, head } });
        }
    }
    for unsent in if chunk.is_last { log.unsent() } else { &[] } {
        let head = rows.begin(Some(log.me()), unsent.written_at);
        rows.rows.push(Row::Unsent { unsent: unsent.clone(), head });
    }
    rows.rows
}

/// Whether nothing of the log is to be seen, nor can be loaded.
pub(crate) fn is_blank(log: &Log, now_ms: u64) -> bool {
    let can_load = log.earlier().or(log.later()).is_some();
    !can_load && log.unsent().is_empty() && !log.messages().iter().any(|message| is_shown(log, message, now_ms))
}

/// Whether a message has a row. A deleted one has it for a while, and for as long as a message that is shown answers it.
fn is_shown(log: &Log, message: &Message, now_ms: u64) -> bool {
    let Some(deleted_at) = message.deleted_at else { return true };
    let is_answered = || log.messages().iter().any(|answer| answer.reply_to == Some(message.offset));
    deleted_at.saturating_add(GONE_MS) > now_ms || is_answered()
}

/// Whoever goes on if the next message is by the same; nobody does after a line without a name.
fn speaker(message: &Message) -> Option<&UserId> {
    Some(&message.author.id).filter(|_| !message.is_deleted())
}

struct Rows<F> {
    rows: Vec<Row>,
    previous: Option<(Option<UserId>, u64, i64)>,
    local: F,
    current: i64,
}

impl<F: Fn(u64) -> Local> Rows<F> {
    /// Begins a row of `who` at `ms`, after a separator where a day begins; true if it is
    /// the first of theirs.
    fn begin(&mut self, who: Option<&UserId>, ms: u64) -> bool {
        // A sender's clock may be wrong; the days of a log never go back.
        let day = (self.local)(ms).day().max(self.previous.as_ref().map_or(i64::MIN, |(_, _, day)| *day));
        let same_day = self.previous.as_ref().is_some_and(|(_, _, before)| *before == day);
        if !same_day {
            self.rows.push(Row::Day { day, current: self.current });
        }
        let divided = matches!(self.rows.last(), Some(Row::Day { .. } | Row::Away { .. }));
        let goes_on = who.is_some()
            && self
                .previous
                .as_ref()
                .is_some_and(|(before, at, _)| before.as_ref() == who && ms.saturating_sub(*at) < PAUSE_MS);
        self.previous = Some((who.cloned(), ms, day));
        divided || !goes_on
    }

    fn divide(&mut self, row: Row) {
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use client::room::{Event, Status};
    use protocol::{Change, Epoch, HistoryPage, Joined, Position, RoomEvent};

    use super::*;
    use crate::state::testing::{deleted, edited, id, member, message, room, said};

    const MINUTE: u64 = 60_000;
    const DAY: u64 = 24 * 60 * MINUTE;
    /// The time at which the rows are rendered.
    const NOW: u64 = 90 * MINUTE;

    fn position(offset: u64) -> Position {
        Position { epoch: Epoch::parse("e1").unwrap(), offset }
    }

    /// Ana's page of a log, written as `ben 0, ben 1` (minutes since 1970).
    fn log(told: &[(&str, u64)]) -> Log {
        let posted = |(index, (who, at)): (usize, &(&str, u64))| message(index as u64 + 1, who, "hi", at * MINUTE);
        let messages: Vec<_> = told.iter().enumerate().map(posted).collect();
        let position = position(messages.len() as u64);
        Log::new(member("ana").id, HistoryPage { messages, position, more: false, first: 0, last: 0 })
    }

    fn all(log: &Log, offset_min: i32) -> Vec<Row> {
        log.chunks().flat_map(|number| rows(log, number, |ms| Local::new(ms, offset_min), NOW)).collect()
    }

    /// The rows in short: `day 0`, `Ben:` for the first of his, `-` for the next.
    fn sketch(log: &Log, offset_min: i32) -> Vec<String> {
        all(log, offset_min)
            .iter()
            .map(|row| match row {
                Row::Day { day, .. } => format!("day {day}"),
                Row::Away { count, .. } => format!("away {count}"),
                Row::Message { head: true, message, .. } => format!("{}:", message.author.name),
                Row::Message { .. } => "-".into(),
                Row::Gone { message, .. } => format!("gone {}", message.offset),
                Row::Unsent { head: true, .. } => "unsent:".into(),
                Row::Unsent { .. } => "unsent".into(),
            })
            .collect()
    }

    #[test]
    fn what_somebody_says_in_one_go_stands_together() {
        let log = log(&[("ben", 0), ("ben", 1), ("ana", 2), ("ben", 3), ("ben", 30)]);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "-", "Ana:", "Ben:", "Ben:"]);
    }

    #[test]
    fn a_chunk_goes_on_where_the_one_before_ended() {
        let mut told = vec![("ben", 0); 60];
        told.push(("ben", 24 * 60));
        let mut log = log(&told);
        assert_eq!(log.chunks().len(), 2);
        let rows = sketch(&log, 0);
        assert_eq!(rows[..2], ["day 0", "Ben:"]);
        assert_eq!(rows[60..], ["-", "day 1", "Ben:"]);
        assert!(rows[2..60].iter().all(|row| row == "-"));
        // Somebody's clock is a day behind.
        log.fold(&said(vec![message(62, "ben", "hi", 0)]), 0);
        assert_eq!(sketch(&log, 0).last().map(String::as_str), Some("-"));
    }

    #[test]
    fn a_day_begins_where_it_does_for_the_reader() {
        let log = log(&[("ben", 23 * 60 + 58), ("ben", 23 * 60 + 59), ("ben", 24 * 60)]);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "-", "day 1", "Ben:"]);
        assert_eq!(sketch(&log, 1), ["day 0", "Ben:", "day 1", "Ben:", "-"]);
    }

    #[test]
    fn a_wrong_clock_does_not_turn_back_the_days() {
        let mut log = log(&[("ben", 3 * 24 * 60)]);
        log.fold(&Event::Pending(Unsent::new(id("x"), "hi".into(), DAY)), 0);
        assert_eq!(sketch(&log, 0), ["day 3", "Ben:", "unsent:"]);
    }

    #[test]
    fn what_is_on_its_way_is_the_same_row_when_it_is_said() {
        let mut log = log(&[("ben", 0)]);
        log.fold(&Event::Pending(Unsent::new(id("m2"), "hi".into(), 0)), 0);
        let key = |log: &Log| all(log, 0).last().map(Row::key);
        let before = key(&log);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "unsent:"]);
        log.fold(&said(vec![message(2, "ana", "hi", 7)]), 0);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "Ana:"]);
        assert_eq!(key(&log), before);
    }

    #[test]
    fn a_line_shows_where_the_reader_was_away() {
        let mut log = log(&[("ben", 0)]);
        log.fold(&Event::Status(Status::Offline), 42);
        let joined = Joined {
            room_id: room(),
            you: member("ana"),
            session: None,
            members: vec![],
            member_count: 0,
            position: position(3),
            recovered: true,
            edited: vec![],
            deleted: vec![],
            messages: vec![],
        };
        log.fold(&Event::Entered(joined), 0);
        log.fold(&said(vec![message(2, "ben", "a", 0), message(3, "ana", "b", 0)]), 0);
        log.fold(&said(vec![message(4, "ben", "later", 0)]), 0);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "away 1", "Ben:", "Ana:", "Ben:"]);
    }

    /// An event at a time of its own.
    fn at(minute: u64, event: RoomEvent) -> Event {
        let moved = |change: Change| Change { changed_at: minute * MINUTE, ..change };
        Event::Logged(vec![match event {
            RoomEvent::Edited(edit) => RoomEvent::Edited(moved(edit)),
            RoomEvent::Deleted(deletion) => RoomEvent::Deleted(moved(deletion)),
            posted => posted,
        }])
    }

    #[test]
    fn a_deleted_message_leaves_a_line_for_an_hour() {
        let mut log = log(&[("ben", 0), ("ben", 1), ("ben", 2), ("ben", 3), ("ben", 4)]);
        log.fold(&at(31, deleted(6, "ben", 2)), 0);
        log.fold(&at(30, deleted(7, "ben", 4)), 0);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "gone 2", "Ben:", "-"], "and the next one shows its author");
        assert!(!is_blank(&log, NOW));
    }

    #[test]
    fn what_is_answered_keeps_its_line() {
        let mut log = log(&[("ben", 0), ("ana", 1)]);
        log.fold(&at(1, deleted(3, "ben", 1)), 0);
        log.fold(&at(1, deleted(4, "carl", 2)), 0);
        assert_eq!((sketch(&log, 0), is_blank(&log, NOW)), (vec![], true));
        log.fold(&said([Message { reply_to: Some(1), ..message(5, "ana", "What was that?", 80 * MINUTE) }]), 0);
        assert_eq!(sketch(&log, 0), ["day 0", "gone 1", "Ana:"]);
    }

    #[test]
    fn a_chunk_after_lines_that_are_gone_goes_on_after_the_last_that_is_seen() {
        let mut log = log(&[[("ben", 0); 49].as_slice(), &[("ana", 0); 2], &[("ben", 0); 2]].concat());
        assert_eq!(sketch(&log, 0)[50..], ["Ana:", "-", "Ben:", "-"]);
        log.fold(&at(1, deleted(54, "ana", 50)), 0);
        log.fold(&at(1, deleted(55, "ana", 51)), 0);
        assert_eq!(sketch(&log, 0)[49..], ["-", "-", "-"]);
    }

    #[test]
    fn an_edited_message_is_another_row_and_keeps_its_place() {
        let mut log = log(&[("ben", 0), ("ana", 1)]);
        let keys = |log: &Log| all(log, 0).iter().map(Row::key).collect::<Vec<_>>();
        let before = keys(&log);
        log.fold(&at(2, edited(3, "ben", 1, "hello")), 0);
        assert_eq!(sketch(&log, 0), ["day 0", "Ben:", "Ana:"]);
        let after = keys(&log);
        assert_ne!(after[1], before[1]);
        assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    }
}
