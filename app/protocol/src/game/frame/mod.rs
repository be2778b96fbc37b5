//! The frames on `/games`, one enum for each direction. One connection is in
//! one game, as a player or as a host.

mod client;
mod server;

pub use self::client::{
    Admit, Again, Chat, Create, Decline, Extend, GameClientMessage, Join, Kick, Lock, Open, RemoveHost, Rename,
    SetAdmission, Step, SubmittedAnswer,
};
pub use self::server::{
    AddedHost, Answered, Availability, Changed, Code, Count, Entrance, GameServerMessage, HostPresence, Hosting, Hosts,
    InGame, Joined, Player, Players, Renamed, Waiting,
};
