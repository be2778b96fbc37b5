//! The chat's WebSockets, `/ws`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use realtime::hub::Hub;
use realtime::outbox::Outbox;
use realtime::presence::Presence;

use super::Chat;
use super::client::Client;
use crate::games::{ClassCredentials, Games};
use crate::rooms::Directory;
use crate::session::Sessions;
use crate::throttle::Throttle;
use crate::ws::{Service, Visitor};

/// The parts of a node that the clients of the chat use.
pub struct ChatSockets {
    /// Checks and posts messages.
    pub chat: Arc<Chat>,
    /// Notes who enters a room.
    pub directory: Arc<Directory>,
    /// Admits people to the chats of classes.
    pub games: Arc<Games>,
    /// Subscribes connections to rooms.
    pub hub: Arc<Hub>,
    /// Tells who is in a room.
    pub presence: Arc<Presence>,
    /// Verifies and makes session tokens.
    pub sessions: Sessions,
    /// Limits how many frames a client and an address send.
    pub throttle: Arc<Throttle>,
    /// The most rooms of one connection.
    pub rooms_per_connection: usize,
}

impl Service for ChatSockets {
    type Handler = Client;
    type Credentials = (IpAddr, ClassCredentials);

    fn credentials(&self, headers: &HeaderMap, address: IpAddr) -> (IpAddr, ClassCredentials) {
        (address, ClassCredentials::of(&self.sessions, headers, address))
    }

    fn begin(
        self: Arc<Self>,
        visitor: Visitor,
        outbox: Arc<Outbox>,
        (address, class_credentials): (IpAddr, ClassCredentials),
    ) -> Client {
        Client::new(self, visitor, outbox, address, class_credentials)
    }
}
