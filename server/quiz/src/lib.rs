//! The rules of a quiz game, as functions.
//!
//! In: a quiz, how its game is, what happens, the time. Out: how the game is
//! then, or why not. No IO, no clock, no dice; knows nothing of nodes, sockets
//! or Redis. Whoever carries it loads a [`State`], calls one function, and
//! commits what comes out, all or nothing.

mod state;

pub use state::{Clock, Seat, State, Taking, Tally};
