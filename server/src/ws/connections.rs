//! All WebSockets of this node: finds those that have fallen silent, and closes all when the node shuts down,
//! or those of a person who signs out.
//!
//! One timing wheel in place of a timer for each connection. A connection is looked at only when its time may
//! be up; frames that arrive meanwhile move nothing in it.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use protocol::{CloseCode, Member, UserId};
use rand::seq::SliceRandom;
use realtime::outbox::{Outbox, frame};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::handler::SocketKind;
use crate::session::RevokedUsers;

/// How often the wheel turns; a silence may last up to twice this longer.
const TURN_EVERY: Duration = Duration::from_millis(250);

/// How long connections may be silent.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionTimeouts {
    /// From the upgrade to the client's first frame.
    pub hello_within: Duration,
    /// Silence before a ping is sent.
    pub ping_every: Duration,
    /// From the ping to its answer.
    pub pong_within: Duration,
    /// How long bytes for a client may wait unread, whatever the client itself sends.
    pub write_within: Duration,
    /// From the start of the shutdown until the last client was told to reconnect elsewhere.
    pub drain_within: Duration,
}

/// All open WebSockets of one node.
pub struct Connections {
    rules: Arc<Rules>,
    /// Turn 0 of the wheel.
    since: Instant,
    /// The connections to look at, by turn.
    wheel: Mutex<BTreeMap<u128, Vec<Weak<Heartbeat>>>>,
    /// Held while connections are out of the wheel to be looked at, so that a search finds all of them.
    turning: Mutex<()>,
}

/// What holds for all connections of a node.
struct Rules {
    timeouts: ConnectionTimeouts,
    revoked: Arc<RevokedUsers>,
}

/// Watches whether one connection is alive. The session holds it.
pub(super) struct Heartbeat {
    outbox: Arc<Outbox>,
    kind: SocketKind,
    rules: Arc<Rules>,
    state: Mutex<HeartbeatState>,
}

/// By when the connection has to show that it is alive.
struct HeartbeatState {
    next: Instant,
    awaiting: Awaiting,
    /// The person whose connection it is now.
    member: Arc<Member>,
}

/// What the time limit waits for.
#[derive(Clone, Copy)]
enum Awaiting {
    Hello,
    Words,
    Pong,
}

impl Connections {
    /// Looks after connections until the last handle is dropped; closes all of them
    /// once `leaving` is cancelled.
    pub fn start(timeouts: ConnectionTimeouts, revoked: Arc<RevokedUsers>, leaving: CancellationToken) -> Arc<Self> {
        let (rules, since) = (Arc::new(Rules { timeouts, revoked }), Instant::now());
        let connections = Arc::new(Self { rules, since, wheel: Mutex::default(), turning: Mutex::default() });
        tokio::spawn(turn(Arc::downgrade(&connections), leaving));
        connections
    }

    /// Looks after a connection until the returned heartbeat is dropped.
    pub(super) fn watch(&self, outbox: Arc<Outbox>, member: Arc<Member>, kind: SocketKind) -> Arc<Heartbeat> {
        let next = Instant::now() + self.rules.timeouts.hello_within;
        let state = Mutex::new(HeartbeatState { next, awaiting: Awaiting::Hello, member: member.clone() });
        let heartbeat = Arc::new(Heartbeat { outbox, kind, rules: self.rules.clone(), state });
        self.put(next, Arc::downgrade(&heartbeat));
        // Register first, then look at the list: a sign-out in between is found by one of the two.
        heartbeat.set_member(&member);
        heartbeat
    }

    /// Closes the connections of people who signed out.
    pub(crate) fn end_those_of(&self, users: &HashSet<UserId>) {
        let _turning = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        for heartbeat in self.wheel().values().flatten().filter_map(Weak::upgrade) {
            if users.contains(&heartbeat.state().member.id) {
                heartbeat.outbox.close(CloseCode::SignedOut);
            }
        }
    }

