//! What a room's link and a game's have in common: one socket, the timers, and
//! what befalls the page.
//!
//! Dropped, all of it ends.

use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use protocol::link::Timer;

use crate::clock::{Clock, elapsed_ms};
use crate::page::{self, Listeners, Turn};
use crate::socket::{Farewell, Heard, Socket};

/// Looking at the page again asks a server that was silent for longer.
const QUIET_MS: f64 = 1_000.0;

/// Something stirs. The queue of these has no limit: the browser calls once
/// for each and lets the task run before it calls again.
pub(crate) enum Stir {
    /// The socket of this number tells something.
    Heard(u32, Heard),
    Turned(Turn),
    TimeCame,
}

/// What that means to a link.
pub(crate) enum Told {
    Opened,
    Text(String),
    Closed(u16),
    Due(Timer),
    Online,
    Offline,
}

pub(crate) struct Line {
    /// Where sockets lead, such as `/ws`.
    path: &'static str,
    stirs: UnboundedSender<Stir>,
    socket: Option<Socket>,
    /// What an earlier socket still tells does not count.
    number: u32,
    clock: Clock,
    last_heard_ms: f64,
    _listeners: Listeners,
}

impl Line {
    pub(crate) fn new(path: &'static str) -> (Self, UnboundedReceiver<Stir>) {
        let (stirs, receiver) = mpsc::unbounded();
        let on_time = stirs.clone();
        let on_turn = stirs.clone();
        let line = Self {
            path,
            stirs,
            socket: None,
            number: 0,
            clock: Clock::new(move || queue(&on_time, Stir::TimeCame)),
            last_heard_ms: elapsed_ms(),
            _listeners: Listeners::new(move |turn| queue(&on_turn, Stir::Turned(turn))),
        };
        (line, receiver)
    }

    /// What a stir means; `None` where nothing is to be done.
    pub(crate) fn take(&mut self, stir: Stir) -> Option<Told> {
        match stir {
            Stir::Heard(number, heard) if number == self.number => Some(self.heard(heard)),
            Stir::Heard(..) => None,
            Stir::Turned(turn) => self.turned(turn),
            Stir::TimeCame => {
                let timer = self.clock.next_due()?;
                // There may be others.
                queue(&self.stirs, Stir::TimeCame);
                Some(Told::Due(timer))
            }
        }
    }

    fn heard(&mut self, heard: Heard) -> Told {
        // A try that failed is no sign of life.
        if !matches!(heard, Heard::Closed(_)) {
            self.last_heard_ms = elapsed_ms();
        }
        match heard {
            Heard::Opened => Told::Opened,
            Heard::Text(text) => Told::Text(text),
            Heard::Closed(code) => {
                self.hang_up(Farewell::Returning);
                Told::Closed(code)
            }
        }
    }

    fn turned(&mut self, turn: Turn) -> Option<Told> {
        match turn {
            Turn::Offline => Some(Told::Offline),
            Turn::Online | Turn::Returned => Some(Told::Online),
            Turn::Seen if page::is_online() && elapsed_ms() - self.last_heard_ms > QUIET_MS => Some(Told::Online),
            Turn::Seen => None,
            // Others see at once that the person went, and a page without a
            // socket is one that the browser may keep.
            Turn::Left => {
                self.hang_up(Farewell::Leaving);
                Some(Told::Offline)
            }
        }
    }

    pub(crate) fn connect(&mut self) {
        self.number += 1;
        let number = self.number;
        let stirs = self.stirs.clone();
        self.socket = Socket::open(self.path, move |heard| queue(&stirs, Stir::Heard(number, heard)));
        if self.socket.is_none() {
            queue(&self.stirs, Stir::Heard(number, Heard::Closed(1006)));
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
fn queue(stirs: &UnboundedSender<Stir>, stir: Stir) {
    drop(stirs.unbounded_send(stir));
}
