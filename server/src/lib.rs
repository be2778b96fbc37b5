//! The Hubbub server: rooms that live on any number of nodes.
//!
//! `ws` speaks with clients, `hub` fans out on this node, `broker` keeps the
//! logs and carries publications between nodes, `presence` knows who is where,
//! `history` and `rooms` answer what is read over HTTP. `store` is the file of
//! a node without Redis. `backend` alone chooses between embedded and Redis,
//! `router` alone knows the pages.

pub mod broker;
pub mod channel;
pub mod history;
pub mod presence;
pub mod rooms;
pub mod store;
