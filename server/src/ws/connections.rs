//! Every WebSocket of this node: finds those that have fallen silent, and sends
//! all away when the node leaves.
//!
//! One wheel for all instead of a timer for each. It turns past a connection
//! only when its time may be up; what is heard meanwhile moves nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use protocol::CloseCode;
use rand::seq::SliceRandom;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::outbox::{Outbox, frame};

/// How often the wheel is turned; a silence may last up to twice so much longer.
const TURN_EVERY: Duration = Duration::from_millis(250);

/// How long silences may be.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until the first frame must have come.
    pub hello_within: Duration,
    /// Of silence, before a ping.
    pub ping_every: Duration,
    /// Until the ping is answered.
    pub pong_within: Duration,
    /// From the leaving until the last one must have been sent away.
    pub drain_within: Duration,
}

/// The connections of a node.
pub struct Connections {
    patience: Arc<Patience>,
    /// When the wheel began to turn.
    since: Instant,
    /// Who is looked at in which turn.
    wheel: Mutex<BTreeMap<u128, Vec<Weak<Beat>>>>,
}

/// A connection's signs of life.
pub(super) struct Beat {
    outbox: Arc<Outbox>,
    patience: Arc<Patience>,
    pulse: Mutex<Pulse>,
}

/// When the connection has to have shown that it is alive.
struct Pulse {
    next: Instant,
    missing: Missing,
}

/// What is missing when the time is up.
#[derive(Clone, Copy)]
enum Missing {
    Hello,
    Words,
    Pong,
}

impl Connections {
    /// Looks after connections until nobody holds them any more; lets all go once `leaving` is set.
    pub fn start(patience: Patience, leaving: CancellationToken) -> Arc<Self> {
        let (patience, since) = (Arc::new(patience), Instant::now());
        let connections = Arc::new(Self { patience, since, wheel: Mutex::default() });
        tokio::spawn(turn(Arc::downgrade(&connections), leaving));
        connections
    }

    /// Looks after a connection for as long as its beat is held.
    pub(super) fn watch(&self, outbox: Arc<Outbox>) -> Arc<Beat> {
        let next = Instant::now() + self.patience.hello_within;
        let pulse = Mutex::new(Pulse { next, missing: Missing::Hello });
        let beat = Arc::new(Beat { outbox, patience: self.patience.clone(), pulse });
        self.put(next, Arc::downgrade(&beat));
        beat
    }

    fn put(&self, at: Instant, beat: Weak<Beat>) {
        let turn = self.turn_after(at) + 1;
        self.wheel().entry(turn).or_default().push(beat);
    }

    /// Looks at those whose time may be up.
    fn turn_to(&self, now: Instant) {
        let due = {
            let mut wheel = self.wheel();
            let later = wheel.split_off(&(self.turn_after(now) + 1));
            std::mem::replace(&mut *wheel, later)
        };
        for beat in due.into_values().flatten() {
            if let Some(next) = beat.upgrade().and_then(|beat| beat.look(now)) {
                self.put(next, beat);
            }
        }
    }

    /// Sends everybody away within a time, in any order.
    async fn let_go(&self, within: Duration) {
        let mut all: Vec<_> = std::mem::take(&mut *self.wheel()).into_values().flatten().collect();
        all.shuffle(&mut rand::rng());
        let steps = u32::try_from(within.as_millis() / TURN_EVERY.as_millis()).unwrap_or(u32::MAX).max(1);
        let at_a_time = all.len().div_ceil(steps as usize).max(1);
        for some in all.chunks(at_a_time) {
            some.iter().filter_map(Weak::upgrade).for_each(|beat| beat.outbox.close(CloseCode::NodeLeaving));
            sleep(TURN_EVERY).await;
        }
    }

    /// The last turn that is over at a moment.
    fn turn_after(&self, at: Instant) -> u128 {
        at.duration_since(self.since).as_millis() / TURN_EVERY.as_millis()
    }

