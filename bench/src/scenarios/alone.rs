//! The load generator without a server, to find out which of the two was the limit.

use std::time::Duration;

use anyhow::Result;

use super::fanout::SENDERS;
use super::play::{Figures, LENGTH, Length, figures};
use crate::cost::WatchedProcesses;
use crate::load::dialect::Dialect;
use crate::load::flood::Flood;
use crate::load::pace::{SendPhase, as_it_comes_back};
use crate::load::{ConnectionPlan, Load};
use crate::machine::Cores;

/// The name in the tables, in place of a peer's.
pub const NAME: &str = "generator alone";

const CONNECTIONS: usize = 1_000;
const AT_ONCE: usize = 256;
const IN_WITHIN: Duration = Duration::from_secs(20);

/// How fast it reads what a thread on the servers' core writes, so many messages at a time.
///
/// # Errors
/// The system's.
pub fn measure(cores: &Cores, together: usize, length: Length) -> Result<Figures> {
    let flood = cores.start_servers(|| Flood::start(CONNECTIONS, together, LENGTH))??;
    // Senders cost more to count, whether they send or not.
    let plan = |number| {
        if number < SENDERS { ConnectionPlan::sender(0, 0, number as u16) } else { ConnectionPlan::listener(0, 0) }
    };
    let plans = (0..CONNECTIONS).map(plan);
    let mut load = Load::new(Dialect::Plain, vec![flood.address()], plans)?;
    load.connect(AT_ONCE, IN_WITHIN)?;
    let talk = SendPhase { senders: Vec::new(), length: LENGTH, time: length.of(2.0, 1.0) };
    let result = as_it_comes_back(&mut load, &WatchedProcesses::default(), &talk, 0)?;
    let mut figures = figures(&result, &load);
    // There is no server, and all messages say the same.
    for key in ["server_us", "redis_us", "p50_ms", "p99_ms", "p999_ms", "disorder"] {
        figures.remove(key);
    }
    Ok(figures)
}
