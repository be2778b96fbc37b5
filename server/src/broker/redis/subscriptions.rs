//! Keeps a line to one Redis on which everything wanted is heard.
//!
//! One task owns it. Whatever breaks the line, the task makes a new one,
//! subscribes everything again and only then says [`Delivery::Interrupted`]. A
//! question every second on the same line finds one that is dead without
//! a word.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::connection::{ANSWER_WITHIN, BEAT_EVERY, Backoff, Broken};
use super::ears::Ears;
use super::line::Line;
use super::servers::Address;
use super::wishes::Wishes;
use crate::broker::Delivery;

/// Subscriptions in one write.
const TOGETHER: usize = 512;

/// The task's own things.
pub(super) struct Subscriptions {
    pub(super) address: Address,
    /// Where publications find the line while it is up.
    pub(super) line: Arc<Slot>,
    pub(super) ears: Arc<Ears>,
    pub(super) wishes: Arc<Wishes>,
    pub(super) is_sharded: bool,
    pub(super) is_cluster: bool,
    /// Told when some channels seem to be kept elsewhere.
    pub(super) misplaced: Arc<Notify>,
}

/// Where a line is while it is up.
#[derive(Default)]
pub(super) struct Slot(RwLock<Option<Arc<Line>>>);

impl Slot {
    /// The line, if it is up.
    pub(super) fn line(&self) -> Option<Arc<Line>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, line: Option<Arc<Line>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = line;
    }
}

impl Subscriptions {
    /// Keeps the link up for as long as it is polled.
    pub(super) async fn run(self) {
        let mut was_up = false;
        let mut backoff = Backoff::new();
        loop {
            let why = match self.connect(was_up).await {
                Ok(line) => {
                    backoff = Backoff::new();
                    if was_up {
                        info!("the subscription link to Redis is back ({})", self.address);
                    }
                    was_up = true;
                    let line = Arc::new(line);
                    self.line.set(Some(Arc::clone(&line)));
                    let why = self.serve(&line).await;
                    self.line.set(None);
                    match why {
                        Broken::Silent => line.close_silent(),
                        _ => line.close(),
                    }
                    why
                }
                Err(why) => why,
            };
            let trouble = format!("the subscription link to Redis is down ({}): {why}", self.address);
            if backoff.is_first() {
                warn!("{trouble}");
            }
            self.ears.health.broken(trouble);
            self.misplaced.notify_one();
            sleep(backoff.next()).await;
        }
    }

    /// Makes a line on which everything wanted is heard.
    async fn connect(&self, was_up: bool) -> Result<Line, Broken> {
        let ears = Arc::clone(&self.ears);
        let hear = Box::new(move |name: &[u8], body: &[u8]| ears.hear(name, body));
        let line = Line::open(&self.address, self.is_cluster, hear).await?;
        self.tell(&line, self.subscribe_command(), std::slice::from_ref(&self.ears.probe)).await?;
        let all = self.wishes.take_all();
        self.tell(&line, self.subscribe_command(), &all.come).await?;
        self.wishes.fulfil(&all);
        self.ears.health.connected();
        if was_up || all.has_moved_here {
            self.ears.queue.send(Delivery::Interrupted);
        }
        Ok(line)
    }

    /// Does what is wished until the line breaks.
    async fn serve(&self, line: &Line) -> Broken {
        let mut beat = interval(BEAT_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                () = self.wishes.changed() => self.change(line).await,
                _ = beat.tick() => match self.ears.health.is_deaf() {
                    true => Err(Broken::Deaf),
                    false => line.beat().await,
                },
                () = line.closed() => Err(Broken::Closed),
                () = line.moved() => Err(Broken::Moved),
            };
            if let Err(why) = done {
                return why;
            }
        }
    }

    async fn change(&self, line: &Line) -> Result<(), Broken> {
        let change = self.wishes.take_changed();
        self.tell(line, self.subscribe_command(), &change.come).await?;
        self.tell(line, self.unsubscribe_command(), &change.go).await?;
        self.wishes.fulfil(&change);
        if change.has_moved_here {
            self.ears.queue.send(Delivery::Interrupted);
        }
        Ok(())
    }

    async fn tell(&self, line: &Line, command: &str, names: &[String]) -> Result<(), Broken> {
        for names in names.chunks(TOGETHER) {
            let told = timeout(ANSWER_WITHIN, line.subscribe(command, names)).await;
            told.map_err(|_| Broken::Silent)??;
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
