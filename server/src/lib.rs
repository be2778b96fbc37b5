//! The Hubbub server: rooms that live on any number of nodes.
//!
//! `ws` speaks with clients, `hub` fans out on this node, `outbox` is the send buffer of one connection,
//! `broker` keeps the logs and carries publications between nodes, `presence` knows who is where, `history`
//! and `rooms` answer what is read over HTTP, `limits` knows which addresses count as one and `throttle` how
//! much they may do, `quizzes` stores what authors write, `formulas` renders the formulas in that. `backend`
//! alone chooses between SQLite and Redis, `router` alone knows the pages. `runtime` has the threads on which
//! all of it runs.

// The types of whole pages nest deeper than the compiler's default looks.
#![recursion_limit = "256"]

pub mod backend;
pub mod broker;
mod cancel_on_drop;
pub mod channel;
pub mod chat;
mod clock;
pub mod coalesce;
pub mod config;
mod digest;
mod dispatcher;
pub mod formulas;
pub mod games;
pub mod history;
pub mod http;
pub mod hub;
pub mod limits;
pub mod metrics;
mod metrics_server;
pub mod node;
pub mod outbox;
pub mod presence;
pub mod quizzes;
pub mod quota;
mod random;
mod readiness;
pub mod retention;
pub mod rooms;
mod router;
mod run;
pub mod runtime;
pub mod serve;
pub mod session;
pub mod storage;
pub mod throttle;
pub mod workers;
pub mod ws;

pub use run::{Running, StartError, start, start_with};
