//! The rules of a quiz game, as functions.
//!
//! In: a quiz, its game's state, a command, the time. Out: the game's new
//! state, or why not. No IO, clock or random numbers; knows nothing of nodes, sockets
//! or Redis. The caller loads a [`State`], calls one function, and
//! commits the result, all or nothing.
//!
//! - [`State::new`] begins a game, [`apply`] advances it, [`count`] ends a question;
//! - [`check_answer`] and [`take`] say whether an answer counts;
//! - [`show`] says what everybody may see;
//! - [`nickname`] says what a player may be called.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

mod answer;
mod answer_window;
mod count;
mod machine;
pub mod nickname;
mod normalize;
mod profanity;
mod reveal;
pub mod scoring;
mod shuffle;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use answer::{Judge, Judged};
pub use answer_window::{AnswerWindow, Decision, InvalidAnswer, check_answer, take};
pub use count::{Counted, count};
pub use machine::{Command, Rejection, apply};
pub use nickname::NicknameProblem;
pub use reveal::{answer_text, poll_bars, right_answer_text};
pub use state::{Clock, Seat, State, Tally};
pub use view::show;
