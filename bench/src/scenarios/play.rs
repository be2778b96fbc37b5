//! What a scenario gets, and what it gives: the servers it runs on, for how long, and its figures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::cost::WatchedProcesses;
use crate::load::dialect::Dialect;
use crate::load::pace::PhaseResult;
use crate::load::{ConnectionPlan, Load};

/// Characters of a message, where nothing else is said.
pub const LENGTH: usize = 128;
/// Handshakes at the same time.
const AT_ONCE: usize = 256;
/// Only a failure waits for this.
const IN_WITHIN: Duration = Duration::from_secs(90);
/// Until buses are subscribed to and newcomers announced.
const SETTLE: Duration = Duration::from_millis(1500);

/// The servers that a scenario runs on.
#[derive(Debug)]
pub struct Play {
    /// The protocol of the servers.
    pub dialect: Dialect,
    /// The addresses at which the nodes take clients.
    pub nodes: Vec<SocketAddr>,
    /// The process ids of the servers.
    pub watched: WatchedProcesses,
    /// Whether measurements last as long as figures for a page need, or only for a quick look.
    pub length: Length,
}

impl Play {
    /// Everybody connected, in their rooms and settled.
    ///
    /// # Errors Somebody did not get in.
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

/// Figures by the keys of their columns.
pub type Figures = BTreeMap<String, f64>;

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
