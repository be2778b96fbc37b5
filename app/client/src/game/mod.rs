//! What a client of a game does on each event of its socket, as a function without IO: as [`crate::room`],
//! over the same connection and driven alike.
//!
//! The guarantees: a client that is in a game comes back to it after every loss. An answer is sent until the
//! server tells its result, or the game has gone on. A host's step is done once. What is shown never goes
//! back to an earlier version, except by a snapshot, which is what the server says the game is. A game that
//! has ended is entered again like any other: its host may play again, and an answer to one round is
//! never given to another.
//!
//! Whether a step that was sent before a cut was done cannot be known; it is sent once more if the game is
//! still at the version that it was meant for.

mod actions;
mod entering;
mod receiving;
mod types;

pub use types::{Command, Effect, Entry, Event, GameOptions, HostStep};

use std::convert::Infallible;

use crate::connection::{Connection, InputOf, LifecycleInput, OutputOf, Protocol, Status, Timer};
use actions::PendingStep;
use protocol::game::frame::SubmittedAnswer;
use protocol::game::{GameClientMessage, GameServerMessage};
use protocol::id::Pin;
use protocol::wire;

/// What is said in a game, and what outlives its sockets.
#[derive(Clone, Debug)]
pub struct GameProtocol {
    pin: Pin,
    entry: Entry,
    /// The answer without a result.
    pending_answer: Option<SubmittedAnswer>,
    /// The host's steps without a result.
    steps: Vec<PendingStep>,
    /// The version of the game that is shown.
    version: Option<u64>,
    /// The round of the game that is shown.
    round: Option<u32>,
    /// Whether the end of the game was shown, so that its removal need not be.
    is_over: bool,
}

/// One game's connection, from opening the page to leaving it.
pub type GameClient = Connection<GameProtocol>;
/// Something that happened to a game's client.
pub type Input = InputOf<GameProtocol>;
/// What the driver of a game's client has to do.
pub type Output = OutputOf<GameProtocol>;

impl Protocol for GameProtocol {
    const PATH: &'static str = "/games";
    const TIMERS: &'static [Timer] = &[Timer::Resend];

    type Frame = GameServerMessage;
    type Message = GameClientMessage;
    type Command = Command;
    type Effect = Effect;
    type EffectResult = Infallible;
    type Event = Event;

    fn decode(text: &str) -> Option<GameServerMessage> {
        wire::decode_game_server(text)
    }

    fn encode(message: &GameClientMessage) -> String {
        wire::encode_game_client(message)
    }

    fn ping() -> GameClientMessage {
        GameClientMessage::Ping
    }

    fn status(status: Status) -> Event {
        Event::Status(status)
    }

    fn begin(client: &mut GameClient) {
        if let Some(kept) = client.state.pending_answer.clone() {
            client.emit(Event::AnswerPending(kept));
        }
    }

    /// A game needs no preparation.
    fn prepare(client: &mut GameClient) {
        client.prepared();
    }

    fn enter(client: &mut GameClient) {
        client.send_entry();
    }

    fn on_frame(client: &mut GameClient, frame: GameServerMessage) {
        client.frame(frame);
    }

    fn on_command(client: &mut GameClient, command: Command) {
        match command {
            Command::Start => client.advance(LifecycleInput::Start),
            Command::Enter(nickname) => client.enter_as(nickname),
            Command::Answer(answer) => client.answer(answer),
            Command::Step(step) => client.send_step(step),
        }
    }

    fn on_result(_: &mut GameClient, result: Infallible) {
        match result {}
    }

    fn on_timer(client: &mut GameClient, timer: Timer) {
        // Games have no pages to reload and no typing.
        if timer == Timer::Resend {
            client.resend();
        }
    }
}

impl GameClient {
    /// A client that does nothing before [`Command::Start`] or [`Command::Enter`].
    pub fn new(options: GameOptions) -> Self {
        Self::over(GameProtocol {
            pin: options.pin,
            entry: options.entry,
            pending_answer: options.pending_answer,
            steps: Vec::new(),
            version: None,
            round: None,
            is_over: false,
        })
    }
}

#[cfg(test)]
mod tests;
