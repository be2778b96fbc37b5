//! What a client of a room does on each event of its socket, as a function without IO.
//!
//! In: an [`Input`] and a random number. Out: [`Output`]s that a driver carries out. The browser and the load
//! generator drive the same [`RoomClient`], so what is proved about it here holds for both. It knows no
//! clock: it asks for timers.
//!
//! The guarantees: messages of the room are shown in the order of the log, without a gap and without a
//! repeat. A message of this person is in the log once, in the order of writing, or refused; it is
//! never given up silently.
//!
//! A driver carries outputs out in their order, and after [`Output::Disconnect`] passes on nothing more of the old
//! socket. Wake-ups may come late or twice.

mod connecting;
mod inbox;
mod outbox;
mod receiving;
mod sending;
mod types;
mod unsent;

pub use types::{Event, Input, Output, RoomOptions, Unsent};
pub use unsent::StoredUnsent;

pub use crate::connection::{Status, Timer};

use crate::connection::{Connection, ConnectionInput};
use inbox::Inbox;
use outbox::Outbox;
use protocol::id::{RoomId, UserId};
use protocol::position::Position;

/// One room's connection, from opening the page to leaving it.
#[derive(Clone, Debug)]
pub struct RoomClient {
    room_id: RoomId,
    connection: Connection,
    inbox: Inbox,
    outbox: Outbox,
    /// The user id, once the server has sent it.
    me: Option<UserId>,
    /// Pages that could not be loaded, or did not fit, since the last one that did.
    failed_loads: u32,
    /// Whether "typing" was sent a moment ago.
    typing_said: bool,
    /// The random number of this step.
    random: u32,
    /// The outputs of this step so far.
    out: Vec<Output>,
}

impl RoomClient {
    /// A client that does nothing before [`Input::Start`].
    pub fn new(options: RoomOptions) -> Self {
        Self {
            room_id: options.room_id,
            connection: Connection::new(),
            inbox: Inbox::new(options.position),
            outbox: Outbox::new(options.unsent),
            me: None,
            failed_loads: 0,
            typing_said: false,
            random: 0,
            out: Vec::new(),
        }
    }

    /// Handles one input. `random` is any random number; the waits are derived from it.
    #[must_use]
    pub fn step(&mut self, input: Input, random: u32) -> Vec<Output> {
        self.random = random;
        match input {
            Input::Start => self.advance(ConnectionInput::Start),
            Input::Opened => self.advance(ConnectionInput::Opened),
            Input::Frame(frame) => self.frame(frame),
            Input::Closed { code } => self.closed(code),
            Input::TimerFired(timer) => self.on_timer(timer),
            Input::Say(unsent) => self.send_message(unsent),
            Input::Retry(id) => self.retry(&id),
            Input::Discard(id) => self.discard(&id),
            Input::Typing => self.typing(),
            Input::HistoryLoaded(page) => self.loaded(page),
            Input::HistoryFailed => self.not_loaded(),
            Input::Online => self.advance(ConnectionInput::Online),
            Input::Offline => self.advance(ConnectionInput::Offline),
        }
        self.send_waiting();
        if let Some(unsent) = self.outbox.take_changed() {
            self.out.push(Output::StoreUnsent(unsent));
        }
        std::mem::take(&mut self.out)
    }

    /// The position of what is shown; `None` before the first page.
    pub fn position(&self) -> Option<&Position> {
        self.inbox.position()
    }

    /// Messages that are not in the log, refused ones too, in the order of writing.
    pub fn unsent(&self) -> impl Iterator<Item = &Unsent> {
        self.outbox.unsent()
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Connect | Timer::Silence | Timer::Steady => self.advance(ConnectionInput::TimerFired(timer)),
            Timer::Resend => self.resend(),
            Timer::Reload => self.reload(),
            Timer::Typing => self.typing_said = false,
        }
    }

    fn emit(&mut self, event: Event) {
        self.out.push(Output::Emit(event));
    }

    fn set_timer(&mut self, timer: Timer, after_ms: u64) {
        self.out.push(Output::SetTimer { timer, after_ms });
    }
}

#[cfg(test)]
mod tests;
