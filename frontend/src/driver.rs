//! Drives one [`protocol::link::Link`]: brings it what happens, one thing
//! after another, and carries out what it asks for.
//!
//! A task owns everything: socket, timers, listeners, the page being read. It
//! ends when the page drops its end of the channel, and all of it with it.

use app::link::{self, Command};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::future::{AbortHandle, abortable};
use futures::{Stream, StreamExt, stream};
use protocol::link::{Beginning, Event, Input, Link, Output};
use protocol::{HistoryPage, RoomId, UserId, wire};
use wasm_bindgen_futures::spawn_local;

use crate::chance;
use crate::clock::{Clock, elapsed_ms};
use crate::page::{self, Listeners, Turn};
use crate::socket::{Farewell, Heard, Socket};
use crate::storage::Kept;

/// Looking at the page again asks a server that was silent for longer.
const QUIET_MS: f64 = 5_000.0;

/// Everything that can happen to a link. Its queue has no limit: the browser
/// calls once for each and lets the task run before it calls again.
enum Happening {
    /// The page asks for something; `None`: it is gone.
    Asked(Option<Command>),
    /// The socket of this number tells something.
    Heard(u32, Heard),
    /// The read of this number has ended.
    Read(u32, Option<HistoryPage>),
    Turned(Turn),
    TimeCame,
}

/// Opens a link; see [`app::link::Connector::open`].
pub(crate) fn open(person: &UserId, mut beginning: Beginning) -> link::Link {
    let (commands, asked) = mpsc::unbounded();
    let (tell, events) = mpsc::unbounded();
    let (kept, left) = Kept::open(person, &beginning.room_id);
    beginning.unsent.extend(left);
    spawn_local(async move {
        let (driver, happenings) = Driver::new(beginning, kept, tell);
        let asked = asked.map(Some).chain(stream::once(async { None })).map(Happening::Asked);
        driver.run(stream::select(asked, happenings)).await;
    });
    link::Link { commands, events }
}

struct Driver {
    link: Link,
    room_id: RoomId,
    tell: UnboundedSender<Event>,
    happenings: UnboundedSender<Happening>,
    socket: Option<Socket>,
    /// What an earlier socket, or read, still tells does not count.
    socket_number: u32,
    read_number: u32,
    reading: Option<AbortHandle>,
    clock: Clock,
    kept: Kept,
    last_heard_ms: f64,
    _listeners: Listeners,
}

impl Driver {
    fn new(beginning: Beginning, kept: Kept, tell: UnboundedSender<Event>) -> (Self, UnboundedReceiver<Happening>) {
        let (happenings, receiver) = mpsc::unbounded();
        let on_time = happenings.clone();
        let on_turn = happenings.clone();
        let driver = Self {
            room_id: beginning.room_id.clone(),
            link: Link::new(beginning),
            tell,
            happenings,
            socket: None,
            socket_number: 0,
            read_number: 0,
            reading: None,
            clock: Clock::new(move || queue(&on_time, Happening::TimeCame)),
            kept,
            last_heard_ms: elapsed_ms(),
            _listeners: Listeners::new(move |turn| queue(&on_turn, Happening::Turned(turn))),
        };
        (driver, receiver)
    }

    async fn run(mut self, happenings: impl Stream<Item = Happening>) {
        let mut happenings = std::pin::pin!(happenings);
        self.step(Input::Start);
        while let Some(happening) = happenings.next().await {
            match happening {
                Happening::Asked(Some(command)) => self.step(asked(command)),
                Happening::Asked(None) => return,
                Happening::Heard(number, heard) if number == self.socket_number => self.heard(heard),
                Happening::Read(number, page) if number == self.read_number => {
                    self.step(page.map_or(Input::NotLoaded, Input::Loaded));
                }
                Happening::Turned(turn) => self.turned(turn),
                Happening::TimeCame => {
                    while let Some(timer) = self.clock.next_due() {
                        self.step(Input::Woken(timer));
                    }
                }
                Happening::Heard(..) | Happening::Read(..) => {}
            }
        }
    }

    fn heard(&mut self, heard: Heard) {
        // A try that failed is no sign of life.
        if !matches!(heard, Heard::Closed(_)) {
            self.last_heard_ms = elapsed_ms();
        }
        match heard {
            Heard::Opened => self.step(Input::Opened),
            Heard::Closed(code) => {
                self.hang_up(Farewell::Returning);
                self.step(Input::Closed { code });
            }
            // A frame of a later version is left aside.
            Heard::Text(text) => {
                if let Some(frame) = wire::decode_server(&text) {
                    self.step(Input::Frame(frame));
                }
            }
        }
    }

    fn turned(&mut self, turn: Turn) {
        match turn {
            Turn::Offline => self.step(Input::Offline),
            Turn::Online | Turn::Returned => self.step(Input::Online),
            Turn::Seen if page::is_online() && elapsed_ms() - self.last_heard_ms > QUIET_MS => {
                self.step(Input::Online);
            }
            Turn::Seen => {}
            // Others see at once that the person went, and a page without a
            // socket is one that the browser may keep.
            Turn::Left => {
                self.hang_up(Farewell::Leaving);
                self.step(Input::Offline);
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.link.step(input, chance::dice()) {
            match output {
                Output::Connect => self.connect(),
                Output::Drop => self.hang_up(Farewell::Returning),
                Output::Send(frame) => {
                    if let Some(socket) = &self.socket {
                        socket.send(&frame);
                    }
                }
                Output::Wake { timer, after_ms } => self.clock.set(timer, after_ms),
                Output::Cancel(timer) => self.clock.cancel(timer),
                Output::Load => self.load(),
                Output::Keep(unsent) => self.kept.keep(unsent),
                // A page that no longer listens is about to end this task.
                Output::Tell(event) => drop(self.tell.unbounded_send(event)),
            }
        }
    }

    fn connect(&mut self) {
        self.socket_number += 1;
        let number = self.socket_number;
        let happenings = self.happenings.clone();
        self.socket = Socket::open(move |heard| queue(&happenings, Happening::Heard(number, heard)));
        if self.socket.is_none() {
            queue(&self.happenings, Happening::Heard(number, Heard::Closed(1006)));
        }
    }

    fn hang_up(&mut self, farewell: Farewell) {
        if let Some(socket) = self.socket.take() {
            socket.close(farewell);
        }
        self.socket_number += 1;
    }

    fn load(&mut self) {
        self.stop_reading();
        self.read_number += 1;
        let number = self.read_number;
        let room_id = self.room_id.clone();
        let happenings = self.happenings.clone();
        let (read, handle) = abortable(async move {
            let page = app::api::history(room_id, None).await.ok();
            queue(&happenings, Happening::Read(number, page));
        });
        self.reading = Some(handle);
        spawn_local(async move {
            let _ = read.await;
        });
    }

    fn stop_reading(&mut self) {
        if let Some(reading) = self.reading.take() {
            reading.abort();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop_reading();
    }
}

fn asked(command: Command) -> Input {
    match command {
        Command::Say(unsent) => Input::Say(unsent),
        Command::Retry(id) => Input::Retry(id),
        Command::Discard(id) => Input::Discard(id),
        Command::Typing => Input::Typing,
    }
}

/// A link that has ended no longer hears; what was on its way is moot.
fn queue(happenings: &UnboundedSender<Happening>, happening: Happening) {
    drop(happenings.unbounded_send(happening));
}
