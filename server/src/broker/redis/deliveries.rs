//! Decodes the deliveries of a connection and queues them.
//!
//! The connection's task calls it for each delivery: nothing here blocks.

use std::sync::Arc;

use bytes::Bytes;

use super::envelope;
use super::health::Health;
use super::keys::DeliveryNames;
use crate::broker::queue::Queue;

/// The queue of this node's deliveries, the same for all connections.
pub(super) struct DeliveryHandler {
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// The names of this deployment's pub/sub channels.
    pub(super) names: DeliveryNames,
    /// The pub/sub channel of this node's probes.
    pub(super) probe: String,
}

impl DeliveryHandler {
    /// Takes one delivery: the pub/sub channel's name and the payload.
    pub(super) fn on_push(&self, name: &[u8], body: &[u8]) {
        if name == self.probe.as_bytes() {
            return self.health.echo();
        }
        let channel = std::str::from_utf8(name).ok().and_then(|name| self.names.channel_of(name));
        // The only copy: the read buffer is used again.
        let body = Bytes::copy_from_slice(body);
        if let Some(delivery) = channel.and_then(|channel| envelope::decode(channel, body)) {
            self.queue.send(delivery);
        }
    }
}
