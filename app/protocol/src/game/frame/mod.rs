//! The frames on `/games`, one enum for each direction. One connection is in
//! one game, as a player or as a host.

mod client;
mod server;

pub use self::client::{Chat, Create, Extend, GameClientMessage, GivenAnswer, Join, Kick, Lock, Open, Step};
pub use self::server::{
    Answered, Changed, Code, Count, GameServerMessage, HostHere, Hosting, InGame, Joined, Player, Players, Reach,
};
