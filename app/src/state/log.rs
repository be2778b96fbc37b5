//! What was said in the room, what is still unsent, and what the reader missed.

use std::ops::Range;
use std::sync::Arc;

use client::Status;
use client::room::{Event, Unsent};
use protocol::{Epoch, HistoryPage, Joined, Message, MessageId, UserId};

use super::away::{Away, Lost, Missed};
use super::message_chunks::{Chunk, Said};

/// A page that stands open for days keeps this many messages at most while its
/// reader is at the end; the earlier ones come back by scrolling up.
const MOST: usize = 600;
/// So many stay when it is cut.
const KEPT: usize = 300;

/// The log of a room, as far as the page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    me: UserId,
    /// Whose numbers the offsets are; changes when the log does.
    epoch: Epoch,
    said: Said,
    more: bool,
    /// The newest offset that is known of; it is beyond what is shown where a link led far back.
    top: u64,
    /// How often other messages took the place of all that was shown.
    turns: usize,
    unsent: Vec<Unsent>,
    lost: Option<Lost>,
    /// The reader is back, but nothing by others that was missed came yet.
    back: Option<Away>,
    away: Option<Away>,
    away_seen: bool,
    at_bottom: bool,
    unseen: usize,
}

/// How far one's own message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// On its way, or waiting for the connection.
    Pending,
    /// The message is in the log.
    Delivered {
        /// Its place in the log.
        offset: u64,
        /// When the server took it.
        sent_at: u64,
    },
    /// Refused; the sentence says why.
    Failed(String),
}

