//! What hears the pushes of a subscription link and hands them on.
//!
//! redis-rs calls in from its own task with every push: nothing here blocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use redis::{PushInfo, PushKind, Value};
use tokio::sync::Notify;

use super::health::Health;
use super::{envelope, keys};
use crate::broker::queue::Queue;

/// Where pushes go, whichever connection they come from.
pub(super) struct Ears {
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// The pub/sub channel of this node's probes.
    pub(super) probe: String,
}

/// Tells the ends of subscriptions that we asked for from those that a cluster
/// makes when it keeps a channel elsewhere.
#[derive(Default)]
pub(super) struct Farewells {
    expected: AtomicI64,
    unexpected: Notify,
}

impl Farewells {
    /// So many were asked for.
    pub(super) fn foresee(&self, count: usize) {
        self.expected.fetch_add(i64::try_from(count).unwrap_or(i64::MAX), Ordering::AcqRel);
    }

    /// Returns when one came that was not expected.
    pub(super) async fn unexpected(&self) {
        self.unexpected.notified().await;
    }

    fn came(&self) {
        if self.expected.fetch_sub(1, Ordering::AcqRel) <= 0 {
            self.unexpected.notify_one();
        }
    }
}

impl Ears {
    /// Takes in a push.
    pub(super) fn hear(&self, push: PushInfo, farewells: &Farewells) {
        match push.kind {
            PushKind::Message | PushKind::SMessage => self.hear_message(push.data),
            PushKind::Unsubscribe | PushKind::SUnsubscribe => farewells.came(),
            _ => {}
        }
    }

    fn hear_message(&self, data: Vec<Value>) {
        let mut data = data.into_iter();
        let (Some(Value::BulkString(name)), Some(Value::BulkString(body))) = (data.next(), data.next()) else { return };
        if name == self.probe.as_bytes() {
            return self.health.echo();
        }
        let channel = std::str::from_utf8(&name).ok().and_then(keys::channel_of_deliveries);
        if let Some(delivery) = channel.and_then(|channel| envelope::decode(channel, body.into())) {
            self.queue.send(delivery);
        }
    }
}
