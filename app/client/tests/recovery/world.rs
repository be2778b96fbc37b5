//! Clients, a server, the network between them and a clock.

use std::collections::HashSet;

use client::room::{Input, Timer};
use protocol::{MessageId, ServerMessage};

use crate::client::{Around, Client, Fate};
use crate::log::source;
use crate::server::{Down, Mishap, Server};

/// The first two are tabs of one person.
pub(crate) const CLIENTS: usize = 3;
/// What may be under way to or from a client, see [`World::arrive`].
const ARRIVALS: u32 = 8;
const TIMERS: [Timer; 6] = [Timer::Connect, Timer::Silence, Timer::Resend, Timer::Reload, Timer::Steady, Timer::Typing];
/// After the last fault everything must be well within this time: the longest back-off, a silence and a page
/// that hung, one after another.
const CALM_MS: u64 = 180_000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    Says { who: usize, bad: bool },
    Changes { who: usize, which: usize, deletes: bool },
    LooksBack { who: usize },
    Life { steps: u32 },
    Time { ms: u64 },
    Calm,
    Cut { who: usize, noticed: bool },
    LosesFrame { who: usize, upwards: bool },
    RepeatsFrame { who: usize },
    Network { who: usize, online: bool },
    ReloadsPage { who: usize, drawn_by_server: bool },
    Decides { who: usize, again: bool },
    WakesForNothing { who: usize, timer: usize },
    Restart { keeps_messages: bool },
    Rename,
    Trim,
    LogAway { away: bool },
    StalePages { stale: bool },
    Happens(Mishap),
}

