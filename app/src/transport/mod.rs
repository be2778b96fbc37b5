//! The border between a page and whatever carries its frames. `frontend` opens sockets behind it;
//! where the server draws a page, nothing is behind it.

pub mod game;
pub mod room;
