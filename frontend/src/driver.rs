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
use crate::socket::CloseReason;
use crate::storage::UnsentStorage;

/// The path of rooms' WebSockets.
const PATH: &str = "/ws";

/// Everything that can happen to a client.
enum DriverEvent {
    /// A request of the page; `None`: the page is gone.
    Command(Option<Command>),
    /// The load of this number has ended.
    Read(u32, Option<HistoryPage>),
    Connection(ConnectionEvent),
}

/// Opens a transport; see [`app::transport::room::RoomConnector::open`].
pub(crate) fn open(person: &UserId, mut options: RoomOptions) -> RoomTransport {
    let (commands, requests) = mpsc::unbounded();
    let (emit, events) = mpsc::unbounded();
    let (storage, left) = UnsentStorage::open(person, &options.room_id);
    options.unsent.extend(left);
    spawn_local(async move {
        let (connection, events) = Connection::new(PATH);
        let (driver, reads) = Driver::new(options, storage, emit, connection);
        let requests = requests.map(Some).chain(stream::once(async { None })).map(DriverEvent::Command);
        let driver_events = stream::select(reads, events.map(DriverEvent::Connection));
        driver.run(stream::select(requests, driver_events)).await;
    });
    RoomTransport { commands, events }
}

struct Driver {
    client: RoomClient,
    room_id: RoomId,
    emit: UnboundedSender<Event>,
    reads: UnboundedSender<DriverEvent>,
    connection: Connection,
    /// The number of the current load; results of earlier ones are ignored.
    read_number: u32,
    reading: Option<AbortHandle>,
    storage: UnsentStorage,
}

impl Driver {
    fn new(
        options: RoomOptions,
        storage: UnsentStorage,
        emit: UnboundedSender<Event>,
        connection: Connection,
    ) -> (Self, UnboundedReceiver<DriverEvent>) {
        let (reads, receiver) = mpsc::unbounded();
        let room_id = options.room_id.clone();
        let driver = Self {
            client: RoomClient::new(options),
            room_id,
            emit,
            reads,
            connection,
            read_number: 0,
            reading: None,
            storage,
        };
        (driver, receiver)
    }

    async fn run(mut self, driver_events: impl Stream<Item = DriverEvent>) {
        let mut driver_events = std::pin::pin!(driver_events);
        self.step(Input::Start);
        while let Some(driver_event) = driver_events.next().await {
            match driver_event {
                DriverEvent::Command(Some(command)) => self.step(command_input(command)),
                DriverEvent::Command(None) => return,
                DriverEvent::Read(number, page) if number == self.read_number => {
                    self.step(page.map_or(Input::HistoryFailed, Input::HistoryLoaded));
                }
                DriverEvent::Read(..) => {}
                DriverEvent::Connection(event) => {
                    // A frame of a later version is ignored.
                    if let Some(input) = self.connection.take(event).and_then(decode_input) {
                        self.step(input);
                    }
                }
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.client.step(input, random::number()) {
            match output {
                Output::Connect => self.connection.connect(),
                Output::Disconnect => self.connection.disconnect(CloseReason::Returning),
                Output::Send(frame) => self.connection.send(&wire::encode_client(&frame)),
                Output::SetTimer { timer, after_ms } => self.connection.set_timer(timer, after_ms),
                Output::CancelTimer(timer) => self.connection.cancel(timer),
                Output::LoadHistory => self.load(),
                Output::StoreUnsent(unsent) => self.storage.store(unsent),
                // A page that no longer listens is about to end this task.
                Output::Emit(event) => drop(self.emit.unbounded_send(event)),
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

fn decode_input(input: ClientInput) -> Option<Input> {
    Some(match input {
        ClientInput::Opened => Input::Opened,
        ClientInput::Text(text) => Input::Frame(wire::decode_server(&text)?),
        ClientInput::Closed(code) => Input::Closed { code },
        ClientInput::Due(timer) => Input::TimerFired(timer),
        ClientInput::Online => Input::Online,
        ClientInput::Offline => Input::Offline,
    })
}

fn command_input(command: Command) -> Input {
    match command {
        Command::Say(unsent) => Input::Say(unsent),
        Command::Retry(id) => Input::Retry(id),
        Command::Discard(id) => Input::Discard(id),
        Command::Typing => Input::Typing,
    }
}