pub(crate) struct World {
    server: Server,
    clients: Vec<Client>,
    offline: [bool; CLIENTS],
    now: u64,
    random: u64,
    next_socket: u32,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let clients = vec![Client::new("a", "ana"), Client::new("b", "ana"), Client::new("c", "carl")];
        let mut world = Self {
            server: Server::new(),
            clients,
            offline: [false; CLIENTS],
            now: 0,
            random: seed | 1,
            next_socket: 0,
        };
        for who in 0..CLIENTS {
            world.with(who, |client, around| client.open_page(true, around));
        }
        world
    }

    /// A random number (xorshift), so that a seed repeats a failure.
    fn roll(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 32) as u32
    }

    fn with<T>(&mut self, who: usize, act: impl FnOnce(&mut Client, &mut Around) -> T) -> T {
        let random = self.roll();
        let mut around = Around { server: &mut self.server, now: self.now, random, next_socket: &mut self.next_socket };
        act(&mut self.clients[who], &mut around)
    }

    pub(crate) fn suffer(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Says { who, bad } => self.with(who, |client, around| client.say(bad, around)),
            Trouble::Changes { who, which, deletes } => {
                self.with(who, |client, around| client.change(which, deletes, around));
            }
            Trouble::LooksBack { who } => self.with(who, |client, around| client.look_back(around.server)),
            Trouble::Life { steps } => self.live(steps),
            Trouble::Time { ms } => self.pass(ms),
            Trouble::Calm => self.quiet(20_000),
            Trouble::Cut { who, noticed } => self.cut(who, noticed),
            Trouble::LosesFrame { who, upwards } => self.lose(who, upwards),
            Trouble::RepeatsFrame { who } => self.repeat(who),
            Trouble::Network { who, online } => self.network(who, online),
            Trouble::ReloadsPage { who, drawn_by_server } => {
                self.offline[who] = false;
                self.with(who, |client, around| client.open_page(drawn_by_server, around));
            }
            Trouble::Decides { who, again } => self.with(who, |client, around| client.decide(again, around)),
            Trouble::WakesForNothing { who, timer } => {
                self.with(who, |client, around| client.step(Input::TimerFired(TIMERS[timer]), around));
            }
            Trouble::Restart { keeps_messages } => self.server.restart(keeps_messages),
            Trouble::Rename => self.server.rename(),
            Trouble::Trim => self.server.trim(),
            Trouble::LogAway { away } => self.server.away = away,
            Trouble::StalePages { stale } => self.server.cached = stale.then(|| self.server.page()),
            Trouble::Happens(mishap) => self.server.mishap = Some(mishap),
        }
    }

    /// Delivers some of what is under way, to random clients.
    fn live(&mut self, steps: u32) {
        for _ in 0..steps {
            let what = self.roll();
            self.arrive((what >> 8) as usize % CLIENTS, what % ARRIVALS);
        }
    }

    fn arrive(&mut self, who: usize, what: u32) -> bool {
        match (what, self.clients[who].socket()) {
            (0, _) => self.with(who, |client, around| client.read(around)),
            (1, _) => self.with(who, |client, around| client.show_earlier(around.server)),
            (2 | 3, Some(socket)) => self.server.hear(socket),
            _ => self.with(who, |client, around| client.hear(around)),
        }
    }

    /// Lets time pass; timers fire when they are due.
    fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let first = (0..CLIENTS).filter_map(|who| Some((self.clients[who].next_wake()?, who))).min();
            let Some((at, who)) = first.filter(|(at, _)| *at <= end) else { break };
            self.now = self.now.max(at);
            self.with(who, |client, around| client.wake(around));
        }
        self.now = end;
    }

    /// Lets time pass, and everything arrives.
    fn quiet(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end {
            while (0..CLIENTS).any(|who| (0..ARRIVALS).any(|what| self.arrive(who, what))) {}
            let next = self.clients.iter().filter_map(Client::next_wake).min().unwrap_or(end);
            self.pass(next.clamp(self.now + 1, end) - self.now);
        }
    }

    /// Cuts the connection with all that is under way. If it is not noticed, the client still
    /// takes it for open.
    fn cut(&mut self, who: usize, noticed: bool) {
        let Some(socket) = self.clients[who].socket() else { return };
        if !noticed {
            self.server.wires.remove(&socket);
        } else if let Some(wire) = self.server.wires.get_mut(&socket) {
            wire.is_in = false;
            wire.up.clear();
            wire.down = [Down::Closed(1006)].into();
        }
    }

    fn lose(&mut self, who: usize, upwards: bool) {
        let socket = self.clients[who].socket();
        let Some(wire) = socket.and_then(|socket| self.server.wires.get_mut(&socket)) else { return };
        if upwards {
            wire.up.pop_front();
        } else if let Some(Down::Frame(_)) = wire.down.front() {
            wire.down.pop_front();
            wire.has_hole = true;
        }
    }

    fn repeat(&mut self, who: usize) {
        let socket = self.clients[who].socket();
        let Some(wire) = socket.and_then(|socket| self.server.wires.get_mut(&socket)) else { return };
        let logged = |frame: &ServerMessage| {
            matches!(frame, ServerMessage::Message(_) | ServerMessage::Edited(_) | ServerMessage::Deleted(_))
        };
        if let Some(Down::Frame(frame)) = wire.down.front().cloned()
            && logged(&frame)
        {
            wire.down.push_back(Down::Frame(frame.clone()));
            wire.down.push_front(Down::Frame(frame));
        }
    }

    fn network(&mut self, who: usize, online: bool) {
        self.offline[who] = !online;
        let input = if online { Input::Online } else { Input::Offline };
        self.with(who, |client, around| client.step(input, around));
    }

    /// Ends all faults, and lets time pass.
    pub(crate) fn calm_down(&mut self) {
        self.server.away = false;
        self.server.cached = None;
        self.server.mishap = None;
        for who in 0..CLIENTS {
            if self.offline[who] {
                self.network(who, true);
            }
        }
        self.server.check_positions();
        self.quiet(CALM_MS);
    }

    pub(crate) fn check(&self) {
        for client in &self.clients {
            client.check_settled(&self.server);
            for (id, fate) in &client.fates {
                let times = self.server.log().iter().filter(|event| source(event).1 == id).count();
                let ever = self.server.logs.values().flatten().any(|event| source(event).1 == id);
                assert!(times <= 1, "{id} is in the log {times} times");
                // A change that a log took with it may be about nothing in the next one, which refuses it.
                let is_in = if client.changing.contains(id) && *fate != Fate::Settled { times > 0 } else { ever };
                // A change may be in the log though its writer was told that there is no such message (any more).
                let is_given_up = client.changing.contains(id) && *fate != Fate::Settled;
                if !(is_given_up && (self.server.began_anew() || self.server.is_of_deleted(id))) {
                    assert_eq!(is_in, *fate == Fate::Settled, "{id} is {fate:?}");
                }
            }
            self.check_order(client);
        }
    }

    /// What a client sent is in the log in the order of writing, unless it was refused once.
    fn check_order(&self, client: &Client) {
        let in_order = |id: &&MessageId| client.fates[*id] == Fate::Settled && !client.refused.contains(*id);
        let settled: Vec<_> = client.said.iter().filter(in_order).collect();
        for log in self.server.logs.values() {
            let of_client: HashSet<_> = settled.iter().copied().collect();
            let in_log: Vec<_> = log.iter().map(|event| source(event).1).filter(|id| of_client.contains(id)).collect();
            let as_written: Vec<_> = settled.iter().copied().filter(|id| in_log.contains(id)).collect();
            assert_eq!(in_log, as_written);
        }
    }
}
