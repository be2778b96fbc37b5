//! What is measured. Each scenario is a function from a [`Play`] to figures, with a line in [`ALL`].

use anyhow::Result;

pub mod alone;
pub mod cross;
pub mod fanout;
pub mod firehose;
pub mod idle;
pub mod play;
pub mod rooms;
pub mod saturate;
pub mod slow_readers;

pub use play::{Figures, Length, Play};

/// A figure of a scenario, as tables show it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The key under which [`Figures`] have its value.
    pub key: &'static str,
    /// Its title, with the unit.
    pub title: &'static str,
    /// How many digits after the point a table shows.
    pub digits: usize,
}

/// A scenario that can be measured.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The name by which the command line and the tables call it.
    pub name: &'static str,
    /// What happens in it, as a sentence for the tables.
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
    /// The scenario with this name; `None` where the command line names none of them.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|scenario| scenario.name == name)
    }
}
