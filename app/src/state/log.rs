//! The messages of the room, the unsent ones, and what the reader missed.

use std::ops::Range;
use std::sync::Arc;

use client::Status;
use client::room::{Changes, Event, Unsent};
use protocol::{Epoch, HistoryPage, Joined, Message, MessageId, RoomEvent, UserId};

use super::away::{Away, Disconnected, Missed, is_among_last, is_news, last_known};
use super::delivery::DeliveryStatus;
use super::extent::Extent;
use super::message_chunks::{Chunk, MessageChunks};

/// How many messages a page holds at most while its reader is at the end; earlier ones are loaded
/// again by scrolling up.
const MOST: usize = 600;
/// How many stay when it is cut.
const MOST_AFTER_CUT: usize = 300;

/// The part of a room's log that the page shows.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    me: UserId,
    /// The epoch of the offsets.
    epoch: Epoch,
    chunks: MessageChunks,
    extent: Extent,
    /// What pages that were read before did not know.
    changes: Changes,
    /// How often all messages were replaced by others.
    turns: usize,
    unsent: Vec<Unsent>,
    lost: Option<Disconnected>,
    /// An absence that has ended, of which no message by others has come yet.
    back: Option<Away>,
    away: Option<Away>,
    away_seen: bool,
    at_bottom: bool,
    unseen: usize,
}

impl Log {
    /// The log that the page was rendered with.
    pub(crate) fn new(me: UserId, page: HistoryPage) -> Self {
        let mut log = Self {
            me,
            epoch: page.position.epoch.clone(),
            chunks: MessageChunks::new(),
            extent: Extent::of(&page, 0),
            changes: Changes::default(),
            turns: 0,
            unsent: Vec::new(),
            lost: None,
            back: None,
            away: None,
            away_seen: false,
            at_bottom: true,
            unseen: 0,
        };
        log.turn_to(page, 0, 0);
        log
    }

    /// The user id of whoever reads the page: their own messages are marked.
    pub(crate) fn me(&self) -> &UserId {
        &self.me
    }

    /// The messages that are shown, in order.
    pub(crate) fn messages(&self) -> &[Arc<Message>] {
        self.chunks.messages()
    }

    /// The numbers of the chunks. A chunk keeps its number, and a message its chunk.
    pub(crate) fn chunks(&self) -> Range<i32> {
        self.chunks.chunks()
    }

    /// Changes when the rows of that chunk may have changed.
    pub(crate) fn revision(&self, number: i32) -> usize {
        self.chunks.revision(number)
    }

