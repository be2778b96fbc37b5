//! Drives one [`client::room::RoomClient`]: brings it events, one after another, and carries out its outputs.
//!
//! A task owns everything: the connection, the page that is being loaded. It ends when the page drops its end
//! of the channel, and all of it with it.

use app::transport::room::{Command, RoomTransport};
use client::room::{Event, Input, Output, RoomClient, RoomOptions};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::future::{AbortHandle, abortable};
use futures::{Stream, StreamExt, stream};
use protocol::{HistoryPage, RoomId, UserId, wire};
use wasm_bindgen_futures::spawn_local;

use crate::connection::{ClientInput, Connection, ConnectionEvent};
use crate::random;
use crate::socket::Farewell;
use crate::storage::UnsentStorage;

/// The path of rooms' WebSockets.
const PATH: &str = "/ws";

/// Everything that can happen to a client.
enum DriverEvent {
    /// A request of the page; `None`: the page is gone.
    Asked(Option<Command>),
    /// The load of this number has ended.
    Read(u32, Option<HistoryPage>),
    Stirred(ConnectionEvent),
}

/// Opens a transport; see [`app::transport::room::RoomConnector::open`].
pub(crate) fn open(person: &UserId, mut beginning: RoomOptions) -> RoomTransport {
    let (commands, asked) = mpsc::unbounded();
    let (tell, events) = mpsc::unbounded();
    let (kept, left) = UnsentStorage::open(person, &beginning.room_id);
    beginning.unsent.extend(left);
    spawn_local(async move {
        let (connection, events) = Connection::new(PATH);
        let (driver, reads) = Driver::new(beginning, kept, tell, connection);
        let asked = asked.map(Some).chain(stream::once(async { None })).map(DriverEvent::Asked);
        let happenings = stream::select(reads, events.map(DriverEvent::Stirred));
        driver.run(stream::select(asked, happenings)).await;
    });
    RoomTransport { commands, events }
}

struct Driver {
    link: RoomClient,
    room_id: RoomId,
    tell: UnboundedSender<Event>,
    reads: UnboundedSender<DriverEvent>,
    connection: Connection,
    /// The number of the current load; results of earlier ones are ignored.
    read_number: u32,
    reading: Option<AbortHandle>,
    kept: UnsentStorage,
}

impl Driver {
    fn new(
        beginning: RoomOptions,
        kept: UnsentStorage,
        tell: UnboundedSender<Event>,
        connection: Connection,
    ) -> (Self, UnboundedReceiver<DriverEvent>) {
        let (reads, receiver) = mpsc::unbounded();
        let room_id = beginning.room_id.clone();
        let driver = Self {
            link: RoomClient::new(beginning),
            room_id,
            tell,
            reads,
            connection,
            read_number: 0,
            reading: None,
            kept,
        };
        (driver, receiver)
    }

    async fn run(mut self, happenings: impl Stream<Item = DriverEvent>) {
        let mut happenings = std::pin::pin!(happenings);
        self.step(Input::Start);
        while let Some(happening) = happenings.next().await {
            match happening {
                DriverEvent::Asked(Some(command)) => self.step(asked(command)),
                DriverEvent::Asked(None) => return,
                DriverEvent::Read(number, page) if number == self.read_number => {
                    self.step(page.map_or(Input::NotLoaded, Input::Loaded));
                }
                DriverEvent::Read(..) => {}
                DriverEvent::Stirred(event) => {
                    // A frame of a later version is ignored.
                    if let Some(input) = self.connection.take(event).and_then(told) {
                        self.step(input);
                    }
                }
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.link.step(input, random::number()) {
            match output {
                Output::Connect => self.connection.connect(),
                Output::Drop => self.connection.hang_up(Farewell::Returning),
                Output::Send(frame) => self.connection.send(&wire::encode_client(&frame)),
                Output::Wake { timer, after_ms } => self.connection.wake(timer, after_ms),
                Output::Cancel(timer) => self.connection.cancel(timer),
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
            // The task may have ended.
            drop(reads.unbounded_send(DriverEvent::Read(number, page)));
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

fn told(told: ClientInput) -> Option<Input> {
    Some(match told {
        ClientInput::Opened => Input::Opened,
        ClientInput::Text(text) => Input::Frame(wire::decode_server(&text)?),
        ClientInput::Closed(code) => Input::Closed { code },
        ClientInput::Due(timer) => Input::Woken(timer),
        ClientInput::Online => Input::Online,
        ClientInput::Offline => Input::Offline,
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
