//! What all connections on `/games` have in common, and what each brings.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::games::Games;
use crate::session::{Authors, Sessions};
use crate::throttle::Throttle;

/// How many host's tokens one connection brings at most; the latest count.
const TOKENS: usize = 32;

/// The parts of a node that the WebSockets of games, `/games`, use.
pub(crate) struct GameSockets {
    /// This node's part in all games.
    pub(crate) games: Arc<Games>,
    /// Verifies and makes the tokens of hosts and seats.
    pub(crate) sessions: Sessions,
    /// Tells who may begin games.
    pub(crate) authors: Authors,
    /// Limits how many frames a client and an address send.
    pub(crate) throttle: Arc<Throttle>,
}

/// What is remembered of the upgrade request.
pub(crate) struct Credentials {
    /// Host's tokens that were not verified yet.
    pub(super) hosts: Vec<String>,
    /// The address that wrong PINs are counted by.
    pub(super) address: IpAddr,
    /// Whether this person is an author, who may begin games.
    pub(super) may_write: bool,
    /// Whether the authors' key was entered.
    pub(super) has_key: bool,
}

impl Credentials {
    pub(super) fn of(sockets: &GameSockets, headers: &HeaderMap, address: IpAddr) -> Self {
        let GameSockets { sessions, authors, .. } = sockets;
        let (mut hosts, may_write) = (sessions.host_tokens(headers), authors.may_write(headers));
        hosts.drain(..hosts.len().saturating_sub(TOKENS));
        Self { hosts, address, may_write, has_key: authors.has_key(headers) }
    }

    /// Adds a host's token. Only the latest are remembered: otherwise one connection could fill the memory.
    pub(super) fn add_host(&mut self, token: String) {
        if !self.hosts.contains(&token) {
            self.hosts.push(token);
            self.hosts.drain(..self.hosts.len().saturating_sub(TOKENS));
        }
    }
}
