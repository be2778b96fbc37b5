//! What people see: pages, their parts, and the state behind them.
//!
//! Draws the same on the server and in the browser. Opens no socket and keeps
//! no clock: both come in through [`link`].

pub use protocol;

pub mod api;
pub mod link;
