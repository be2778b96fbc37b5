//! The connection on which deliveries come in.
//!
//! One task owns it and the list of what this node wants to hear. Whatever
//! breaks the connection, the task makes a new one, subscribes everything again
//! and only then says [`Delivery::Interrupted`]. A PING every second on the same
//! connection finds one that is dead without a word.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{info, warn};

use super::ears::{Connection, Ears};
use super::link::Link;
use super::version;
use crate::broker::Delivery;

/// Between two PINGs.
const PING_EVERY: Duration = Duration::from_secs(1);
/// Waits between two attempts to connect: from, to.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(1);
/// Subscriptions in one write.
const TOGETHER: usize = 512;

/// A wish to hear a pub/sub channel, or to hear it no more.
pub(super) struct Request {
    pub(super) name: String,
    pub(super) wanted: bool,
    /// Answered when Redis has confirmed it.
    pub(super) done: oneshot::Sender<()>,
}

/// Why there is no link at the moment.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(transparent)]
    Version(#[from] version::TooOld),
    #[error("{0}")]
    Redis(#[from] redis::RedisError),
    #[error("Redis does not answer")]
    Silent,
    #[error("Redis closed the link")]
    Closed,
    #[error("probes do not come back")]
    Deaf,
}

/// The task's own things.
pub(super) struct Subscriptions {
    link: Link,
    ears: Arc<Ears>,
    requests: mpsc::Receiver<Request>,
    wanted: HashSet<String>,
    unanswered: Vec<oneshot::Sender<()>>,
}

impl Subscriptions {
    pub(super) fn new(link: Link, ears: Arc<Ears>, requests: mpsc::Receiver<Request>) -> Self {
        let wanted = HashSet::from([ears.probe.clone()]);
        Self { link, ears, requests, wanted, unanswered: Vec::new() }
    }

    /// Keeps the link up until all senders of requests are gone. The outcome
    /// of the first attempt goes to `first`.
    pub(super) async fn run(mut self, first: oneshot::Sender<Result<(), Broken>>) {
        let mut first = Some(first);
        let mut wait = RETRY_FIRST;
        loop {
            let why = match self.connect().await {
                Ok(connection) => {
                    wait = RETRY_FIRST;
                    self.ears.health.connected();
                    match first.take() {
                        Some(first) => drop(first.send(Ok(()))),
                        None => {
                            info!("the subscription link to Redis is back");
                            self.ears.queue.send(Delivery::Interrupted);
                        }
                    }
                    match self.serve(&connection).await {
                        Ok(()) => return,
                        Err(why) => why,
                    }
                }
                Err(why) => why,
            };
            let trouble = format!("the subscription link to Redis is down: {why}");
            if wait == RETRY_FIRST {
                warn!("{trouble}");
            }
            self.ears.health.broken(trouble);
            if let Some(first) = first.take() {
                let _ = first.send(Err(why));
            }
            sleep(wait.mul_f64(rand::random_range(0.5..1.0))).await;
            wait = (wait * 2).min(RETRY_MOST);
        }
    }

    /// Makes a connection that hears everything wanted.
    async fn connect(&mut self) -> Result<Connection, Broken> {
        let connection = Connection::open(self.link.client(), &self.ears).await?;
        version::check(&mut connection.redis()).await?;
        // What was asked for meanwhile is subscribed along with the rest.
        while let Ok(request) = self.requests.try_recv() {
            self.note(request);
        }
        let all: Vec<String> = self.wanted.iter().cloned().collect();
        self.tell(&connection, self.link.subscribe_command(), &all).await?;
        self.answer();
        Ok(connection)
    }

    /// Does what is asked until the connection breaks; Ok when nobody is left to ask.
    async fn serve(&mut self, connection: &Connection) -> Result<(), Broken> {
        let mut beat = interval(PING_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                received = self.requests.recv_many(&mut batch, TOGETHER) => match received {
                    0 => return Ok(()),
                    _ => self.change(connection, batch.drain(..)).await?,
                },
                _ = beat.tick() => {
                    redis::cmd("PING").exec_async(&mut connection.redis()).await?;
                    if self.ears.health.is_deaf() {
                        return Err(Broken::Deaf);
                    }
                }
                () = connection.closed() => return Err(Broken::Closed),
            }
        }
    }

    async fn change(&mut self, link: &Connection, batch: impl Iterator<Item = Request>) -> Result<(), Broken> {
        let mut before = HashMap::new();
        for request in batch {
            let name = request.name.clone();
            let was_wanted = self.note(request);
            before.entry(name).or_insert(was_wanted);
        }
        let (mut come, mut go) = (Vec::new(), Vec::new());
        for (name, was_wanted) in before {
            match (was_wanted, self.wanted.contains(&name)) {
                (false, true) => come.push(name),
                (true, false) => go.push(name),
                _ => {}
            }
        }
        self.tell(link, self.link.subscribe_command(), &come).await?;
        self.tell(link, self.link.unsubscribe_command(), &go).await?;
        self.answer();
        Ok(())
    }

    /// Takes note of a wish; says whether the channel was wanted before.
    fn note(&mut self, Request { name, wanted, done }: Request) -> bool {
        self.unanswered.push(done);
        match wanted {
            true => !self.wanted.insert(name),
            false => self.wanted.remove(&name),
        }
    }

    async fn tell(&self, connection: &Connection, command: &str, names: &[String]) -> Result<(), Broken> {
        for names in names.chunks(TOGETHER) {
            let mut commands = redis::Pipeline::with_capacity(names.len());
            for name in names {
                // One name each: then one command has one answer, sharded or not.
                commands.cmd(command).arg(name).ignore();
            }
            commands.exec_async(&mut connection.redis()).await?;
        }
        Ok(())
    }

    fn answer(&mut self) {
        for done in self.unanswered.drain(..) {
            // Whoever asked may have given up.
            let _ = done.send(());
        }
    }
}