    fn wheel(&self) -> MutexGuard<'_, BTreeMap<u128, Vec<Weak<Beat>>>> {
        self.wheel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn turn(connections: Weak<Connections>, leaving: CancellationToken) {
    loop {
        tokio::select! {
            () = sleep(TURN_EVERY) => {}
            () = leaving.cancelled() => break,
        }
        let Some(connections) = connections.upgrade() else { return };
        connections.turn_to(Instant::now());
    }
    while let Some(connections) = connections.upgrade() {
        // All at once would storm the other nodes.
        connections.let_go(connections.patience.drain_within.mul_f64(0.6)).await;
        drop(connections);
        // Those whose request was on its way.
        sleep(TURN_EVERY).await;
    }
}

impl Beat {
    /// Something came. Only a frame of ours counts as a hello.
    pub(super) fn heard(&self, is_frame: bool) {
        let mut pulse = self.pulse();
        if is_frame || !matches!(pulse.missing, Missing::Hello) {
            *pulse = Pulse { next: Instant::now() + self.patience.ping_every, missing: Missing::Words };
        }
    }

    /// Does what is due; says when to look again.
    fn look(&self, now: Instant) -> Option<Instant> {
        let mut pulse = self.pulse();
        if pulse.next > now {
            return Some(pulse.next);
        }
        match pulse.missing {
            Missing::Hello => self.outbox.close(CloseCode::NoHello),
            Missing::Pong => self.outbox.close(CloseCode::NoPong),
            Missing::Words => {
                *pulse = Pulse { next: now + self.patience.pong_within, missing: Missing::Pong };
                self.outbox.send(&frame::PING);
                return Some(pulse.next);
            }
        }
        None
    }

    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        hello_within: Duration::from_secs(10),
        ping_every: Duration::from_secs(25),
        pong_within: Duration::from_secs(10),
        drain_within: Duration::from_secs(15),
    };

    fn watched(connections: &Connections) -> (Arc<Outbox>, Arc<Beat>) {
        let outbox = Arc::new(Outbox::stuck(1 << 20));
        let beat = connections.watch(outbox.clone());
        (outbox, beat)
    }

    // Time stands still in these tests; a sleep takes none.
    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_at_all_is_closed() {
        let connections = Connections::start(PATIENCE, CancellationToken::new());
        let (outbox, beat) = watched(&connections);
        beat.heard(false);
        sleep(Duration::from_secs(9)).await;
        assert_eq!(outbox.closing(), None);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(outbox.closing(), Some(CloseCode::NoHello), "a ping of the library is no hello");
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_silent_is_pinged_and_then_closed() {
        let connections = Connections::start(PATIENCE, CancellationToken::new());
        let (outbox, beat) = watched(&connections);
        beat.heard(true);
        sleep(Duration::from_secs(26)).await;
        assert!(outbox.is_waiting(), "a ping");
        beat.heard(false);
        sleep(Duration::from_secs(34)).await;
        assert_eq!(outbox.closing(), None, "it answered the first one");
        sleep(Duration::from_secs(2)).await;
        assert_eq!(outbox.closing(), Some(CloseCode::NoPong));
    }

    #[tokio::test(start_paused = true)]
    async fn a_leaving_node_sends_all_away_but_not_at_once() {
        let leaving = CancellationToken::new();
        let connections = Connections::start(PATIENCE, leaving.clone());
        let all: Vec<_> = (0..100).map(|_| watched(&connections)).collect();
        all.iter().for_each(|(_, beat)| beat.heard(true));
        let gone = || all.iter().filter(|(outbox, _)| outbox.closing() == Some(CloseCode::NodeLeaving)).count();
        leaving.cancel();
        sleep(Duration::from_secs(4)).await;
        assert!((10..90).contains(&gone()), "{} after 4 s", gone());
        sleep(Duration::from_secs(6)).await;
        assert_eq!(gone(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_is_forgotten() {
        let connections = Connections::start(PATIENCE, CancellationToken::new());
        drop(watched(&connections));
        sleep(Duration::from_secs(11)).await;
        assert!(connections.wheel().is_empty());
    }
}
