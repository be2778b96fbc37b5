//! The connection on which deliveries come in from one Redis.
//!
//! One task owns it. Whatever breaks the connection, the task makes a new one,
//! subscribes everything again and only then says [`Delivery::Interrupted`]. A
//! question every second on the same connection finds one that is dead without
//! a word.

use std::sync::Arc;

use redis::Client;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{info, warn};

use super::connection::{BEAT_EVERY, Backoff, Broken, Connection};
use super::ears::{Ears, Farewells};
use super::wishes::Wishes;
use crate::broker::Delivery;

/// Subscriptions in one write.
const TOGETHER: usize = 512;

/// The task's own things.
pub(super) struct Subscriptions {
    pub(super) client: Client,
    /// What the Redis is called in logs.
    pub(super) name: Arc<str>,
    pub(super) ears: Arc<Ears>,
    pub(super) wishes: Arc<Wishes>,
    pub(super) is_sharded: bool,
    pub(super) is_cluster: bool,
    /// Told when some channels seem to be kept elsewhere.
    pub(super) misplaced: Arc<Notify>,
}

/// A connection that hears everything wanted.
struct Listening {
    connection: Connection,
    farewells: Arc<Farewells>,
}

impl Subscriptions {
    /// Keeps the link up for as long as it is polled.
    pub(super) async fn run(self) {
        let mut was_up = false;
        let mut backoff = Backoff::new();
        loop {
            let why = match self.connect(was_up).await {
                Ok(listening) => {
                    backoff = Backoff::new();
                    if was_up {
                        info!("the subscription link to Redis is back ({})", self.name);
                    }
                    was_up = true;
                    self.serve(&listening).await
                }
                Err(why) => why,
            };
            let trouble = format!("the subscription link to Redis is down ({}): {why}", self.name);
            if backoff.is_first() {
                warn!("{trouble}");
            }
            self.ears.health.broken(trouble);
            self.misplaced.notify_one();
            sleep(backoff.next()).await;
        }
    }

    /// Makes a connection that hears everything wanted.
    async fn connect(&self, was_up: bool) -> Result<Listening, Broken> {
        let farewells = Arc::new(Farewells::default());
        let hear = {
            let (ears, farewells) = (Arc::clone(&self.ears), Arc::clone(&farewells));
            move |push| ears.hear(push, &farewells)
        };
        let connection = Connection::open(&self.client, self.is_cluster, hear).await?;
        let listening = Listening { connection, farewells };
        self.tell(&listening, self.subscribe_command(), std::slice::from_ref(&self.ears.probe)).await?;
        let all = self.wishes.take_all();
        self.tell(&listening, self.subscribe_command(), &all.come).await?;
        self.wishes.fulfil(&all);
        self.ears.health.connected();
        if was_up || all.has_moved_here {
            self.ears.queue.send(Delivery::Interrupted);
        }
        Ok(listening)
    }

    /// Does what is wished until the connection breaks.
    async fn serve(&self, listening: &Listening) -> Broken {
        let mut beat = interval(BEAT_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                () = self.wishes.changed() => self.change(listening).await,
                _ = beat.tick() => match self.ears.health.is_deaf() {
                    true => Err(Broken::Deaf),
                    false => listening.connection.beat().await,
                },
                () = listening.connection.closed() => Err(Broken::Closed),
                () = listening.farewells.unexpected() => Err(Broken::Moved),
            };
            if let Err(why) = done {
                return why;
            }
        }
    }

    async fn change(&self, listening: &Listening) -> Result<(), Broken> {
        let change = self.wishes.take_changed();
        self.tell(listening, self.subscribe_command(), &change.come).await?;
        listening.farewells.foresee(change.go.len());
        self.tell(listening, self.unsubscribe_command(), &change.go).await?;
        self.wishes.fulfil(&change);
        if change.has_moved_here {
            self.ears.queue.send(Delivery::Interrupted);
        }
        Ok(())
    }

    async fn tell(&self, listening: &Listening, command: &str, names: &[String]) -> Result<(), Broken> {
        for names in names.chunks(TOGETHER) {
            let mut commands = redis::Pipeline::with_capacity(names.len());
            for name in names {
                // One name each: then one command has one answer, sharded or not.
                commands.cmd(command).arg(name).ignore();
            }
            commands.exec_async(&mut listening.connection.redis()).await?;
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
