//! Drives one [`client::game::GameClient`], as [`crate::driver`] does for
//! a room.

use app::transport::game::{Command, GameTransport as Ends};
use client::game::{Entry, Event, GameClient, GameOptions, Input, Output};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};
use leptos::prelude::lazy;
use protocol::wire;
use wasm_bindgen_futures::spawn_local;

use crate::connection::{ClientInput, Connection, ConnectionEvent};
use crate::random;
use crate::socket::Farewell;
use crate::storage::AnswerStorage;

/// The path of games' WebSockets.
const PATH: &str = "/games";

enum DriverEvent {
    /// A request of the page; `None`: the page is gone.
    Asked(Option<Command>),
    Stirred(ConnectionEvent),
}

/// Opens a transport; see [`app::transport::game::GameConnector::open`].
pub(crate) fn open(beginning: GameOptions) -> Ends {
    let (commands, asked) = mpsc::unbounded();
    let (tell, events) = mpsc::unbounded();
    spawn_local(drive(beginning, tell, asked));
    Ends { commands, events }
}

/// Loaded lazily, so that a room does not load what only games need.
#[lazy]
async fn drive(mut beginning: GameOptions, tell: UnboundedSender<Event>, asked: UnboundedReceiver<Command>) {
    let kept = AnswerStorage::of(&beginning.pin);
    if matches!(beginning.entry, Entry::Player { .. }) {
        beginning.kept = kept.read();
    }
    let (connection, events) = Connection::new(PATH);
    Driver { link: GameClient::new(beginning), tell, connection, kept }.run(asked, events).await;
}

struct Driver {
    link: GameClient,
    tell: UnboundedSender<Event>,
    connection: Connection,
    kept: AnswerStorage,
}

impl Driver {
    async fn run(mut self, asked: UnboundedReceiver<Command>, events: UnboundedReceiver<ConnectionEvent>) {
        let asked = asked.map(Some).chain(stream::once(async { None })).map(DriverEvent::Asked);
        let mut happenings = std::pin::pin!(stream::select(asked, events.map(DriverEvent::Stirred)));
        while let Some(happening) = happenings.next().await {
            let input = match happening {
                DriverEvent::Asked(Some(command)) => Some(input(command)),
                DriverEvent::Asked(None) => return,
                DriverEvent::Stirred(event) => self.connection.take(event).and_then(told),
            };
            if let Some(input) = input {
                self.step(input);
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.link.step(input, random::number()) {
            match output {
                Output::Connect => self.connection.connect(),
                Output::Drop => self.connection.hang_up(Farewell::Returning),
                Output::Send(frame) => self.connection.send(&wire::encode_game_client(&frame)),
                Output::Wake { timer, after_ms } => self.connection.wake(timer, after_ms),
                Output::Cancel(timer) => self.connection.cancel(timer),
                Output::Keep(answer) => self.kept.keep(answer.as_ref()),
                // A page that no longer listens is about to end this task.
                Output::Tell(event) => drop(self.tell.unbounded_send(event)),
            }
        }
    }
}

fn told(told: ClientInput) -> Option<Input> {
    Some(match told {
        ClientInput::Opened => Input::Opened,
        ClientInput::Text(text) => Input::Frame(wire::decode_game_server(&text)?),
        ClientInput::Closed(code) => Input::Closed { code },
        ClientInput::Due(timer) => Input::Woken(timer),
        ClientInput::Online => Input::Online,
        ClientInput::Offline => Input::Offline,
    })
}

fn input(command: Command) -> Input {
    match command {
        Command::Start => Input::Start,
        Command::Enter(nickname) => Input::Enter(nickname),
        Command::Answer(answer) => Input::Answer(answer),
        Command::Step(step) => Input::Step(step),
    }
}
