//! The rules of a quiz game, as functions.
//!
//! In: a quiz, how its game is, what happens, the time. Out: how the game is
//! then, or why not. No IO, no clock, no dice; knows nothing of nodes, sockets
//! or Redis. Whoever carries it loads a [`State`], calls one function, and
//! commits what comes out, all or nothing.
//!
//! - [`State::new`] begins a game, [`apply`] carries it on, [`count`] ends a question;
//! - [`check_answer`] and [`take`] say whether an answer counts;
//! - [`show`] says what everybody may see;
//! - [`nickname`] says what a player may be called.

mod answer;
mod count;
mod letters;
mod machine;
pub mod nickname;
mod reveal;
pub mod scoring;
mod shuffle;
mod state;
mod taking;
#[cfg(test)]
mod tests;
mod texts;
mod view;

pub use answer::{Judge, Judged};
pub use count::{Counted, count};
pub use machine::{Command, Rejection, apply};
pub use nickname::NicknameProblem;
pub use reveal::{answer_words, poll_bars, right_words};
pub use state::{Clock, Seat, State, Tally};
pub use taking::{Decision, Misfit, Taking, check_answer, take};
pub use view::show;
