//! What all connections on `/ws` have in common.

use std::sync::Arc;

use realtime::hub::Hub;
use realtime::presence::Presence;

use crate::chat::Chat;
use crate::games::Games;
use crate::rooms::Directory;
use crate::session::Sessions;
use crate::throttle::Throttle;

/// The parts of a node that the WebSockets of rooms, `/ws`, use.
pub(crate) struct RoomSockets {
    /// Checks and posts messages.
    pub(crate) chat: Arc<Chat>,
    /// Notes who enters a room.
    pub(crate) directory: Arc<Directory>,
    /// Admits people to the chats of classes.
    pub(crate) games: Arc<Games>,
    /// Subscribes connections to rooms.
    pub(crate) hub: Arc<Hub>,
    /// Tells who is in a room.
    pub(crate) presence: Arc<Presence>,
    /// Verifies and makes session tokens.
    pub(crate) sessions: Sessions,
    /// Limits how many frames a client and an address send.
    pub(crate) throttle: Arc<Throttle>,
    /// The most rooms of one connection.
    pub(crate) rooms_per_connection: usize,
}
