//! What a browser gives to a connection: one socket, the timers, and events of the page.
//!
//! All of it ends when it is dropped.

use client::{Liveness, PageEvent, PageReaction, Timer};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::clock::{Clock, elapsed_ms};
use crate::page::{self, Listeners};
use crate::socket::{CloseReason, Socket, SocketEvent};

/// An event of the browser. Their queue has no limit: the browser calls once for each and lets the task run
/// before it calls again.
pub(crate) enum BrowserEvent {
    /// An event of the socket with this number.
    Socket(u32, SocketEvent),
    Page(PageEvent),
    TimerDue,
}

/// What an event means to a client.
pub(crate) enum BrowserInput {
    Opened,
    Text(String),
    Closed(u16),
    Due(Timer),
    Online,
    Offline,
}

pub(crate) struct Browser {
    /// The path of the WebSocket, such as `/ws`.
    path: &'static str,
    events: UnboundedSender<BrowserEvent>,
    socket: Option<Socket>,
    liveness: Liveness,
    clock: Clock,
    _listeners: Listeners,
}

impl Browser {
    pub(crate) fn new(path: &'static str) -> (Self, UnboundedReceiver<BrowserEvent>) {
        let (events, receiver) = mpsc::unbounded();
        let on_time = events.clone();
        let on_page = events.clone();
        let browser = Self {
            path,
            events,
            socket: None,
            liveness: Liveness::new(elapsed_ms()),
            clock: Clock::new(move || queue(&on_time, BrowserEvent::TimerDue)),
            _listeners: Listeners::new(move |event| queue(&on_page, BrowserEvent::Page(event))),
        };
        (browser, receiver)
    }

    /// What an event means to a client; `None` where nothing is to be done.
    pub(crate) fn take(&mut self, event: BrowserEvent) -> Option<BrowserInput> {
        match event {
            BrowserEvent::Socket(socket, heard) if self.liveness.is_current(socket) => Some(self.on_socket(heard)),
            BrowserEvent::Socket(..) => None,
            BrowserEvent::Page(event) => self.on_page(event),
            BrowserEvent::TimerDue => {
                let timer = self.clock.next_due()?;
                // Other timers may be due as well.
                queue(&self.events, BrowserEvent::TimerDue);
                Some(BrowserInput::Due(timer))
            }
        }
    }

    fn on_socket(&mut self, heard: SocketEvent) -> BrowserInput {
        if !matches!(heard, SocketEvent::Closed(_)) {
            self.liveness.record_activity(elapsed_ms());
        }
        match heard {
            SocketEvent::Opened => BrowserInput::Opened,
            SocketEvent::Text(text) => BrowserInput::Text(text),
            SocketEvent::Closed(code) => {
                self.disconnect(CloseReason::Returning);
                BrowserInput::Closed(code)
            }
        }
    }

    fn on_page(&mut self, event: PageEvent) -> Option<BrowserInput> {
        Some(match self.liveness.on_page(event, page::is_online(), elapsed_ms())? {
            PageReaction::Online => BrowserInput::Online,
            PageReaction::Offline => BrowserInput::Offline,
            PageReaction::Leave => {
                self.disconnect(CloseReason::Leaving);
                BrowserInput::Offline
            }
        })
    }

    pub(crate) fn connect(&mut self) {
        let number = self.liveness.next_socket();
        let events = self.events.clone();
        self.socket = Socket::open(self.path, move |heard| queue(&events, BrowserEvent::Socket(number, heard)));
        if self.socket.is_none() {
            queue(&self.events, BrowserEvent::Socket(number, SocketEvent::Closed(1006)));
        }
    }

    pub(crate) fn disconnect(&mut self, reason: CloseReason) {
        if let Some(socket) = self.socket.take() {
            socket.close(reason);
        }
        self.liveness.next_socket();
    }

    pub(crate) fn send(&self, frame: &str) {
        if let Some(socket) = &self.socket {
            socket.send(frame);
        }
    }

    pub(crate) fn set_timer(&mut self, timer: Timer, after_ms: u64) {
        self.clock.set(timer, after_ms);
    }

    pub(crate) fn cancel(&mut self, timer: Timer) {
        self.clock.cancel(timer);
    }
}

/// Once the task has ended, events that were under way do not matter.
fn queue(events: &UnboundedSender<BrowserEvent>, event: BrowserEvent) {
    drop(events.unbounded_send(event));
}
