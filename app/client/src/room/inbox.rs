//! Puts incoming messages into order: none twice, none missing.
//!
//! Knows positions and messages. Knows nothing of sockets or of sending.

use protocol::message::{Joined, Message};
use protocol::position::Position;

/// How many messages are held while a page is loaded. If more come, the held ones are dropped, and the page
/// has to be a later one.
pub(super) const MAX_HELD: usize = 1_000;

/// A message between the last one seen and the next one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap;

/// The part of a room's log that was seen.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    /// The last one that is shown; `None` before the first page.
    position: Option<Position>,
    /// Messages that came before their predecessor was known.
    held: Vec<Message>,
    /// The position that a page must reach, so that held and coming messages join it.
    floor: Option<Position>,
}

impl Inbox {
    pub(super) fn new(position: Option<Position>) -> Self {
        Self { position, held: Vec::new(), floor: None }
    }

    pub(super) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Takes messages that came in order. Returns those that are new.
    pub(super) fn take(&mut self, messages: Vec<Message>) -> Result<Vec<Message>, Gap> {
        let position = self.position.as_mut().ok_or(Gap)?;
        let new = unseen(position.offset, messages)?;
        if let Some(last) = new.last() {
            position.offset = last.offset;
        }
        Ok(new)
    }

    /// Takes the messages of a recovery; a claim that does not hold changes nothing.
    pub(super) fn recover(&mut self, joined: &mut Joined) -> Result<Vec<Message>, Gap> {
        let since = self.position.as_mut().ok_or(Gap)?;
        // From offset 0, any log can be continued that is sent from its beginning.
        let is_same = joined.position.epoch == since.epoch || since.offset == 0;
        let goes_on = is_same && joined.position.offset >= since.offset;
        if !joined.recovered || !goes_on {
            return Err(Gap);
        }
        let new = unseen(since.offset, std::mem::take(&mut joined.messages))?;
        let reached = new.last().map_or(since.offset, |last| last.offset);
        if reached < joined.position.offset {
            return Err(Gap);
        }
        *since = Position { epoch: joined.position.epoch.clone(), offset: reached };
        Ok(new)
    }

    /// Notes that a page at `floor` or later is needed.
    pub(super) fn await_page(&mut self, floor: Position) {
        self.floor = Some(floor);
    }

    /// Holds a message until its predecessor is known.
    pub(super) fn hold(&mut self, message: Message) {
        if self.held.len() >= MAX_HELD {
            self.held.clear();
            if let Some(floor) = &mut self.floor {
                floor.offset = floor.offset.max(message.offset);
                return;
            }
        }
        self.held.push(message);
    }

    /// Whether the messages since entering join a page that ends at `position`.
    pub(super) fn joins(&self, position: &Position) -> bool {
        self.floor.as_ref().is_none_or(|floor| floor.epoch == position.epoch && floor.offset <= position.offset)
    }

    /// Continues from the position of a page of history, whatever was seen before.
    pub(super) fn reset_to(&mut self, position: Position) {
        self.position = Some(position);
        self.floor = None;
    }

    /// Takes a new epoch of the log; up to `position` it is unchanged. An error if more than that was seen.
    pub(super) fn adopt_epoch(&mut self, position: Position) -> Result<(), Gap> {
        // While a page is awaited, it will replace what is shown.
        let known = self.floor.as_mut().or(self.position.as_mut()).ok_or(Gap)?;
        if known.offset > position.offset {
            return Err(Gap);
        }
        known.epoch = position.epoch;
        Ok(())
    }

    /// Takes the held messages, now that the predecessor is known.
    pub(super) fn release(&mut self) -> Result<Vec<Message>, Gap> {
        let held = std::mem::take(&mut self.held);
        self.take(held)
    }

    /// Drops the held messages with the connection.
    pub(super) fn drop_connection_state(&mut self) {
        self.held = Vec::new();
        self.floor = None;
    }
}

/// The messages after `last`, each with the next offset; repeats are left out.
fn unseen(mut last: u64, mut messages: Vec<Message>) -> Result<Vec<Message>, Gap> {
    let mut whole = true;
    messages.retain(|message| {
        let is_new = message.offset > last;
        if is_new {
            whole &= message.offset == last + 1;
            last = message.offset;
        }
        is_new
    });
    if whole { Ok(messages) } else { Err(Gap) }
}
