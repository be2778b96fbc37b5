//! What hears the pushes of the subscription link and hands them on.
//!
//! redis-rs calls in from its own task with every push: nothing here blocks.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, PushInfo, PushKind, Value};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::health::Health;
use super::link::ANSWER_WITHIN;
use super::subscriptions::Broken;
use super::{envelope, keys};
use crate::broker::queue::Queue;

/// Where pushes go, whichever connection they come from.
pub(super) struct Ears {
    pub(super) queue: Queue,
    pub(super) health: Arc<Health>,
    /// The pub/sub channel of this node's probes.
    pub(super) probe: String,
}

/// One connection. Dropped, it is heard no more, so that it cannot speak
/// between the words of the next one.
pub(super) struct Connection {
    redis: MultiplexedConnection,
    heard: Arc<AtomicBool>,
    closed: Arc<Notify>,
}

impl Connection {
    pub(super) async fn open(client: &Client, ears: &Arc<Ears>) -> Result<Self, Broken> {
        let heard = Arc::new(AtomicBool::new(true));
        let closed = Arc::new(Notify::new());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN))
            .set_push_sender(receiver(ears, &heard, &closed));
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let redis = timeout(ANSWER_WITHIN * 2, connecting).await.map_err(|_| Broken::Silent)??;
        Ok(Self { redis, heard, closed })
    }

    /// For commands on this very connection.
    pub(super) fn redis(&self) -> MultiplexedConnection {
        self.redis.clone()
    }

    /// Returns once the connection is closed.
    pub(super) async fn closed(&self) {
        self.closed.notified().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.heard.store(false, Ordering::Release);
    }
}

fn receiver(
    ears: &Arc<Ears>,
    heard: &Arc<AtomicBool>,
    closed: &Arc<Notify>,
) -> impl Fn(PushInfo) -> Result<(), Infallible> + Send + Sync + 'static {
    let (ears, heard, closed) = (Arc::clone(ears), Arc::clone(heard), Arc::clone(closed));
    move |push| {
        match push.kind {
            PushKind::Message | PushKind::SMessage if heard.load(Ordering::Acquire) => ears.hear(push.data),
            PushKind::Disconnection => closed.notify_one(),
            _ => {}
        }
        Ok(())
    }
}

impl Ears {
    fn hear(&self, data: Vec<Value>) {
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
