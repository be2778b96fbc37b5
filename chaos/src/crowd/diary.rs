//! What one client received, checked as it comes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::room::{Event, Status};
use protocol::{ErrorCode, HistoryPage, Joined, Member, Position, RoomEvent, RoomId, ServerMessage, UserId};

use crate::ledger::{Ledger, Violation};

/// A time without a live connection.
#[derive(Clone, Copy, Debug)]
pub struct Absence {
    /// When the client noticed that its connection was gone.
    pub from: Instant,
    /// When it was live again; `None`: it still is not.
    pub to: Option<Instant>,
}

/// Records what one client receives of its room.
#[derive(Debug)]
pub struct Diary {
    ledger: Arc<Ledger>,
    room: RoomId,
    /// The client's user id, to tell its own messages from those of others.
    pub me: UserId,
    /// The position of the last event that is shown.
    pub shown: Option<Position>,
    /// The last offset that this connection delivered, before any repair by the client.
    last_offset: Option<u64>,
    /// The node of the last connection.
    pub node: Option<SocketAddr>,
    /// Whether the client is in its room now.
    pub is_live: bool,
    /// Each time it was not, after the first time it was.
    pub absences: Vec<Absence>,
    /// Messages of its own that are not in the log yet.
    pub pending: usize,
    /// The people in the room as the client knows them, itself too: the first page and what changed since.
    pub people: BTreeSet<UserId>,
    /// The number of people in the room, as it was received last.
    pub member_count: usize,
    /// Every change of people that it received, in order: `true` came, `false` went.
    pub comings: Vec<(Instant, UserId, bool)>,
    /// What it was refused, by code: for now, and for good.
    pub refused: BTreeMap<&'static str, u64>,
    /// Refused for good, in words.
    pub refused_for_good: Vec<String>,
    /// Joins with a position, by what the server said of it.
    pub recovered: u64,
    /// Joins that sent it to read the history again.
    pub reread: u64,
    /// Logs that went on under another epoch.
    pub renamed: u64,
    /// Closes by the other end, by code.
    pub closes: BTreeMap<u16, u64>,
    /// Gaps in what one connection delivered, before the client repaired them.
    pub raw_holes: u64,
    /// Frames, and their bytes, of any kind.
    pub frames: u64,
    /// The bytes of `frames` together.
    pub bytes: u64,
}

impl Diary {
    /// A diary without entries yet.
    pub fn new(ledger: Arc<Ledger>, room: RoomId, me: UserId) -> Self {
        Self {
            ledger,
            room,
            me,
            shown: None,
            last_offset: None,
            node: None,
            is_live: false,
            absences: Vec::new(),
            pending: 0,
            people: BTreeSet::new(),
            member_count: 0,
            comings: Vec::new(),
            refused: BTreeMap::new(),
            refused_for_good: Vec::new(),
            recovered: 0,
            reread: 0,
            renamed: 0,
            closes: BTreeMap::new(),
            raw_holes: 0,
            frames: 0,
            bytes: 0,
        }
    }

    /// Records a frame as it came, before the client handled it; `at` is the client's position then.
    pub fn frame(&mut self, frame: &ServerMessage, at: Option<&Position>) {
        match frame {
            ServerMessage::Joined(joined) => self.joined(joined, at),
            ServerMessage::Message(message) => self.check_order(message.offset, &message.author),
            ServerMessage::Edited(change) | ServerMessage::Deleted(change) => {
                self.check_order(change.offset, &change.author);
            }
            ServerMessage::Error(refusal) => *self.refused.entry(refusal.code.as_str()).or_default() += 1,
            _ => {}
        }
    }

    /// All or nothing: the whole gap, or `recovered: false` and none of it.
    fn joined(&mut self, joined: &Joined, since: Option<&Position>) {
        self.last_offset = Some(joined.position.offset);
        let Some(since) = since else { return };
        if !joined.recovered {
            self.reread += 1;
            if !joined.clone().take_events().is_empty() {
                self.wrong(Violation::Recovery, || "not recovered, and yet a part".into());
            }
            return;
        }
        self.recovered += 1;
        let events = joined.clone().take_events();
        let is_whole = events.iter().map(RoomEvent::offset).eq(since.offset + 1..=joined.position.offset);
        // A client that has seen nothing can continue any log that is sent from its beginning.
        let is_known = since.epoch == joined.position.epoch || since.offset == 0;
        let is_its_log = is_known && since.offset <= joined.position.offset;
        if !is_whole || !is_its_log {
            let (to, count) = (joined.position.clone(), events.len());
            self.wrong(Violation::Recovery, || format!("recovered from {since:?} to {to:?} with {count} events"));
        }
    }

