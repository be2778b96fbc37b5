//! What a room's link and a game's have in common: one socket, the timers, and
//! what befalls the page.
//!
//! Dropped, all of it ends.

use client::Timer;
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::clock::{Clock, elapsed_ms};
use crate::page::{self, Listeners, Turn};
use crate::socket::{Farewell, Heard, Socket};

/// Looking at the page again asks a server that was silent for longer.
const QUIET_MS: f64 = 1_000.0;

/// Something events. The queue of these has no limit: the browser calls once
/// for each and lets the task run before it calls again.
pub(crate) enum ConnectionEvent {
    /// The socket of this number tells something.
    Heard(u32, Heard),
    Turned(Turn),
    TimeCame,
}

/// What that means to a link.
pub(crate) enum ClientInput {
    Opened,
    Text(String),
    Closed(u16),
    Due(Timer),
    Online,
    Offline,
}

pub(crate) struct Connection {
    /// Where sockets lead, such as `/ws`.
    path: &'static str,
    events: UnboundedSender<ConnectionEvent>,
    socket: Option<Socket>,
    /// What an earlier socket still tells does not count.
    number: u32,
    clock: Clock,
    last_heard_ms: f64,
    _listeners: Listeners,
}

impl Connection {
    pub(crate) fn new(path: &'static str) -> (Self, UnboundedReceiver<ConnectionEvent>) {
        let (events, receiver) = mpsc::unbounded();
        let on_time = events.clone();
        let on_turn = events.clone();
        let line = Self {
            path,
            events,
            socket: None,
            number: 0,
            clock: Clock::new(move || queue(&on_time, ConnectionEvent::TimeCame)),
            last_heard_ms: elapsed_ms(),
            _listeners: Listeners::new(move |turn| queue(&on_turn, ConnectionEvent::Turned(turn))),
        };
        (line, receiver)
    }

    /// What a event means; `None` where nothing is to be done.
    pub(crate) fn take(&mut self, event: ConnectionEvent) -> Option<ClientInput> {
        match event {
            ConnectionEvent::Heard(number, heard) if number == self.number => Some(self.heard(heard)),
            ConnectionEvent::Heard(..) => None,
            ConnectionEvent::Turned(turn) => self.turned(turn),
            ConnectionEvent::TimeCame => {
                let timer = self.clock.next_due()?;
                // There may be others.
                queue(&self.events, ConnectionEvent::TimeCame);
                Some(ClientInput::Due(timer))
            }
        }
    }

    fn heard(&mut self, heard: Heard) -> ClientInput {
        // A try that failed is no sign of life.
        if !matches!(heard, Heard::Closed(_)) {
            self.last_heard_ms = elapsed_ms();
        }
        match heard {
            Heard::Opened => ClientInput::Opened,
            Heard::Text(text) => ClientInput::Text(text),
            Heard::Closed(code) => {
                self.hang_up(Farewell::Returning);
                ClientInput::Closed(code)
            }
        }
    }

    fn turned(&mut self, turn: Turn) -> Option<ClientInput> {
        match turn {
            Turn::Offline => Some(ClientInput::Offline),
            Turn::Online | Turn::Returned => Some(ClientInput::Online),
            Turn::Seen if page::is_online() && elapsed_ms() - self.last_heard_ms > QUIET_MS => {
                Some(ClientInput::Online)
            }
            Turn::Seen => None,
            // Others see at once that the person went, and a page without a
            // socket is one that the browser may keep.
            Turn::Left => {
                self.hang_up(Farewell::Leaving);
                Some(ClientInput::Offline)
            }
        }
    }

    pub(crate) fn connect(&mut self) {
        self.number += 1;
        let number = self.number;
        let events = self.events.clone();
        self.socket = Socket::open(self.path, move |heard| queue(&events, ConnectionEvent::Heard(number, heard)));
        if self.socket.is_none() {
            queue(&self.events, ConnectionEvent::Heard(number, Heard::Closed(1006)));
        }
    }

    pub(crate) fn hang_up(&mut self, farewell: Farewell) {
        if let Some(socket) = self.socket.take() {
            socket.close(farewell);
        }
        self.number += 1;
    }

    pub(crate) fn send(&self, frame: &str) {
        if let Some(socket) = &self.socket {
            socket.send(frame);
        }
    }

    pub(crate) fn wake(&mut self, timer: Timer, after_ms: u64) {
        self.clock.set(timer, after_ms);
    }

    pub(crate) fn cancel(&mut self, timer: Timer) {
        self.clock.cancel(timer);
    }
}

/// A link that has ended no longer hears; what was on its way is moot.
fn queue(events: &UnboundedSender<ConnectionEvent>, event: ConnectionEvent) {
    drop(events.unbounded_send(event));
}
