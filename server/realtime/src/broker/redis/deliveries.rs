//! Decodes what comes in on the subscriptions, and queues it.

use bytes::Bytes;
use storage::redis::{PubSubNames, Subscriber};

use super::{envelope, names};
use crate::broker::Delivery;
use crate::broker::queue::Queue;

impl Subscriber for Queue {
    fn on_message(&self, pub_sub: &PubSubNames, name: &[u8], payload: &[u8]) {
        let channel = std::str::from_utf8(name).ok().and_then(|name| names::channel_of(pub_sub, name));
        // The only copy: the read buffer is used again.
        let payload = Bytes::copy_from_slice(payload);
        if let Some(delivery) = channel.and_then(|channel| envelope::decode(channel, payload)) {
            self.send(delivery);
        }
    }

    fn on_interrupted(&self) {
        self.send(Delivery::Interrupted);
    }
}
