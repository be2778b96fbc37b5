//! Keeps a connection to one Redis open, with all desired subscriptions on it.
//!
//! One task owns it. Whatever breaks the connection, the task makes a new one, subscribes everything again
//! and only then tells the subscriber of the interruption. A ping every second on the same connection finds
//! one that died silently.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::connection::Connection;
use super::desired::Desired;
use super::error::{ANSWER_WITHIN, ConnectionError};
use super::health::Health;
use super::keyspace::PubSubNames;
use super::options::Subscriber;
use super::servers::Address;
use super::supervisor::{BEAT_EVERY, Backoff};

/// How many names go into one SUBSCRIBE.
const TOGETHER: usize = 512;

/// What the task works with: a server, the names that should be subscribed there, and who takes what comes.
pub(super) struct Subscriptions {
    pub(super) address: Address,
    /// Where publishers find the connection while it is up.
    pub(super) connection: Arc<CurrentConnection>,
    pub(super) handler: Arc<MessageHandler>,
    pub(super) desired: Arc<Desired>,
    pub(super) is_sharded: bool,
    pub(super) is_cluster: bool,
    /// Notified when the cluster seems to have moved some channels.
    pub(super) reload_slots: Arc<Notify>,
}

/// The connection that is up now, if any.
#[derive(Default)]
pub(super) struct CurrentConnection(RwLock<Option<Arc<Connection>>>);

/// Takes the messages of one connection. The connection's task calls it for each: nothing here blocks.
pub(super) struct MessageHandler {
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) health: Arc<Health>,
    /// The names of this deployment's pub/sub channels.
    pub(super) names: PubSubNames,
    /// The pub/sub channel of this node's probes.
    pub(super) probe: String,
}

impl MessageHandler {
    fn on_push(&self, name: &[u8], payload: &[u8]) {
        match name == self.probe.as_bytes() {
            true => self.health.echo(),
            false => self.subscriber.on_message(&self.names, name, payload),
        }
    }
}

impl CurrentConnection {
    pub(super) fn connection(&self) -> Option<Arc<Connection>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, connection: Option<Arc<Connection>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

impl Subscriptions {
    /// Keeps the connection open for as long as it is polled.
    pub(super) async fn run(self) {
        let mut was_up = false;
        let mut backoff = Backoff::new();
        loop {
            let why = match self.connect(was_up).await {
                Ok(connection) => {
                    backoff = Backoff::new();
                    if was_up {
                        info!("the subscription connection to Redis is back ({})", self.address);
                    }
                    was_up = true;
                    let connection = Arc::new(connection);
                    self.connection.set(Some(Arc::clone(&connection)));
                    let why = self.serve(&connection).await;
                    self.connection.set(None);
                    match why {
                        ConnectionError::Silent => connection.close_silent(),
                        _ => connection.close(),
                    }
                    why
                }
                Err(why) => why,
            };
            let trouble = format!("the subscription connection to Redis is down ({}): {why}", self.address);
            if backoff.is_first() {
                warn!("{trouble}");
            }
            self.handler.health.broken(trouble);
            self.reload_slots.notify_one();
            sleep(backoff.next()).await;
        }
    }

    /// Connects and subscribes everything that is desired.
    async fn connect(&self, was_up: bool) -> Result<Connection, ConnectionError> {
        let handler = Arc::clone(&self.handler);
        let on_push = Box::new(move |name: &[u8], body: &[u8]| handler.on_push(name, body));
        let connection = Connection::open(&self.address, self.is_cluster, on_push).await?;
        self.send_command(&connection, self.subscribe_command(), std::slice::from_ref(&self.handler.probe)).await?;
        let all = self.desired.take_all();
        self.send_command(&connection, self.subscribe_command(), &all.come).await?;
        self.desired.acknowledge(&all);
        self.handler.health.connected();
        if was_up || all.has_moved_here {
            self.handler.subscriber.on_interrupted();
        }
        Ok(connection)
    }

    /// Subscribes and unsubscribes as desired until the connection breaks.
    async fn serve(&self, connection: &Connection) -> ConnectionError {
        let mut checks = interval(BEAT_EVERY);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                () = self.desired.changed() => self.change(connection).await,
                _ = checks.tick() => match self.handler.health.is_deaf() {
                    true => Err(ConnectionError::Deaf),
                    false => connection.check_alive().await,
                },
                () = connection.closed() => Err(ConnectionError::Closed),
                () = connection.moved() => Err(ConnectionError::Moved),
            };
            if let Err(why) = done {
                return why;
            }
        }
    }

    async fn change(&self, connection: &Connection) -> Result<(), ConnectionError> {
        let change = self.desired.take_changed();
        self.send_command(connection, self.subscribe_command(), &change.come).await?;
        self.send_command(connection, self.unsubscribe_command(), &change.go).await?;
        self.desired.acknowledge(&change);
        if change.has_moved_here {
            self.handler.subscriber.on_interrupted();
        }
        Ok(())
    }

    async fn send_command(
        &self,
        connection: &Connection,
        command: &str,
        names: &[String],
    ) -> Result<(), ConnectionError> {
        for names in names.chunks(TOGETHER) {
            let told = timeout(ANSWER_WITHIN, connection.subscribe(command, names)).await;
            told.map_err(|_| ConnectionError::Silent)??;
        }
        Ok(())
    }

    fn subscribe_command(&self) -> &'static str {
        if self.is_sharded { "SSUBSCRIBE" } else { "SUBSCRIBE" }
    }

    fn unsubscribe_command(&self) -> &'static str {
        if self.is_sharded { "SUNSUBSCRIBE" } else { "UNSUBSCRIBE" }
    }
}
