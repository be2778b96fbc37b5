//! Drives one [`protocol::game::link::GameLink`], as [`crate::driver`] does for
//! a room.

use app::game_link::{Command, GameLink as Ends};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};
use leptos::prelude::lazy;
use protocol::game::link::{Beginning, Entry, Event, GameLink, Input, Output};
use protocol::wire;
use wasm_bindgen_futures::spawn_local;

use crate::chance;
use crate::line::{Line, Stir, Told};
use crate::socket::Farewell;
use crate::storage::KeptAnswer;

/// Where games are entered.
const PATH: &str = "/games";

enum Happening {
    /// The page asks for something; `None`: it is gone.
    Asked(Option<Command>),
    Stirred(Stir),
}

/// Opens a link; see [`app::game_link::GameConnector::open`].
pub(crate) fn open(beginning: Beginning) -> Ends {
    let (commands, asked) = mpsc::unbounded();
    let (tell, events) = mpsc::unbounded();
    spawn_local(drive(beginning, tell, asked));
    Ends { commands, events }
}

/// Lazy, so that who opens a room does not fetch what only games need.
#[lazy]
async fn drive(mut beginning: Beginning, tell: UnboundedSender<Event>, asked: UnboundedReceiver<Command>) {
    let kept = KeptAnswer::of(&beginning.pin);
    if matches!(beginning.entry, Entry::Player { .. }) {
        beginning.kept = kept.read();
    }
    let (line, stirs) = Line::new(PATH);
    Driver { link: GameLink::new(beginning), tell, line, kept }.run(asked, stirs).await;
}

struct Driver {
    link: GameLink,
    tell: UnboundedSender<Event>,
    line: Line,
    kept: KeptAnswer,
}

impl Driver {
    async fn run(mut self, asked: UnboundedReceiver<Command>, stirs: UnboundedReceiver<Stir>) {
        let asked = asked.map(Some).chain(stream::once(async { None })).map(Happening::Asked);
        let mut happenings = std::pin::pin!(stream::select(asked, stirs.map(Happening::Stirred)));
        while let Some(happening) = happenings.next().await {
            let input = match happening {
                Happening::Asked(Some(command)) => Some(input(command)),
                Happening::Asked(None) => return,
                Happening::Stirred(stir) => self.line.take(stir).and_then(told),
            };
            if let Some(input) = input {
                self.step(input);
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.link.step(input, chance::dice()) {
            match output {
                Output::Connect => self.line.connect(),
                Output::Drop => self.line.hang_up(Farewell::Returning),
                Output::Send(frame) => self.line.send(&wire::encode_game_client(&frame)),
                Output::Wake { timer, after_ms } => self.line.wake(timer, after_ms),
                Output::Cancel(timer) => self.line.cancel(timer),
                Output::Keep(answer) => self.kept.keep(answer.as_ref()),
                // A page that no longer listens is about to end this task.
                Output::Tell(event) => drop(self.tell.unbounded_send(event)),
            }
        }
    }
}

fn told(told: Told) -> Option<Input> {
    Some(match told {
        Told::Opened => Input::Opened,
        Told::Text(text) => Input::Frame(wire::decode_game_server(&text)?),
        Told::Closed(code) => Input::Closed { code },
        Told::Due(timer) => Input::Woken(timer),
        Told::Online => Input::Online,
        Told::Offline => Input::Offline,
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
