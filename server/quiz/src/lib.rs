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
