//! Renames somebody in all rooms, on all nodes.

use std::sync::Arc;

use protocol::Member;
use realtime::broker::{Broker, Ephemeral};
use realtime::channel::Channel;
use realtime::notice::Notice;
use realtime::presence::Presence;
use tracing::warn;

/// Renames people on this node, and tells the other nodes.
#[derive(Clone)]
pub struct Renaming {
    presence: Arc<Presence>,
    broker: Arc<dyn Broker>,
}

impl Renaming {
    /// Renames in `presence`, and announces it through `broker`.
    pub fn new(presence: Arc<Presence>, broker: Arc<dyn Broker>) -> Self {
        Self { presence, broker }
    }

    /// Renames somebody on all nodes. Returns in how many rooms they are on this one.
    pub async fn rename(&self, member: &Member) -> usize {
        let rooms = self.presence.rename(member);
        let notice = Ephemeral::Notice(Notice::Renamed(member.clone()).encode());
        if let Err(error) = self.broker.announce(&Channel::Nodes, notice).await {
            // A node that has the person in a common room learns it by presence.
            warn!("the other nodes were not told of a new name: {error}");
        }
        rooms
    }
}
