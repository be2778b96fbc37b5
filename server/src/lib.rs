//! The Hubbub server: rooms that live on any number of nodes.
//!
//! The crate `realtime` has the channels, `storage` the stores and `quiz` the rules of a game; here is what is
//! made of them. `ws` speaks with clients, `handlers` turns their frames into calls of `chat` and `games`,
//! `application` is what the channels are used for, `rooms` answers what is read over HTTP, `limits` knows which
//! addresses count as one and `throttle` how much they may do, `quizzes` stores what authors write, `formulas` renders
//! the formulas in that. `archive` stores what is said in the database, `transfer` moves a data folder into it, `backend` alone chooses between SQLite and Redis with PostgreSQL, `router` alone knows the pages. `runtime`
//! has the threads on which all of it runs.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]
// The types of whole pages nest deeper than the compiler's default looks.
#![recursion_limit = "256"]

mod application;
pub mod archive;
pub mod backend;
pub mod chat;
pub mod config;
mod digest;
pub mod formulas;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod games;
mod handlers;
pub mod http;
pub mod limits;
pub mod metrics;
mod metrics_server;
pub mod node;
pub mod quizzes;
pub mod quota;
mod readiness;
pub mod retention;
pub mod rooms;
mod router;
mod run;
pub mod runtime;
pub mod serve;
pub mod session;
pub mod throttle;
pub mod transfer;
pub mod workers;
pub mod ws;

pub use backend::migrate;
pub use run::{Running, StartError, start, start_with};
