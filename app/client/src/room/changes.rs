//! The last changes of a log, for messages that were read before them.
//!
//! A page is loaded over HTTP while changes come over the socket: it may be older than they are. Knows no pages.

use protocol::message::Message;
use protocol::room_event::RoomEvent;

/// How many changes are kept. A page that is older than all of them took very long.
const KEPT: usize = 256;

/// The last changes of one log, in its order.
#[derive(Clone, Debug, Default)]
pub struct Changes(Vec<RoomEvent>);

impl Changes {
    /// Keeps what changes earlier messages among new events of the log.
    pub fn note(&mut self, events: &[RoomEvent]) {
        self.0.extend(events.iter().filter(|event| event.target().is_some()).cloned());
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    /// Forgets them, because the log is another one.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes of a message, as it was at the offset `read_at` of the log, what the changes since make of it.
    pub fn apply_to(&self, message: &mut Message, read_at: u64) {
        for event in self.0.iter().filter(|event| event.offset() > read_at) {
            message.apply(event);
        }
    }
}
