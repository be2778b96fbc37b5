//! What hears the deliveries of a connection and hands them on.
//!
//! The connection's own task calls in with every one: nothing here blocks.

use std::sync::Arc;

use bytes::Bytes;

use super::envelope;
use super::health::Health;
use super::keys::DeliveryNames;
use crate::broker::queue::Queue;

/// Where deliveries go, whichever connection they come from.
pub(super) struct DeliveryHandler {
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// How the pub/sub channels of this deployment are called.
    pub(super) names: DeliveryNames,
    /// The one of this node's probes.
    pub(super) probe: String,
}

impl DeliveryHandler {
    /// Takes in what was delivered: the pub/sub channel's name, and what was said on it.
    pub(super) fn hear(&self, name: &[u8], body: &[u8]) {
        if name == self.probe.as_bytes() {
            return self.health.echo();
        }
        let channel = std::str::from_utf8(name).ok().and_then(|name| self.names.channel_of(name));
        // The one copy: what it was read into is read into again.
        let body = Bytes::copy_from_slice(body);
        if let Some(delivery) = channel.and_then(|channel| envelope::decode(channel, body)) {
            self.queue.send(delivery);
        }
    }
}
