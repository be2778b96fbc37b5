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
        for event in events {
            if event.target().is_some() {
                if self.0.len() >= KEPT {
                    self.0.remove(0);
                }
                self.0.push(event.clone());
            }
        }
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
