//! The messages of the room, the unsent ones, and what the reader missed.

use std::ops::Range;
use std::sync::Arc;

use client::Status;
use client::room::{Event, Unsent};
use protocol::{Epoch, HistoryPage, Joined, Message, MessageId, UserId};

use super::away::{Away, Disconnected, Missed};
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
    more: bool,
    /// The newest known offset; beyond what is shown if a link led far back.
    top: u64,
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

impl Log {
    /// The log that the page was rendered with.
    pub(crate) fn new(me: UserId, page: HistoryPage) -> Self {
        let mut log = Self {
            me,
            epoch: page.position.epoch.clone(),
            chunks: MessageChunks::new(),
            more: false,
            top: 0,
            turns: 0,
            unsent: Vec::new(),
            lost: None,
            back: None,
            away: None,
            away_seen: false,
            at_bottom: true,
            unseen: 0,
        };
        log.turn_to(page, 0);
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

    /// The offset of the newest known message; 0 where there is none.
    pub(crate) fn newest(&self) -> u64 {
        self.last().max(self.top)
    }

    /// The offset of the last message that is shown; 0 where there is none.
    fn last(&self) -> u64 {
        self.messages().last().map_or(0, |message| message.offset)
    }

    /// How many messages of others follow that offset, as far as is known.
    pub(crate) fn by_others_after(&self, offset: u64) -> usize {
        if self.later().is_some() {
            return self.unseen;
        }
        let after = self.messages().iter().rev().take_while(|message| message.offset > offset);
        after.filter(|message| message.author.id != self.me).count()
    }

    /// The messages that are not in the log, in the order of writing.
    pub(crate) fn unsent(&self) -> &[Unsent] {
        &self.unsent
    }

    /// Whether there are no messages, sent or unsent.
    pub(crate) fn is_empty(&self) -> bool {
        self.messages().is_empty() && self.unsent.is_empty()
    }

    /// The offset before which there are earlier messages, if there are any.
    pub(crate) fn earlier(&self) -> Option<u64> {
        self.messages().first().filter(|_| self.more).map(|first| first.offset)
    }

    /// The offset after which there are later messages that are not shown, if there are any.
    pub(crate) fn later(&self) -> Option<u64> {
        self.messages().last().map(|last| last.offset).filter(|last| *last < self.top)
    }

    /// How often all messages were replaced by others.
    pub(crate) fn turns(&self) -> usize {
        self.turns
    }

    /// The messages of others during the last absence.
    pub(crate) fn missed(&self) -> Option<Missed> {
        self.away?.missed(self.messages(), self.more, &self.me)
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
        if let Some(unsent) = self.unsent.iter().find(|unsent| unsent.id == *id) {
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
        self.more = page.more;
        let mut earlier: Vec<_> = page.messages.into_iter().map(Arc::new).collect();
        earlier.retain(|message| message.offset < first);
        self.chunks.prepend(earlier);
    }

    /// Adds a later page after what is shown.
    pub(crate) fn append(&mut self, page: HistoryPage) {
        let last = self.last();
        let later: Vec<_> = page.messages.into_iter().filter(|message| message.offset > last).collect();
        // An empty page means that nothing follows, or nothing that can be shown.
        self.top = if later.is_empty() { last } else { self.top.max(page.position.offset) };
        self.push(later);
    }

    /// Shows a page from elsewhere in the log instead.
    pub(crate) fn turn(&mut self, page: HistoryPage) {
        self.turn_to(page, 0);
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
            Event::Messages(messages) => self.count_received(messages),
            Event::Reset(page) => {
                self.top = 0;
                self.turn_to(page.clone(), now_ms);
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
                let offset = self.messages().last().map_or(0, |message| message.offset);
                self.lost = Some(Disconnected::again(self.away, offset, now_ms));
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

    /// Places the line of the absence, once there are messages for it.
    fn find_missed(&mut self) {
        let Some(back) = self.back else { return };
        if back.missed(self.messages(), self.more, &self.me).is_some() {
            self.away = self.back.take();
            self.away_seen = false;
        }
    }

    fn count_received(&mut self, messages: &[Message]) {
        let new: Vec<_> = messages.iter().filter(|message| message.offset > self.newest()).cloned().collect();
        let is_apart = self.later().is_some();
        if is_apart || !self.at_bottom {
            self.unseen += new.iter().filter(|message| message.author.id != self.me).count();
        }
        self.top = new.last().map_or(self.top, |last| last.offset);
        if is_apart {
            // They are added when the reader has scrolled that far down.
            new.iter().for_each(|message| self.settle(message));
            return;
        }
        self.push(new);
        if self.at_bottom && self.messages().len() > MOST {
            self.chunks.cut(MOST_AFTER_CUT);
            self.more = true;
        }
    }

    /// Adds messages that follow the last one that is shown.
    fn push(&mut self, messages: Vec<Message>) {
        let missed = self.missed();
        for message in messages {
            self.settle(&message);
            // An unsent row stays where it is: neither it nor messages before it open a chunk.
            let may_open = message.author.id != self.me && self.unsent.is_empty();
            self.chunks.push(Arc::new(message), may_open);
        }
        self.find_missed();
        if self.missed() != missed {
            // The line appears, or its number changes, further up.
            self.chunks.touch_all();
        }
    }

    /// Removes a message in the log from the unsent ones.
    fn settle(&mut self, message: &Message) {
        if message.author.id == self.me {
            self.unsent.retain(|unsent| unsent.id != message.id);
        }
    }

    fn turn_to(&mut self, page: HistoryPage, now_ms: u64) {
        let is_same_log = page.position.epoch == self.epoch;
        let after =
            |lost: &Disconnected| if is_same_log { lost.offset } else { last_known(self.chunks.messages(), &page) };
        let lost = self.lost.take().map(|lost| Disconnected { offset: after(&lost), ..lost });
        self.back = lost.map(|lost| lost.until(page.position.offset, now_ms));
        self.away = self.away.filter(|_| is_same_log);
        self.top = if is_same_log { self.top.max(page.position.offset) } else { page.position.offset };
        self.epoch = page.position.epoch;
        self.more = page.more;
        self.chunks.replace(page.messages.into_iter().map(Arc::new).collect());
        let (messages, me) = (self.chunks.messages(), &self.me);
        self.unsent
            .retain(|unsent| !messages.iter().any(|message| message.author.id == *me && message.id == unsent.id));
        self.find_missed();
        // A reader who was further up has all of it below.
        self.unseen = if self.at_bottom { 0 } else { self.missed_unseen() };
    }

    fn wait_for(&mut self, unsent: &Unsent) {
        if self.messages().iter().any(|message| self.is_own(message, &unsent.id)) {
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

/// The offset of the last shown message that a page of another log contains too.
fn last_known(shown: &[Arc<Message>], page: &HistoryPage) -> u64 {
    let was_shown = |message: &&Message| {
        shown.iter().rev().any(|known| known.id == message.id && known.author.id == message.author.id)
    };
    let known = page.messages.iter().rev().find(was_shown);
    let before_page = || page.messages.first().map_or(0, |first| first.offset.saturating_sub(1));
    known.map_or_else(before_page, |known| known.offset)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
