//! What is measured. Each scenario is a function from a [`Play`] to figures, with a line in [`ALL`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use super::cost::WatchedProcesses;
use super::load::dialect::Dialect;
use super::load::pace::PhaseResult;
use super::load::{ConnectionPlan, Load};

pub mod alone;
pub mod cross;
pub mod fanout;
pub mod firehose;
pub mod idle;
pub mod rooms;
pub mod saturate;
pub mod slow_readers;

/// Characters of a message, where nothing else is said.
pub const LENGTH: usize = 128;
/// Handshakes at the same time.
const AT_ONCE: usize = 256;
/// Only a failure waits for this.
const IN_WITHIN: Duration = Duration::from_secs(90);
/// Until buses are subscribed to and newcomers announced.
const SETTLE: Duration = Duration::from_millis(1500);

/// Figures by the keys of their columns.
pub type Figures = BTreeMap<String, f64>;

/// A figure of a scenario, as tables show it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its key in [`Figures`].
    pub key: &'static str,
    /// Its title, with the unit.
    pub title: &'static str,
    /// Digits after the point.
    pub digits: usize,
}

/// A scenario that can be measured.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The name of the scenario.
    pub name: &'static str,
    /// What happens in it.
    pub about: &'static str,
    /// Its figures in the tables; the first is the one that is compared with the floor.
    pub columns: &'static [Column],
    /// Where the generator may be the limit: how many messages at a time its own is measured with.
    pub flood: Option<usize>,
    /// The function that measures it.
    pub play: fn(&Play) -> Result<Figures>,
}

/// All scenarios, in the order of the tables.
pub const ALL: [Scenario; 7] = [
    Scenario {
        name: "fanout",
        about: "1,000 people in one room over two nodes; ten of them send 20 messages a second in all",
        columns: &[
            column("server_us", "CPU µs per delivery", 2),
            column("p50_ms", "p50 ms", 2),
            column("p99_ms", "p99 ms", 2),
            column("p999_ms", "p99.9 ms", 2),
            column("redis_us", "Redis µs per message", 0),
        ],
        flood: None,
        play: fanout::measure,
    },
    Scenario {
        name: "saturate",
        about: "the same room; the rate is doubled until, twice, less than 95 % arrives in time or p99 is over a \
                second, then narrowed down three times",
        columns: &[
            column("per_second", "deliveries per second", 0),
            column("p99_ms", "p99 ms at that rate", 0),
            column("per_read", "messages per read", 1),
            BUSY,
            READABLE,
        ],
        flood: Some(1),
        play: saturate::measure,
    },
    Scenario {
        name: "firehose",
        about: "the same room; ten senders keep four messages each on their way",
        columns: &[
            column("per_second", "deliveries per second", 0),
            column("server_us", "CPU µs per delivery", 3),
            column("per_read", "messages per read", 1),
            BUSY,
            READABLE,
        ],
        flood: Some(32),
        play: firehose::measure,
    },
    Scenario {
        name: "rooms",
        about: "500 rooms of ten over two nodes; 1,000 messages a second in all",
        columns: &[
            column("server_us", "CPU µs per delivery", 2),
            column("p50_ms", "p50 ms", 2),
            column("p99_ms", "p99 ms", 2),
            column("redis_us", "Redis µs per message", 0),
        ],
        flood: None,
        play: rooms::measure,
    },
    Scenario {
        name: "idle",
        about: "15,000 people in 1,000 rooms of 15 over two nodes, who come as fast as they are let in and say nothing",
        columns: &[
            column("kib", "KiB per connection", 2),
            column("connects", "connects per second", 0),
            column("idle_pct", "CPU % while silent", 2),
        ],
        flood: None,
        play: idle::measure,
    },
    Scenario {
        name: "cross",
        about: "one sender on the first node, 50 listeners on the second; 100 messages a second",
        columns: &[column("p50_ms", "p50 ms", 3), column("p99_ms", "p99 ms", 3), column("p999_ms", "p99.9 ms", 3)],
        flood: None,
        play: cross::measure,
    },
    Scenario {
        name: "slow-readers",
        about: "250 in one room, 100 messages of 3,000 characters a second, and a fifth of them reads 5 kB a second; \
                three times, by turns with the same where everybody reads",
        columns: &[
            column("p999_ms", "p99.9 ms of the others", 2),
            column("alone_ms", "p99.9 ms without slow ones", 2),
            column("worse", "ratio", 2),
            column("sent_away", "slow ones sent away", 0),
            column("memory_mib", "MiB more at most", 1),
            BUSY,
        ],
        flood: None,
        play: slow_readers::measure,
    },
];

const BUSY: Column = column("generator_busy_pct", "generator busy %", 0);
const READABLE: Column = column("readable", "generator could read", 0);

const fn column(key: &'static str, title: &'static str, digits: usize) -> Column {
    Column { key, title, digits }
}

impl Scenario {
    /// The scenario with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|scenario| scenario.name == name)
    }
}

/// The servers that a scenario runs on.
#[derive(Debug)]
pub struct Play {
    /// The protocol of the servers.
    pub dialect: Dialect,
    /// The addresses of the nodes.
    pub nodes: Vec<SocketAddr>,
    /// The process ids of the servers.
    pub watched: WatchedProcesses,
    /// How long is measured.
    pub length: Length,
}

/// How long a scenario is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As long as figures for a page need.
    Full,
    /// As short as it can be while the figures mean something.
    Quick,
}

impl Length {
    /// Seconds to measure for, in each form.
    pub fn of(self, full: f64, quick: f64) -> Duration {
        Duration::from_secs_f64(if self == Self::Full { full } else { quick })
    }
}

impl Play {
    /// Everybody connected, in their rooms and settled.
    ///
    /// # Errors
    /// Somebody did not get in.
    pub fn load(&self, plans: impl IntoIterator<Item = ConnectionPlan>) -> Result<(Load, Duration)> {
        let mut load = Load::new(self.dialect, self.nodes.clone(), plans)?;
        let took = load.connect(AT_ONCE, IN_WITHIN)?;
        load.rest(SETTLE)?;
        Ok((load, took))
    }

    /// The node for the `number`th connection, in turn.
    pub fn node(&self, number: usize) -> usize {
        number % self.nodes.len()
    }
}

/// The figures of every phase.
pub fn figures(result: &PhaseResult, load: &Load) -> Figures {
    let wall = result.cost.wall.as_secs_f64().max(f64::MIN_POSITIVE);
    let all = [
        ("per_second", result.per_second()),
        ("readable", result.readable()),
        ("server_us", result.server_us()),
        ("redis_us", result.redis_us()),
        ("server_pct", 100.0 * result.cost.server.as_secs_f64() / wall),
        ("redis_pct", 100.0 * result.cost.redis.as_secs_f64() / wall),
        ("p50_ms", result.p50_ms),
        ("p99_ms", result.p99_ms),
        ("p999_ms", result.p999_ms),
        ("per_read", result.per_read),
        ("bytes", result.bytes),
        ("generator_busy_pct", 100.0 * result.generator_busy),
        ("generator_us", result.cost.own.as_secs_f64() * 1e6 / result.delivered.max(1) as f64),
        ("lag_ms", result.lag_ms),
        ("sent", result.sent as f64),
        ("delivered", result.delivered as f64),
        ("lost_pct", 100.0 * result.lost()),
        ("disorder", result.disorder as f64),
        ("skipped", result.skipped as f64),
        ("refused", load.refused() as f64),
        ("gone", load.gone().0 as f64),
    ];
    all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
