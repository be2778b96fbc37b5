//! The realtime core: channels with ordered logs, fan-out to connections, and who is where.
//!
//! [`broker`] keeps each channel's log and carries publications between nodes, [`hub`] fans them out on this
//! node, [`outbox`] is the send buffer of one connection, [`presence`] knows who is in which channel, [`history`]
//! reads logs page by page, and [`dispatcher`] hands each delivery to all of them in order. What the frames and
//! notices mean is the matter of one [`Application`].
//!
//! This crate knows that there are channels of rooms and of games, how long the log of each stays, and that
//! only rooms call people by their names. It knows no frame's meaning, no rule of a game and no handshake;
//! ids come from `protocol`.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(any(test, feature = "model")), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod broker;
pub mod channel;
pub mod coalesce;
pub mod dispatcher;
pub mod event;
pub mod history;
pub mod hub;
pub mod metrics;
#[cfg(feature = "model")]
pub mod models;
pub mod notice;
pub mod outbox;
pub mod peers;
pub mod presence;
mod sync;

pub use dispatcher::Application;
