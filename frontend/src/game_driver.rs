//! Drives one [`client::game::GameClient`], as [`crate::driver`] does for
//! a room.

use app::transport::game::{Command, GameTransport};
use client::game::{Entry, Event, GameClient, GameOptions, Input, Output};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};
use leptos::prelude::lazy;
use protocol::wire;
use wasm_bindgen_futures::spawn_local;

use crate::connection::{ClientInput, Connection, ConnectionEvent};
use crate::random;
use crate::socket::CloseReason;
use crate::storage::AnswerStorage;

/// The path of games' WebSockets.
const PATH: &str = "/games";

enum DriverEvent {
    /// A request of the page; `None`: the page is gone.
    Command(Option<Command>),
    Connection(ConnectionEvent),
}

/// Opens a transport; see [`app::transport::game::GameConnector::open`].
pub(crate) fn open(options: GameOptions) -> GameTransport {
    let (commands, requests) = mpsc::unbounded();
    let (emit, events) = mpsc::unbounded();
    spawn_local(drive(options, emit, requests));
    GameTransport { commands, events }
}

/// Loaded lazily, so that a room does not load what only games need.
#[lazy]
async fn drive(mut options: GameOptions, emit: UnboundedSender<Event>, requests: UnboundedReceiver<Command>) {
    let storage = AnswerStorage::of(&options.pin);
    if matches!(options.entry, Entry::Player { .. }) {
        options.pending_answer = storage.load();
    }
    let (connection, events) = Connection::new(PATH);
    Driver { client: GameClient::new(options), emit, connection, storage }.run(requests, events).await;
}

struct Driver {
    client: GameClient,
    emit: UnboundedSender<Event>,
    connection: Connection,
    storage: AnswerStorage,
}

impl Driver {
    async fn run(mut self, requests: UnboundedReceiver<Command>, events: UnboundedReceiver<ConnectionEvent>) {
        let requests = requests.map(Some).chain(stream::once(async { None })).map(DriverEvent::Command);
        let mut driver_events = std::pin::pin!(stream::select(requests, events.map(DriverEvent::Connection)));
        while let Some(driver_event) = driver_events.next().await {
            let input = match driver_event {
                DriverEvent::Command(Some(command)) => Some(command_input(command)),
                DriverEvent::Command(None) => return,
                DriverEvent::Connection(event) => self.connection.take(event).and_then(decode_input),
            };
            if let Some(input) = input {
                self.step(input);
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.client.step(input, random::number()) {
            match output {
                Output::Connect => self.connection.connect(),
                Output::Disconnect => self.connection.disconnect(CloseReason::Returning),
                Output::Send(frame) => self.connection.send(&wire::encode_game_client(&frame)),
                Output::SetTimer { timer, after_ms } => self.connection.set_timer(timer, after_ms),
                Output::CancelTimer(timer) => self.connection.cancel(timer),
                Output::StoreAnswer(answer) => self.storage.store(answer.as_ref()),
                // A page that no longer listens is about to end this task.
                Output::Emit(event) => drop(self.emit.unbounded_send(event)),
            }
        }
    }
}

fn decode_input(input: ClientInput) -> Option<Input> {
    Some(match input {
        ClientInput::Opened => Input::Opened,
        ClientInput::Text(text) => Input::Frame(wire::decode_game_server(&text)?),
        ClientInput::Closed(code) => Input::Closed { code },
        ClientInput::Due(timer) => Input::TimerFired(timer),
        ClientInput::Online => Input::Online,
        ClientInput::Offline => Input::Offline,
    })
}

fn command_input(command: Command) -> Input {
    match command {
        Command::Start => Input::Start,
        Command::Enter(nickname) => Input::Enter(nickname),
        Command::Answer(answer) => Input::Answer(answer),
        Command::Step(step) => Input::Step(step),
    }
}