    /// Sends a frame to all connections of a person on this node that are for rooms.
    pub(crate) fn send_in_rooms(&self, user: &UserId, frame: &str) {
        let _turning = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        for heartbeat in self.wheel().values().flatten().filter_map(Weak::upgrade) {
            if heartbeat.kind == SocketKind::Rooms && heartbeat.state().member.id == *user {
                heartbeat.outbox.push(frame);
            }
        }
    }

    fn put(&self, at: Instant, heartbeat: Weak<Heartbeat>) {
        let turn = self.turn_after(at) + 1;
        self.wheel().entry(turn).or_default().push(heartbeat);
    }

    /// Looks at the connections whose time may be up.
    fn turn_to(&self, now: Instant) {
        let _turning = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        let due = {
            let mut wheel = self.wheel();
            let later = wheel.split_off(&(self.turn_after(now) + 1));
            std::mem::replace(&mut *wheel, later)
        };
        for heartbeat in due.into_values().flatten() {
            if let Some(next) = heartbeat.upgrade().and_then(|heartbeat| heartbeat.check(now)) {
                self.put(next, heartbeat);
            }
        }
    }

    /// Tells all clients to reconnect, spread over `within`, in no order.
    async fn drain(&self, within: Duration) {
        let mut all: Vec<_> = std::mem::take(&mut *self.wheel()).into_values().flatten().collect();
        all.shuffle(&mut rand::rng());
        let steps = u32::try_from(within.as_millis() / TURN_EVERY.as_millis()).unwrap_or(u32::MAX).max(1);
        let at_a_time = all.len().div_ceil(steps as usize).max(1);
        for some in all.chunks(at_a_time) {
            some.iter().filter_map(Weak::upgrade).for_each(|heartbeat| heartbeat.outbox.close(CloseCode::NodeLeaving));
            sleep(TURN_EVERY).await;
        }
    }

    /// The last turn that is over at `at`.
    fn turn_after(&self, at: Instant) -> u128 {
        at.duration_since(self.since).as_millis() / TURN_EVERY.as_millis()
    }

    fn wheel(&self) -> MutexGuard<'_, BTreeMap<u128, Vec<Weak<Heartbeat>>>> {
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
        connections.drain(connections.rules.timeouts.drain_within.mul_f64(0.6)).await;
        drop(connections);
        // And those whose upgrade was still under way.
        sleep(TURN_EVERY).await;
    }
}

impl Heartbeat {
    /// Notes that bytes arrived. Only a frame of ours counts as the first one.
    pub(super) fn on_bytes(&self, is_frame: bool) {
        let mut state = self.state();
        if is_frame || !matches!(state.awaiting, Awaiting::Hello) {
            (state.next, state.awaiting) = (Instant::now() + self.rules.timeouts.ping_every, Awaiting::Words);
        }
    }

    /// Sets whose connection it is; closes it if that person has signed out.
    pub(super) fn set_member(&self, member: &Arc<Member>) {
        self.state().member = member.clone();
        if self.rules.revoked.contains(&member.id) {
            self.outbox.close(CloseCode::SignedOut);
        }
    }

    /// Pings or closes if that is due; returns when to look again, or `None` when the connection is over.
    fn check(&self, now: Instant) -> Option<Instant> {
        let unread = self.outbox.waiting_since().map(|since| since + self.rules.timeouts.write_within);
        if unread.is_some_and(|until| until <= now) {
            self.outbox.close(CloseCode::Slow);
            return None;
        }
        let next = self.check_first_frame(now)?;
        Some(unread.map_or(next, |until| until.min(next)))
    }

