//! Drives one [`protocol::link::Link`]: brings it what happens, one thing
//! after another, and carries out what it asks for.
//!
//! A task owns everything: the line, the page being read. It ends when the
//! page drops its end of the channel, and all of it with it.

use app::link::{self, Command};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::future::{AbortHandle, abortable};
use futures::{Stream, StreamExt, stream};
use protocol::link::{Beginning, Event, Input, Link, Output};
use protocol::{HistoryPage, RoomId, UserId, wire};
use wasm_bindgen_futures::spawn_local;

use crate::chance;
use crate::line::{Line, Stir, Told};
use crate::socket::Farewell;
use crate::storage::Kept;

/// Where rooms are entered.
const PATH: &str = "/ws";

/// Everything that can happen to a link.
enum Happening {
    /// The page asks for something; `None`: it is gone.
    Asked(Option<Command>),
    /// The read of this number has ended.
    Read(u32, Option<HistoryPage>),
    Stirred(Stir),
}

/// Opens a link; see [`app::link::Connector::open`].
pub(crate) fn open(person: &UserId, mut beginning: Beginning) -> link::Link {
    let (commands, asked) = mpsc::unbounded();
    let (tell, events) = mpsc::unbounded();
    let (kept, left) = Kept::open(person, &beginning.room_id);
    beginning.unsent.extend(left);
    spawn_local(async move {
        let (line, stirs) = Line::new(PATH);
        let (driver, reads) = Driver::new(beginning, kept, tell, line);
        let asked = asked.map(Some).chain(stream::once(async { None })).map(Happening::Asked);
        let happenings = stream::select(reads, stirs.map(Happening::Stirred));
        driver.run(stream::select(asked, happenings)).await;
    });
    link::Link { commands, events }
}

struct Driver {
    link: Link,
    room_id: RoomId,
    tell: UnboundedSender<Event>,
    reads: UnboundedSender<Happening>,
    line: Line,
    /// What an earlier read still tells does not count.
    read_number: u32,
    reading: Option<AbortHandle>,
    kept: Kept,
}

impl Driver {
    fn new(
        beginning: Beginning,
        kept: Kept,
        tell: UnboundedSender<Event>,
        line: Line,
    ) -> (Self, UnboundedReceiver<Happening>) {
        let (reads, receiver) = mpsc::unbounded();
        let room_id = beginning.room_id.clone();
        let driver =
            Self { link: Link::new(beginning), room_id, tell, reads, line, read_number: 0, reading: None, kept };
        (driver, receiver)
    }

    async fn run(mut self, happenings: impl Stream<Item = Happening>) {
        let mut happenings = std::pin::pin!(happenings);
        self.step(Input::Start);
        while let Some(happening) = happenings.next().await {
            match happening {
                Happening::Asked(Some(command)) => self.step(asked(command)),
                Happening::Asked(None) => return,
                Happening::Read(number, page) if number == self.read_number => {
                    self.step(page.map_or(Input::NotLoaded, Input::Loaded));
                }
                Happening::Read(..) => {}
                Happening::Stirred(stir) => {
                    // A frame of a later version is left aside.
                    if let Some(input) = self.line.take(stir).and_then(told) {
                        self.step(input);
                    }
                }
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.link.step(input, chance::dice()) {
            match output {
                Output::Connect => self.line.connect(),
                Output::Drop => self.line.hang_up(Farewell::Returning),
                Output::Send(frame) => self.line.send(&wire::encode_client(&frame)),
                Output::Wake { timer, after_ms } => self.line.wake(timer, after_ms),
                Output::Cancel(timer) => self.line.cancel(timer),
                Output::Load => self.load(),
                Output::Keep(unsent) => self.kept.keep(unsent),
                // A page that no longer listens is about to end this task.
                Output::Tell(event) => drop(self.tell.unbounded_send(event)),
            }
        }
    }

    fn load(&mut self) {
        self.stop_reading();
        self.read_number += 1;
        let number = self.read_number;
        let room_id = self.room_id.clone();
        let reads = self.reads.clone();
        let (read, handle) = abortable(async move {
            let page = app::api::history(room_id, None, None).await.ok();
            // A link that has ended no longer hears.
            drop(reads.unbounded_send(Happening::Read(number, page)));
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

fn told(told: Told) -> Option<Input> {
    Some(match told {
        Told::Opened => Input::Opened,
        Told::Text(text) => Input::Frame(wire::decode_server(&text)?),
        Told::Closed(code) => Input::Closed { code },
        Told::Due(timer) => Input::Woken(timer),
        Told::Online => Input::Online,
        Told::Offline => Input::Offline,
    })
}

fn asked(command: Command) -> Input {
    match command {
        Command::Say(unsent) => Input::Say(unsent),
        Command::Retry(id) => Input::Retry(id),
        Command::Discard(id) => Input::Discard(id),
        Command::Typing => Input::Typing,
    }
}