impl Log {
    /// The log that the page came with.
    pub(crate) fn new(me: UserId, page: HistoryPage) -> Self {
        let mut log = Self {
            me,
            epoch: page.position.epoch.clone(),
            said: Said::new(),
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

    /// Whose page it is.
    pub(crate) fn me(&self) -> &UserId {
        &self.me
    }

    /// What was said, in order.
    pub(crate) fn said(&self) -> &[Arc<Message>] {
        self.said.messages()
    }

    /// The numbers of the chunks that it is shown in. One keeps its number, and
    /// a message its chunk.
    pub(crate) fn chunks(&self) -> Range<i32> {
        self.said.chunks()
    }

    /// Moves when the rows of that chunk may have to be others.
    pub(crate) fn revision(&self, number: i32) -> usize {
        self.said.revision(number)
    }

    /// The chunk of that number, while there is one.
    pub(super) fn chunk(&self, number: i32) -> Option<Chunk<'_>> {
        self.said.chunk(number)
    }

    /// The offset of the newest message that is known of; 0 where there is none.
    pub(crate) fn newest(&self) -> u64 {
        self.last().max(self.top)
    }

    /// The offset of the last message that is shown; 0 where there is none.
    fn last(&self) -> u64 {
        self.said().last().map_or(0, |message| message.offset)
    }

    /// How much others said after that offset, as far as it is known.
    pub(crate) fn by_others_after(&self, offset: u64) -> usize {
        if self.later().is_some() {
            return self.unseen;
        }
        let after = self.said().iter().rev().take_while(|message| message.offset > offset);
        after.filter(|message| message.author.id != self.me).count()
    }

    /// What is not in the log yet, in the order it was written.
    pub(crate) fn unsent(&self) -> &[Unsent] {
        &self.unsent
    }

    /// Whether nothing was said and nothing is about to be.
    pub(crate) fn is_empty(&self) -> bool {
        self.said().is_empty() && self.unsent.is_empty()
    }

    /// Where the earlier messages end, while there are any.
    pub(crate) fn earlier(&self) -> Option<u64> {
        self.said().first().filter(|_| self.more).map(|first| first.offset)
    }

    /// Where the later messages begin, while there are any that are not shown: after this offset.
    pub(crate) fn later(&self) -> Option<u64> {
        self.said().last().map(|last| last.offset).filter(|last| *last < self.top)
    }

    /// How often the page was turned: other messages took the place of all
    /// that was shown.
    pub(crate) fn turns(&self) -> usize {
        self.turns
    }

    /// What others said while the reader was away the last time.
    pub(crate) fn missed(&self) -> Option<Missed> {
        self.away?.missed(self.said(), self.more, &self.me)
    }

    /// How much of it waits to be seen for the first time.
    pub(crate) fn missed_unseen(&self) -> usize {
        if self.away_seen { 0 } else { self.missed().map_or(0, |missed| missed.count) }
    }

    /// What was missed, where it begins in this chunk.
    pub(super) fn missed_in(&self, chunk: &Chunk<'_>) -> Option<Missed> {
        self.away.filter(|away| away.begins_in(chunk)).and_then(|_| self.missed())
    }

    /// The reader has seen where they were away; says whether that is new.
    pub(crate) fn see_missed(&mut self) -> bool {
        self.away.is_some() && !std::mem::replace(&mut self.away_seen, true)
    }

    /// How many came in below while the reader was further up.
    pub(crate) fn unseen(&self) -> usize {
        self.unseen
    }

    /// How far a message of one's own has come.
    pub(crate) fn delivery(&self, id: &MessageId) -> Delivery {
        if let Some(unsent) = self.unsent.iter().find(|unsent| unsent.id == *id) {
            return unsent.refused.clone().map_or(Delivery::Pending, Delivery::Failed);
        }
        let own = self.said().iter().rev().find(|message| self.is_own(message, id));
        own.map_or(Delivery::Pending, |message| Delivery::Delivered {
            offset: message.offset,
            sent_at: message.sent_at,
        })
    }

    /// The reader has scrolled; says whether anything shown is different now.
    pub(crate) fn scrolled(&mut self, at_bottom: bool) -> bool {
        self.at_bottom = at_bottom && self.later().is_none();
        self.at_bottom && std::mem::take(&mut self.unseen) > 0
    }

    /// Puts an earlier page before what is shown.
    pub(crate) fn prepend(&mut self, page: HistoryPage) {
        let first = self.said().first().map_or(u64::MAX, |message| message.offset);
        self.more = page.more;
        let mut earlier: Vec<_> = page.messages.into_iter().map(Arc::new).collect();
        earlier.retain(|message| message.offset < first);
        self.said.prepend(earlier);
    }

    /// Puts a later page after what is shown.
    pub(crate) fn append(&mut self, page: HistoryPage) {
        let last = self.last();
        let later: Vec<_> = page.messages.into_iter().filter(|message| message.offset > last).collect();
        // Where nothing comes there is nothing, or nothing that can be shown.
        self.top = if later.is_empty() { last } else { self.top.max(page.position.offset) };
        self.push(later);
    }

    /// Shows a page from elsewhere in the log instead.
    pub(crate) fn turn(&mut self, page: HistoryPage) {
        self.turn_to(page, 0);
        self.turns += 1;
        self.said.touch_end();
    }

    /// Takes in what the link tells; says whether anything shown is different now.
    pub(crate) fn fold(&mut self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Status(status) => {
                self.status(*status, now_ms);
                return false;
            }
            Event::Entered(joined) => self.enter(joined, now_ms),
            Event::Said(messages) => self.hear(messages),
            Event::Reset(page) => {
                self.top = 0;
                self.turn_to(page.clone(), now_ms);
                self.turns += 1;
            }
            Event::Pending(unsent) => self.wait_for(unsent),
            Event::Settled(id) | Event::Discarded(id) => self.unsent.retain(|unsent| unsent.id != *id),
            Event::Refused(id, refusal) => {
                if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.id == *id) {
                    unsent.refused = Some(refusal.message.clone());
                }
            }
            Event::Availability(_)
            | Event::Delayed(..)
            | Event::Presence(_)
            | Event::Typing(_)
            | Event::Trouble(_)
            | Event::Namesake(_) => {
                return false;
            }
        }
        self.said.touch_end(); // where the unsent are
        true
    }

    fn status(&mut self, status: Status, now_ms: u64) {
        match status {
            // The first connection is no return: the page stands where it begins.
            // Nor is a move to another node, unless it fails.
            Status::Reconnecting { .. } | Status::Offline if self.lost.is_none() => {
                let offset = self.said().last().map_or(0, |message| message.offset);
                self.lost = Some(Lost::again(self.away, offset, now_ms));
            }
            _ => {}
        }
    }

    fn enter(&mut self, joined: &Joined, now_ms: u64) {
        if self.me != joined.you.id {
            // What was said by somebody else is the reader's own now.
            self.said.touch_all();
        }
        self.me = joined.you.id.clone();
        if !joined.recovered {
            // The page that is read next tells what was missed.
            return;
        }
        self.epoch = joined.position.epoch.clone();
        self.back = self.lost.take().map(|lost| lost.until(joined.position.offset, now_ms));
    }

    /// Sets the line where the reader was away, once there is something for it.
    fn find_missed(&mut self) {
        let Some(back) = self.back else { return };
        if back.missed(self.said(), self.more, &self.me).is_some() {
            self.away = self.back.take();
            self.away_seen = false;
        }
    }

    fn hear(&mut self, messages: &[Message]) {
        let new: Vec<_> = messages.iter().filter(|message| message.offset > self.newest()).cloned().collect();
        let is_apart = self.later().is_some();
        if is_apart || !self.at_bottom {
            self.unseen += new.iter().filter(|message| message.author.id != self.me).count();
        }
        self.top = new.last().map_or(self.top, |last| last.offset);
        if is_apart {
            // It comes when the reader has come that far down.
            new.iter().for_each(|message| self.settle(message));
            return;
        }
        self.push(new);
        if self.at_bottom && self.said().len() > MOST {
            self.said.cut(KEPT);
            self.more = true;
        }
    }

    /// Adds what follows the last message that is shown.
    fn push(&mut self, messages: Vec<Message>) {
        let missed = self.missed();
        for message in messages {
            self.settle(&message);
            // A row that waited below stays where it is: neither it nor what
            // comes between opens a chunk.
            let may_open = message.author.id != self.me && self.unsent.is_empty();
            self.said.push(Arc::new(message), may_open);
        }
        self.find_missed();
        if self.missed() != missed {
            // There is a line now, or another number on it, further up.
            self.said.touch_all();
        }
    }

    /// What is in the log is no longer on its way.
    fn settle(&mut self, message: &Message) {
        if message.author.id == self.me {
            self.unsent.retain(|unsent| unsent.id != message.id);
        }
    }

    fn turn_to(&mut self, page: HistoryPage, now_ms: u64) {
        let is_same_log = page.position.epoch == self.epoch;
        let after = |lost: &Lost| if is_same_log { lost.offset } else { last_known(self.said.messages(), &page) };
        let lost = self.lost.take().map(|lost| Lost { offset: after(&lost), ..lost });
        self.back = lost.map(|lost| lost.until(page.position.offset, now_ms));
        self.away = self.away.filter(|_| is_same_log);
        self.top = if is_same_log { self.top.max(page.position.offset) } else { page.position.offset };
        self.epoch = page.position.epoch;
        self.more = page.more;
        self.said.replace(page.messages.into_iter().map(Arc::new).collect());
        let (said, me) = (self.said.messages(), &self.me);
        self.unsent.retain(|unsent| !said.iter().any(|message| message.author.id == *me && message.id == unsent.id));
        self.find_missed();
        // Who was reading further up has all of it below.
        self.unseen = if self.at_bottom { 0 } else { self.missed_unseen() };
    }

    fn wait_for(&mut self, unsent: &Unsent) {
        if self.said().iter().any(|message| self.is_own(message, &unsent.id)) {
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

/// Where a page of another log stops being what was shown: the offset of the
/// last message that was.
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