    fn check_order(&mut self, offset: u64, author: &Member) {
        let Some(last) = &mut self.last_offset else { return };
        if offset == *last + 1 {
            *last = offset;
        } else if offset > *last {
            *last = offset;
            self.raw_holes += 1;
        } else if author.id != self.me {
            // One's own may come again, as the answer to a resend.
            self.wrong(Violation::Twice, || format!("the server told {offset} again"));
        }
    }

    /// Records an event for the page.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Status(status) => self.status(*status),
            Event::Entered(joined) => {
                self.people = joined.members.iter().map(|member| member.id.clone()).collect();
                self.member_count = joined.member_count;
            }
            Event::Logged(events) => events.iter().for_each(|event| self.note_event(event)),
            Event::Reset(page) => self.reset(page),
            Event::Acknowledged(id) => {
                if let Some(shown) = &self.shown {
                    self.ledger.note_acknowledged(&self.room, (self.me.clone(), id.clone()), &shown.epoch);
                }
            }
            Event::Refused(id, refusal) if refusal.code == ErrorCode::NoMessage => {
                self.ledger.note_missing(&self.room, (self.me.clone(), id.clone()));
            }
            Event::Refused(_, refusal) => self.refused_for_good.push(refusal.message.clone()),
            Event::Error(refusal) => self.refused_for_good.push(refusal.message.clone()),
            Event::Presence(presence) => {
                let now = Instant::now();
                for member in &presence.joined {
                    self.people.insert(member.id.clone());
                    self.comings.push((now, member.id.clone(), true));
                }
                for user in &presence.left {
                    self.people.remove(user);
                    self.comings.push((now, user.clone(), false));
                }
                self.member_count = presence.member_count;
            }
            // The other events of a page do not matter.
            _ => {}
        }
    }

    /// Notes the client's position now: a log may go on under another epoch.
    pub fn follow(&mut self, position: Option<&Position>) {
        if let (Some(shown), Some(position)) = (&mut self.shown, position)
            && shown.offset == position.offset
            && shown.epoch != position.epoch
        {
            shown.epoch = position.epoch.clone();
            self.renamed += 1;
        }
    }

    fn status(&mut self, status: Status) {
        let now = Instant::now();
        match status {
            Status::Live => {
                self.is_live = true;
                if let Some(absence) = self.absences.last_mut() {
                    absence.to.get_or_insert(now);
                }
            }
            Status::Connecting => {}
            Status::Moving | Status::Reconnecting { .. } | Status::Offline | Status::Stopped { .. } if self.is_live => {
                self.is_live = false;
                self.absences.push(Absence { from: now, to: None });
            }
            _ => {}
        }
    }

    fn note_event(&mut self, event: &RoomEvent) {
        let Some(shown) = &mut self.shown else {
            return self.wrong(Violation::OutOfOrder, || "something was said before the first page".into());
        };
        let (last, offset) = (shown.offset, event.offset());
        shown.offset = offset;
        let epoch = shown.epoch.clone();
        if offset <= last {
            self.wrong(Violation::OutOfOrder, || format!("{offset} was shown after {last}"));
        } else if offset != last + 1 {
            self.wrong(Violation::Hole, || format!("{offset} was shown after {last}"));
        }
        if let RoomEvent::Posted(message) = event {
            self.ledger.note_shown(&self.room, &epoch, message);
            self.ledger.note_received(&self.room, message);
        }
    }

    fn reset(&mut self, page: &HistoryPage) {
        let offsets: Vec<u64> = page.messages.iter().map(|message| message.offset).collect();
        // Changes have numbers, too, and are not among the messages.
        if !offsets.is_sorted_by(|one, next| one < next) {
            self.wrong(Violation::OutOfOrder, || format!("a page has {offsets:?}"));
        }
        if page.last != page.position.offset {
            self.wrong(Violation::Hole, || format!("a page at {:?} ends with {}", page.position, page.last));
        }
        for message in &page.messages {
            self.ledger.note_shown(&self.room, &page.position.epoch, message);
        }
        self.shown = Some(page.position.clone());
    }

    /// How long it was away, for each time that began after `since`. One that
    /// lasts counts as long as it lasted.
    pub fn away_since(&self, since: Instant) -> impl Iterator<Item = Duration> + '_ {
        let now = Instant::now();
        let after = self.absences.iter().filter(move |absence| absence.from >= since);
        after.map(move |absence| absence.to.unwrap_or(now) - absence.from)
    }

    fn wrong(&self, wrong: Violation, sentence: impl FnOnce() -> String) {
        self.ledger.note(wrong, || format!("{} in {}: {}", self.me, self.room, sentence()));
    }
}
