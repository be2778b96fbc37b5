//! What hears the deliveries of a line and hands them on.
//!
//! The line's own task calls in with every one: nothing here blocks.

use std::sync::Arc;

use bytes::Bytes;

use super::health::Health;
use super::{envelope, keys};
use crate::broker::queue::Queue;

/// Where deliveries go, whichever line they come from.
pub(super) struct Ears {
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// The pub/sub channel of this node's probes.
    pub(super) probe: String,
}

impl Ears {
    /// Takes in what was delivered: the pub/sub channel's name, and what was said on it.
    pub(super) fn hear(&self, name: &[u8], body: &[u8]) {
        if name == self.probe.as_bytes() {
            return self.health.echo();
        }
        let channel = std::str::from_utf8(name).ok().and_then(keys::channel_of_deliveries);
        // The one copy: what it was read into is read into again.
        let body = Bytes::copy_from_slice(body);
        if let Some(delivery) = channel.and_then(|channel| envelope::decode(channel, body)) {
            self.queue.send(delivery);
        }
    }
}
