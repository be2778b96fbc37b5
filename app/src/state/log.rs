//! What was said in the room, what is still unsent, and what the reader missed.

use std::sync::Arc;

use protocol::link::{Event, Status, Unsent};
use protocol::{HistoryPage, Message, MessageId, UserId};

/// A page that stands open for days keeps this many messages at most while its
/// reader is at the end; the earlier ones come back by scrolling up.
const MOST: usize = 600;
/// So many stay when it is cut.
const KEPT: usize = 300;

/// The log of a room, as far as the page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    me: UserId,
    said: Vec<Arc<Message>>,
    more: bool,
    unsent: Vec<Unsent>,
    lost: Option<Lost>,
    away: Option<Away>,
    at_bottom: bool,
    unseen: usize,
}

/// The moment the connection was lost.
#[derive(Clone, Copy, Debug)]
struct Lost {
    offset: u64,
    at_ms: u64,
}

/// A stretch of the log that the reader was not there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Away {
    /// Everything after this offset was missed,
    pub(crate) after: u64,
    /// up to and with this one.
    pub(crate) up_to: u64,
    /// When the connection was lost.
    pub(crate) since_ms: u64,
}

/// How far one's own message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// On its way, or waiting for the connection.
    Pending,
    /// In the log.
    Delivered {
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
            said: Vec::new(),
            more: false,
            unsent: Vec::new(),
            lost: None,
            away: None,
            at_bottom: true,
            unseen: 0,
        };
        log.reset(page);
        log
    }

    /// Whose page it is.
    pub(crate) fn me(&self) -> &UserId {
        &self.me
    }

    /// What was said, in order.
    pub(crate) fn said(&self) -> &[Arc<Message>] {
        &self.said
    }

    /// What is not in the log yet, in the order it was written.
    pub(crate) fn unsent(&self) -> &[Unsent] {
        &self.unsent
    }

    /// Whether nothing was said and nothing is about to be.
    pub(crate) fn is_empty(&self) -> bool {
        self.said.is_empty() && self.unsent.is_empty()
    }

    /// Where the earlier messages end, while there are any.
    pub(crate) fn earlier(&self) -> Option<u64> {
        self.said.first().filter(|_| self.more).map(|first| first.offset)
    }

    /// What was missed last.
    pub(crate) fn away(&self) -> Option<Away> {
        self.away
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
        let own = self.said.iter().rev().find(|message| self.is_own(message, id));
        own.map_or(Delivery::Pending, |message| Delivery::Delivered { sent_at: message.sent_at })
    }

    /// The reader has scrolled; says whether anything shown is different now.
    pub(crate) fn scrolled(&mut self, at_bottom: bool) -> bool {
        self.at_bottom = at_bottom;
        at_bottom && std::mem::take(&mut self.unseen) > 0
    }

    /// Puts an earlier page before what is shown.
    pub(crate) fn prepend(&mut self, page: HistoryPage) {
        let first = self.said.first().map_or(u64::MAX, |message| message.offset);
        let earlier = page.messages.into_iter().filter(|message| message.offset < first).map(Arc::new);
        self.more = page.more;
        self.said.splice(0..0, earlier);
    }

    /// Takes in what the link tells; says whether anything shown is different now.
    pub(crate) fn fold(&mut self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Status(status) => {
                self.status(*status, now_ms);
                return false;
            }
            Event::Entered(joined) => {
                self.me = joined.you.id.clone();
                if let Some(lost) = self.lost.take()
                    && joined.position.offset > lost.offset
                {
                    self.away = Some(Away { after: lost.offset, up_to: joined.position.offset, since_ms: lost.at_ms });
                }
            }
            Event::Said(messages) => self.hear(messages),
            Event::Reset(page) => self.reset(page.clone()),
            Event::Pending(unsent) => self.wait_for(unsent),
            Event::Settled(id) | Event::Discarded(id) => self.unsent.retain(|unsent| unsent.id != *id),
            Event::Refused(id, refusal) => {
                if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.id == *id) {
                    unsent.refused = Some(refusal.message.clone());
                }
            }
            Event::Presence(_) | Event::Typing(_) | Event::Trouble(_) => return false,
        }
        true
    }

    fn status(&mut self, status: Status, now_ms: u64) {
        match status {
            // The first connection is no return: the page stands where it begins.
            Status::Reconnecting { .. } | Status::Offline if self.lost.is_none() => {
                let offset = self.said.last().map_or(0, |message| message.offset);
                self.lost = Some(Lost { offset, at_ms: now_ms });
            }
            _ => {}
        }
    }

    fn hear(&mut self, messages: &[Message]) {
        let last = self.said.last().map_or(0, |message| message.offset);
        for message in messages.iter().filter(|message| message.offset > last) {
            if message.author.id == self.me {
                self.unsent.retain(|unsent| unsent.id != message.id);
            } else if !self.at_bottom {
                self.unseen += 1;
            }
            self.said.push(Arc::new(message.clone()));
        }
        if self.at_bottom && self.said.len() > MOST {
            self.said.drain(..self.said.len() - KEPT);
            self.more = true;
        }
    }

    fn reset(&mut self, page: HistoryPage) {
        self.away = self.away.filter(|away| away.up_to <= page.position.offset);
        self.more = page.more;
        self.said = page.messages.into_iter().map(Arc::new).collect();
        let (said, me) = (&self.said, &self.me);
        self.unsent.retain(|unsent| !said.iter().any(|message| message.author.id == *me && message.id == unsent.id));
    }

    fn wait_for(&mut self, unsent: &Unsent) {
        if self.said.iter().any(|message| self.is_own(message, &unsent.id)) {
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