    /// The chunk of that number, while there is one.
    pub(super) fn chunk(&self, number: i32) -> Option<Chunk<'_>> {
        self.chunks.chunk(number)
    }

    /// The newest known offset; 0 in an empty log.
    pub(crate) fn newest(&self) -> u64 {
        self.extent.newest()
    }

    /// How many messages of others follow that offset, as far as is known.
    pub(crate) fn by_others_after(&self, offset: u64) -> usize {
        if self.later().is_some() {
            return self.unseen;
        }
        let after = self.messages().iter().rev().take_while(|message| message.offset > offset);
        after.filter(|message| is_news(message, &self.me)).count()
    }

    /// The messages that are not in the log, in the order of writing.
    pub(crate) fn unsent(&self) -> &[Unsent] {
        &self.unsent
    }

    /// The offset before which the log has more, if it has.
    pub(crate) fn earlier(&self) -> Option<u64> {
        self.extent.earlier()
    }

    /// The offset after which the log has more that is not shown, if it has.
    pub(crate) fn later(&self) -> Option<u64> {
        self.extent.later()
    }

    /// How often all messages were replaced by others.
    pub(crate) fn turns(&self) -> usize {
        self.turns
    }

    /// The messages of others during the last absence.
    pub(crate) fn missed(&self) -> Option<Missed> {
        self.away?.missed(self.messages(), self.earlier(), &self.me)
    }

    /// How many of them the reader has not seen.
    pub(crate) fn missed_unseen(&self) -> usize {
        if self.away_seen { 0 } else { self.missed().map_or(0, |missed| missed.count) }
    }

    /// The missed messages, if they begin in this chunk.
    pub(super) fn missed_in(&self, chunk: &Chunk<'_>) -> Option<Missed> {
        self.away.filter(|away| away.begins_in(chunk)).and_then(|_| self.missed())
    }

    /// Notes that the reader has seen the line of the absence; true if that is new.
    pub(crate) fn see_missed(&mut self) -> bool {
        self.away.is_some() && !std::mem::replace(&mut self.away_seen, true)
    }

    /// How many messages came while the reader was further up.
    pub(crate) fn unseen(&self) -> usize {
        self.unseen
    }

    /// How far the delivery of a message is.
    pub(crate) fn delivery(&self, id: &MessageId) -> DeliveryStatus {
        if let Some(unsent) = self.unsent().iter().find(|unsent| unsent.id == *id) {
            return unsent.refused.clone().map_or(DeliveryStatus::Pending, DeliveryStatus::Failed);
        }
        let own = self.messages().iter().rev().find(|message| self.is_own(message, id));
        own.map_or(DeliveryStatus::Pending, |message| DeliveryStatus::Delivered {
            offset: message.offset,
            sent_at: message.sent_at,
        })
    }

    /// Notes where the reader has scrolled to; true if anything shown changes.
    pub(crate) fn scrolled(&mut self, at_bottom: bool) -> bool {
        self.at_bottom = at_bottom && self.later().is_none();
        self.at_bottom && std::mem::take(&mut self.unseen) > 0
    }

    /// Adds an earlier page before what is shown.
    pub(crate) fn prepend(&mut self, page: HistoryPage) {
        let first = self.messages().first().map_or(u64::MAX, |message| message.offset);
        self.extent.prepend(&page);
        let mut earlier = self.as_now(page);
        earlier.retain(|message| message.offset < first);
        self.counting_missed(|log| log.chunks.prepend(earlier));
    }

    /// Adds a later page after what is shown.
    pub(crate) fn append(&mut self, page: HistoryPage) {
        let last = self.extent.last();
        self.extent.append(&page);
        let mut later = self.as_now(page);
        later.retain(|message| message.offset > last);
        self.counting_missed(|log| later.into_iter().for_each(|message| log.push(message)));
    }

    /// Shows a page from elsewhere in the log instead.
    pub(crate) fn turn(&mut self, page: HistoryPage) {
        self.turn_to(page, self.extent.newest(), 0);
        self.turns += 1;
        self.chunks.touch_end();
    }

    /// Applies an event of the client; true if anything shown changes.
    pub(crate) fn fold(&mut self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Status(status) => {
                self.status(*status, now_ms);
                return false;
            }
            Event::Entered(joined) => self.enter(joined, now_ms),
            Event::Logged(events) => self.receive(events),
            Event::Reset(page) => {
                self.changes.clear();
                self.turn_to(page.clone(), 0, now_ms);
                self.turns += 1;
            }
            Event::Pending(unsent) => self.wait_for(unsent),
            Event::Acknowledged(id) | Event::Discarded(id) => self.unsent.retain(|unsent| unsent.id != *id),
            Event::Refused(id, refusal) => {
                if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.id == *id) {
                    unsent.refused = Some(refusal.message.clone());
                }
            }
            Event::Availability(_)
            | Event::Delayed(..)
            | Event::Presence(_)
            | Event::Typing(_)
            | Event::Error(_)
            | Event::Namesake(_) => {
                return false;
            }
        }
        self.chunks.touch_end(); // where the unsent are
        true
    }

    fn status(&mut self, status: Status, now_ms: u64) {
        match status {
            // The first connection is no return: the page shows where it begins. Nor is a move to another
            // node, unless it fails.
            Status::Reconnecting { .. } | Status::Offline if self.lost.is_none() => {
                self.lost = Some(Disconnected::again(self.away, self.extent.last(), now_ms));
            }
            _ => {}
        }
    }

    fn enter(&mut self, joined: &Joined, now_ms: u64) {
        if self.me != joined.you.id {
            // Messages of another person are now the reader's own.
            self.chunks.touch_all();
        }
        self.me = joined.you.id.clone();
        if !joined.recovered {
            // The next page tells what was missed.
            return;
        }
        self.epoch = joined.position.epoch.clone();
        self.back = self.lost.take().map(|lost| lost.until(joined.position.offset, now_ms));
    }

    /// Adds new events of the log. A change counts as nothing that the reader has not seen.
    fn receive(&mut self, events: &[RoomEvent]) {
        let (newest, is_apart) = (self.newest(), self.later().is_some());
        self.changes.note(events);
        self.counting_missed(|log| {
            for event in events {
                match event {
                    RoomEvent::Posted(message) if message.offset > newest => log.add(message, is_apart),
                    RoomEvent::Posted(_) => {}
                    RoomEvent::Edited(_) | RoomEvent::Deleted(_) => log.apply(event),
                }
            }
        });
        self.extent.reach(events.last().map_or(0, RoomEvent::offset));
        if !is_apart && self.at_bottom && self.messages().len() > MOST {
            self.chunks.cut(MOST_AFTER_CUT);
            self.extent.cut(self.messages().first().map_or(0, |first| first.offset));
        }
    }

    /// Adds a new message. One that is apart is added when the reader has scrolled that far down.
    fn add(&mut self, message: &Message, is_apart: bool) {
        if (is_apart || !self.at_bottom) && is_news(message, &self.me) {
            self.unseen += 1;
        }
        if is_apart { self.settle(message) } else { self.push(Arc::new(message.clone())) }
    }

    /// Adds a message that follows the last one that is shown.
    fn push(&mut self, message: Arc<Message>) {
        self.settle(&message);
        // An unsent row stays where it is: neither it nor messages before it open a chunk.
        let may_open = message.author.id != self.me && self.unsent().is_empty();
        self.chunks.push(message, may_open);
    }

    /// Changes the message that an event is about, if it is shown.
    fn apply(&mut self, event: &RoomEvent) {
        let Some(target) = event.target() else { return };
        if let RoomEvent::Deleted(_) = event
            && self.later().is_none()
            && is_among_last(self.messages(), &self.me, target, self.unseen)
        {
            self.unseen -= 1;
        }
        self.chunks.change(target, |message| {
            let mut changed = Message::clone(message);
            let is_changed = changed.apply(event);
            if is_changed {
                *message = Arc::new(changed);
            }
            is_changed
        });
    }

    /// The messages of a page with what came over the socket since it was read. Of another log, that means nothing.
    fn as_now(&self, page: HistoryPage) -> Vec<Arc<Message>> {
        let (read_at, is_same_log) = (page.position.offset, page.position.epoch == self.epoch);
        let as_now = |mut message| {
            if is_same_log {
                self.changes.apply_to(&mut message, read_at);
            }
            Arc::new(message)
        };
        page.messages.into_iter().map(as_now).collect()
    }

    /// Changes messages, and the line of the absence with them: it appears, or its number changes, further up.
    fn counting_missed(&mut self, act: impl FnOnce(&mut Self)) {
        let missed = self.missed();
        act(self);
        self.find_missed();
        if self.missed() != missed {
            self.chunks.touch_all();
        }
    }

    /// Places the line of the absence, once there are messages for it.
    fn find_missed(&mut self) {
        let Some(back) = self.back else { return };
        if back.missed(self.messages(), self.earlier(), &self.me).is_some() {
            self.away = self.back.take();
            self.away_seen = false;
        }
    }

    /// Removes a message in the log from the unsent ones.
    fn settle(&mut self, message: &Message) {
        if message.author.id == self.me {
            self.unsent.retain(|unsent| unsent.id != message.id);
        }
    }

    /// Shows a page of a log that is known to reach to `top`, as far as it is the same log.
    fn turn_to(&mut self, page: HistoryPage, top: u64, now_ms: u64) {
        let is_same_log = page.position.epoch == self.epoch;
        let after =
            |lost: &Disconnected| if is_same_log { lost.offset } else { last_known(self.chunks.messages(), &page) };
        let lost = self.lost.take().map(|lost| Disconnected { offset: after(&lost), ..lost });
        self.back = lost.map(|lost| lost.until(page.position.offset, now_ms));
        self.away = self.away.filter(|_| is_same_log);
        self.extent = Extent::of(&page, if is_same_log { top } else { 0 });
        self.epoch = page.position.epoch.clone();
        let messages = self.as_now(page);
        messages.iter().for_each(|message| self.settle(message));
        self.chunks.replace(messages);
        self.find_missed();
        // A reader who was further up has all of it below.
        self.unseen = if self.at_bottom { 0 } else { self.missed_unseen() };
    }

    /// Adds a message that is not in the log, or replaces what it was. A change of one is not among them.
    fn wait_for(&mut self, unsent: &Unsent) {
        if unsent.target().is_some() || self.messages().iter().any(|message| self.is_own(message, &unsent.id)) {
            return;
        }
        match self.unsent.iter_mut().find(|known| known.id == unsent.id) {
            Some(known) => *known = unsent.clone(),
            None => self.unsent.push(unsent.clone()),
        }
    }

    fn is_own(&self, message: &Message, id: &MessageId) -> bool {
        message.author.id == self.me && message.id == *id
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "log_change_tests.rs"]
mod change_tests;