    fn check_first_frame(&self, now: Instant) -> Option<Instant> {
        let mut state = self.state();
        if state.next > now {
            return Some(state.next);
        }
        match state.awaiting {
            Awaiting::Hello => self.outbox.close(CloseCode::NoHello),
            Awaiting::Pong => self.outbox.close(CloseCode::NoPong),
            Awaiting::Words => {
                (state.next, state.awaiting) = (now + self.rules.timeouts.pong_within, Awaiting::Pong);
                self.outbox.send(&frame::PING);
                return Some(state.next);
            }
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, HeartbeatState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::guest;

    const PATIENCE: ConnectionTimeouts = ConnectionTimeouts {
        hello_within: Duration::from_secs(10),
        ping_every: Duration::from_secs(25),
        pong_within: Duration::from_secs(10),
        write_within: Duration::from_secs(70),
        drain_within: Duration::from_secs(15),
    };

    fn watched(connections: &Connections) -> (Arc<Outbox>, Arc<Heartbeat>) {
        let outbox = Arc::new(Outbox::stuck(1 << 20));
        let heartbeat = connections.watch(outbox.clone(), Arc::new(guest()), SocketKind::Rooms);
        (outbox, heartbeat)
    }

    fn start(leaving: CancellationToken) -> Arc<Connections> {
        Connections::start(PATIENCE, Arc::default(), leaving)
    }

    // Time stands still in these tests; a sleep takes none.
    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_at_all_is_closed() {
        let connections = start(CancellationToken::new());
        let (outbox, heartbeat) = watched(&connections);
        heartbeat.on_bytes(false);
        sleep(Duration::from_secs(9)).await;
        assert_eq!(outbox.closing(), None);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(outbox.closing(), Some(CloseCode::NoHello), "a ping of the library is no hello");
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_silent_is_pinged_and_then_closed() {
        let connections = start(CancellationToken::new());
        let (outbox, heartbeat) = watched(&connections);
        heartbeat.on_bytes(true);
        sleep(Duration::from_secs(26)).await;
        assert!(outbox.is_waiting(), "a ping");
        heartbeat.on_bytes(false);
        sleep(Duration::from_secs(34)).await;
        assert_eq!(outbox.closing(), None, "it answered the first one");
        sleep(Duration::from_secs(2)).await;
        assert_eq!(outbox.closing(), Some(CloseCode::NoPong));
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_closed_however_much_they_say() {
        let connections = start(CancellationToken::new());
        let (outbox, heartbeat) = watched(&connections);
        heartbeat.on_bytes(true);
        outbox.push("something to read");
        for _ in 0..8 {
            sleep(Duration::from_secs(8)).await;
            heartbeat.on_bytes(true);
        }
        assert_eq!(outbox.closing(), None);
        for _ in 0..4 {
            sleep(Duration::from_secs(8)).await;
            heartbeat.on_bytes(true);
        }
        assert_eq!(outbox.closing(), Some(CloseCode::Slow));
    }

    #[tokio::test(start_paused = true)]
    async fn a_leaving_node_sends_all_away_but_not_at_once() {
        let leaving = CancellationToken::new();
        let connections = start(leaving.clone());
        let all: Vec<_> = (0..100).map(|_| watched(&connections)).collect();
        all.iter().for_each(|(_, heartbeat)| heartbeat.on_bytes(true));
        let gone = || all.iter().filter(|(outbox, _)| outbox.closing() == Some(CloseCode::NodeLeaving)).count();
        leaving.cancel();
        sleep(Duration::from_secs(4)).await;
        assert!((10..90).contains(&gone()), "{} after 4 s", gone());
        sleep(Duration::from_secs(6)).await;
        assert_eq!(gone(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_is_forgotten() {
        let connections = start(CancellationToken::new());
        drop(watched(&connections));
        sleep(Duration::from_secs(11)).await;
        assert!(connections.wheel().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_signs_out_loses_all_connections_and_nobody_else_any() {
        let connections = start(CancellationToken::new());
        let (ana, ben) = (Arc::new(guest()), Arc::new(guest()));
        let watch = |member: &Arc<Member>| {
            let outbox = Arc::new(Outbox::stuck(1 << 20));
            (outbox.clone(), connections.watch(outbox, member.clone(), SocketKind::Games))
        };
        let all = [watch(&ana), watch(&ben), watch(&ben)];
        all[2].1.set_member(&ana);
        connections.end_those_of(&HashSet::from([ana.id.clone()]));
        let closing: Vec<_> = all.iter().map(|(outbox, _)| outbox.closing()).collect();
        assert_eq!(closing, [Some(CloseCode::SignedOut), None, Some(CloseCode::SignedOut)]);
    }
}
