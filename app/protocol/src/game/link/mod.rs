//! What a client of a game does on each event of its socket, as a function
//! without IO: [`crate::link`] for games, over the same connection and driven alike.
//!
//! The promises: whoever is in a game comes back to it after every loss. An
//! answer that was given is sent until the server says what became of it, or
//! the game has gone on. A host's step is done once. What is shown never goes
//! back to an earlier version, but for a snapshot, which is what the server
//! says the game is. A game that has ended is come back to like any other: its
//! host may play again, and an answer to one round is never given to another.
//!
//! Whether a step that was sent before a cut was done cannot be known; it is
//! sent once more if the game is still where it was meant for.

mod connecting;
mod doing;
mod receiving;
mod types;

pub use types::{Beginning, Entry, Event, HostStep, Input, Output};

use super::frame::GivenAnswer;
use crate::connection::{Connection, Happened, Timer};
use crate::id::Pin;
use doing::Waiting;

/// One game's connection, from opening the page to leaving it.
#[derive(Clone, Debug)]
pub struct GameLink {
    pin: Pin,
    entry: Entry,
    connection: Connection,
    /// The answer whose fate is not known.
    kept: Option<GivenAnswer>,
    /// The host's steps whose fate is not known.
    steps: Vec<Waiting>,
    /// Of the game as it is shown.
    version: Option<u64>,
    /// The round of the game as it is shown.
    round: Option<u32>,
    /// The game has ended: whoever has seen that needs not hear that it is gone.
    is_over: bool,
    /// The random number of this step.
    dice: u32,
    /// What this step asks for.
    out: Vec<Output>,
}

impl GameLink {
    /// A link that does nothing before [`Input::Start`] or [`Input::Enter`].
    pub fn new(beginning: Beginning) -> Self {
        Self {
            pin: beginning.pin,
            entry: beginning.entry,
            connection: Connection::new(),
            kept: beginning.kept,
            steps: Vec::new(),
            version: None,
            round: None,
            is_over: false,
            dice: 0,
            out: Vec::new(),
        }
    }

    /// Takes one event and says what to do. `dice` is any random number; the
    /// waits are drawn from it.
    #[must_use]
    pub fn step(&mut self, input: Input, dice: u32) -> Vec<Output> {
        self.dice = dice;
        match input {
            Input::Start => self.advance(Happened::Start),
            Input::Enter(nickname) => self.enter(nickname),
            Input::Opened => self.advance(Happened::Opened),
            Input::Frame(frame) => self.frame(frame),
            Input::Closed { code } => self.closed(code),
            Input::Woken(timer) => self.woken(timer),
            Input::Answer(answer) => self.answer(answer),
            Input::Step(step) => self.take_step(step),
            Input::Online => self.advance(Happened::Online),
            Input::Offline => self.advance(Happened::Offline),
        }
        std::mem::take(&mut self.out)
    }

    fn woken(&mut self, timer: Timer) {
        match timer {
            Timer::Connect | Timer::Silence | Timer::Steady => self.advance(Happened::Woken(timer)),
            Timer::Resend => self.send_again(),
            // There is nothing to read over HTTP, and nobody is typing.
            Timer::Reload | Timer::Typing => {}
        }
    }

    fn tell(&mut self, event: Event) {
        self.out.push(Output::Tell(event));
    }

    fn wake(&mut self, timer: Timer, after_ms: u64) {
        self.out.push(Output::Wake { timer, after_ms });
    }
}

#[cfg(test)]
mod tests;
