//! The border between a page and its transport. `frontend` opens sockets behind it; on the server,
//! nothing is behind it.

pub mod game;
pub mod room;
