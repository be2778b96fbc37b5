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
mod connecting;
mod receiving;
mod types;

pub use types::{Entry, Event, GameOptions, HostStep, Input, Output};

use crate::connection::{Connection, ConnectionInput, Timer};
use actions::PendingStep;
use protocol::game::frame::SubmittedAnswer;
use protocol::id::Pin;

/// One game's connection, from opening the page to leaving it.
#[derive(Clone, Debug)]
pub struct GameClient {
    pin: Pin,
    entry: Entry,
    connection: Connection,
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
    /// The random number of this step.
    random: u32,
    /// The outputs of this step so far.
    out: Vec<Output>,
}

impl GameClient {
    /// A client that does nothing before [`Input::Start`] or [`Input::Enter`].
    pub fn new(options: GameOptions) -> Self {
        Self {
            pin: options.pin,
            entry: options.entry,
            connection: Connection::new(),
            pending_answer: options.pending_answer,
            steps: Vec::new(),
            version: None,
            round: None,
            is_over: false,
            random: 0,
            out: Vec::new(),
        }
    }

    /// Handles one input. `random` is any random number; the waits are derived from it.
    #[must_use]
    pub fn step(&mut self, input: Input, random: u32) -> Vec<Output> {
        self.random = random;
        match input {
            Input::Start => self.advance(ConnectionInput::Start),
            Input::Enter(nickname) => self.enter(nickname),
            Input::Opened => self.advance(ConnectionInput::Opened),
            Input::Frame(frame) => self.frame(frame),
            Input::Closed { code } => self.closed(code),
            Input::TimerFired(timer) => self.on_timer(timer),
            Input::Answer(answer) => self.answer(answer),
            Input::Step(step) => self.send_step(step),
            Input::Online => self.advance(ConnectionInput::Online),
            Input::Offline => self.advance(ConnectionInput::Offline),
        }
        std::mem::take(&mut self.out)
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Connect | Timer::Silence | Timer::Steady => self.advance(ConnectionInput::TimerFired(timer)),
            Timer::Resend => self.resend(),
            // Games have no pages to reload and no typing.
            Timer::Reload | Timer::Typing => {}
        }
    }

    fn emit(&mut self, event: Event) {
        self.out.push(Output::Emit(event));
    }

    fn set_timer(&mut self, timer: Timer, after_ms: u64) {
        self.out.push(Output::SetTimer { timer, after_ms });
    }
}

#[cfg(test)]
mod tests;
