//! Puts the incoming events of the log into order: none twice, none missing.
//!
//! Knows positions and offsets. Knows nothing of sockets, of sending, or of what an event says.

use protocol::message::Joined;
use protocol::position::Position;
use protocol::room_event::RoomEvent;

/// How many events are held while a page is loaded. If more come, the held ones are dropped, and the page
/// has to be a later one.
pub(super) const MAX_HELD: usize = 1_000;

/// An event between the last one seen and the next one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap;

/// The part of a room's log that was seen.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    /// The last one that is shown; `None` before the first page.
    position: Option<Position>,
    /// Events that came before their predecessor was known.
    held: Vec<RoomEvent>,
    /// The position that a page must reach, so that held and coming events join it.
    floor: Option<Position>,
}

impl Inbox {
    pub(super) fn new(position: Option<Position>) -> Self {
        Self { position, held: Vec::new(), floor: None }
    }

    pub(super) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Takes events that came in order. Returns those that are new.
    pub(super) fn take(&mut self, events: Vec<RoomEvent>) -> Result<Vec<RoomEvent>, Gap> {
        let position = self.position.as_mut().ok_or(Gap)?;
        let new = unseen(position.offset, events)?;
        if let Some(last) = new.last() {
            position.offset = last.offset();
        }
        Ok(new)
    }

    /// Takes the events of a recovery; a claim that does not hold changes nothing.
    pub(super) fn recover(&mut self, joined: &Joined, events: Vec<RoomEvent>) -> Result<Vec<RoomEvent>, Gap> {
        let since = self.position.as_mut().ok_or(Gap)?;
        // From offset 0, any log can be continued that is sent from its beginning.
        let is_same = joined.position.epoch == since.epoch || since.offset == 0;
        let goes_on = is_same && joined.position.offset >= since.offset;
        if !joined.recovered || !goes_on {
            return Err(Gap);
        }
        let new = unseen(since.offset, events)?;
        let reached = new.last().map_or(since.offset, RoomEvent::offset);
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

    /// Holds an event until its predecessor is known.
    pub(super) fn hold(&mut self, event: RoomEvent) {
        if self.held.len() >= MAX_HELD {
            self.held.clear();
            if let Some(floor) = &mut self.floor {
                floor.offset = floor.offset.max(event.offset());
                return;
            }
        }
        self.held.push(event);
    }

    /// Whether the events since entering join a page that ends at `position`.
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

    /// Takes the held events, now that the predecessor is known.
    pub(super) fn release(&mut self) -> Result<Vec<RoomEvent>, Gap> {
        let held = std::mem::take(&mut self.held);
        self.take(held)
    }

    /// Drops the held events with the connection.
    pub(super) fn drop_connection_state(&mut self) {
        self.held = Vec::new();
        self.floor = None;
    }
}

/// The events after `last`, each with the next offset; repeats are left out.
fn unseen(mut last: u64, mut events: Vec<RoomEvent>) -> Result<Vec<RoomEvent>, Gap> {
    let mut whole = true;
    events.retain(|event| {
        let offset = event.offset();
        let is_new = offset > last;
        if is_new {
            whole &= offset == last + 1;
            last = offset;
        }
        is_new
    });
    if whole { Ok(events) } else { Err(Gap) }
}
