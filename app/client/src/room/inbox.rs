//! Puts what comes into one order: nothing twice, nothing left out.
//!
//! Knows positions and messages. Knows nothing of sockets or of sending.

use protocol::message::{Joined, Message};
use protocol::position::Position;

/// Messages held back while a page is read, at most. In a room that says more
/// meanwhile the held ones are let go, and the page has to be a later one.
pub(super) const HELD_MOST: usize = 1_000;

/// Something between what was seen and what came is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hole;

/// What was seen of a room.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    /// The last that is shown; `None` before the first page.
    position: Option<Position>,
    /// What came before it was clear what it follows.
    held: Vec<Message>,
    /// What a page must reach, so that held and coming messages join it.
    floor: Option<Position>,
}

impl Inbox {
    pub(super) fn new(position: Option<Position>) -> Self {
        Self { position, held: Vec::new(), floor: None }
    }

    pub(super) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Takes messages that came in order. Gives back those not seen before.
    pub(super) fn take(&mut self, messages: Vec<Message>) -> Result<Vec<Message>, Hole> {
        let position = self.position.as_mut().ok_or(Hole)?;
        let new = unseen(position.offset, messages)?;
        if let Some(last) = new.last() {
            position.offset = last.offset;
        }
        Ok(new)
    }

    /// Takes what a server brought to close the gap; a claim that does not
    /// hold changes nothing.
    pub(super) fn recover(&mut self, joined: &mut Joined) -> Result<Vec<Message>, Hole> {
        let since = self.position.as_mut().ok_or(Hole)?;
        // Whoever has seen nothing goes on in any log that is told from its beginning.
        let is_same = joined.position.epoch == since.epoch || since.offset == 0;
        let goes_on = is_same && joined.position.offset >= since.offset;
        if !joined.recovered || !goes_on {
            return Err(Hole);
        }
        let new = unseen(since.offset, std::mem::take(&mut joined.messages))?;
        let reached = new.last().map_or(since.offset, |last| last.offset);
        if reached < joined.position.offset {
            return Err(Hole);
        }
        *since = Position { epoch: joined.position.epoch.clone(), offset: reached };
        Ok(new)
    }

    /// From here on only a page at `floor` or later will do.
    pub(super) fn await_page(&mut self, floor: Position) {
        self.floor = Some(floor);
    }

    /// Keeps a message until it is clear what it follows.
    pub(super) fn hold(&mut self, message: Message) {
        if self.held.len() >= HELD_MOST {
            self.held.clear();
            if let Some(floor) = &mut self.floor {
                floor.offset = floor.offset.max(message.offset);
                return;
            }
        }
        self.held.push(message);
    }

    /// Whether what came since entering joins a page that ends at `position`.
    pub(super) fn joins(&self, position: &Position) -> bool {
        self.floor.as_ref().is_none_or(|floor| floor.epoch == position.epoch && floor.offset <= position.offset)
    }

    /// Goes on from a page.
    pub(super) fn turn_to(&mut self, position: Position) {
        self.position = Some(position);
        self.floor = None;
    }

    /// The log has another epoch; up to `position` it is the one seen before.
    /// Whoever saw more cannot know what became of that.
    pub(super) fn rename(&mut self, position: Position) -> Result<(), Hole> {
        // While a page is awaited, what is shown is of no matter: the page replaces it.
        let known = self.floor.as_mut().or(self.position.as_mut()).ok_or(Hole)?;
        if known.offset > position.offset {
            return Err(Hole);
        }
        known.epoch = position.epoch;
        Ok(())
    }

    /// Takes what was held, now that it is clear what it follows.
    pub(super) fn release(&mut self) -> Result<Vec<Message>, Hole> {
        let held = std::mem::take(&mut self.held);
        self.take(held)
    }

    /// The connection is gone, and with it what was held for it.
    pub(super) fn let_go(&mut self) {
        self.held = Vec::new();
        self.floor = None;
    }
}

/// The messages after `last`, each the one before plus one; repeats are left out.
fn unseen(mut last: u64, mut messages: Vec<Message>) -> Result<Vec<Message>, Hole> {
    let mut whole = true;
    messages.retain(|message| {
        let is_new = message.offset > last;
        if is_new {
            whole &= message.offset == last + 1;
            last = message.offset;
        }
        is_new
    });
    if whole { Ok(messages) } else { Err(Hole) }
}
