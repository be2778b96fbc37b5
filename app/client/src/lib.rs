//! What a client does on each event of its socket, as functions without IO: when to connect, how
//! long to wait, what to resend, what to load again, and what to tell the page.
//!
//! Browsers, the bots of `chaos` and the tests drive the same code, so what is proved about it here holds
//! for all of them. It knows no framework, no runtime, no socket and no clock: a driver carries out its
//! outputs and fires its timers.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

mod connection;
pub mod game;
mod liveness;
pub mod room;
mod timers;

pub use connection::{Connection, Input, InputOf, Output, OutputOf, Protocol, Status, Timer};
pub use liveness::{Liveness, PageEvent, PageReaction};
pub use timers::Timers;
