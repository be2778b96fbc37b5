//! Connects WebSockets with the applications: turns the frames of clients into calls of `chat` and `games`, and
//! their answers into frames.
//!
//! Its one door is `ws::Handler`: for each connection, `ws` hands over complete frames, and says when it has
//! closed. Must not know how bytes become frames, which is the job of `ws`, nor the rules of a chat or a game, which
//! those keep themselves. Nothing but the composition uses this module.

mod game;
mod room;

pub(crate) use game::GameSockets;
pub(crate) use room::RoomSockets;
