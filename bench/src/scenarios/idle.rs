//! Many who come, and say nothing.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::play::{Figures, LENGTH, Play, figures};
use crate::cost::{Meter, memory_kib};
use crate::load::ConnectionPlan;
use crate::load::pace::{SendPhase, at_rate};

const MEMBERS: usize = 15;
/// Rooms that are asked, at the end, whether everybody is really there.
const PROBED: usize = 100;

pub(super) fn measure(play: &Play) -> Result<Figures> {
    silent(play, 15_000)
}

/// Measures so many connections.
///
/// # Errors
/// Somebody does not get in, or is not in their room.
pub fn silent(play: &Play, connections: usize) -> Result<Figures> {
    let plan =
        |number: usize| ConnectionPlan::sender(play.node(number), (number / MEMBERS) as u32, (number % MEMBERS) as u16);
    let before = memory_kib(&play.watched.servers);
    let coming = Meter::start(&play.watched);
    let (mut load, took) = play.load((0..connections).map(plan))?;
    let coming = coming.stop();
    load.rest(Duration::from_secs(2))?;
    let memory = memory_kib(&play.watched.servers).saturating_sub(before);
    let silent = Meter::start(&play.watched);
    load.rest(play.length.of(3.0, 2.0))?;
    let silent = silent.stop();
    let rooms = connections / MEMBERS;
    let senders = (0..rooms).step_by((rooms / PROBED).max(1)).map(|room| room * MEMBERS).collect();
    let talk = SendPhase { senders, length: LENGTH, time: Duration::from_secs(1) };
    let result = at_rate(&mut load, &play.watched, &talk, PROBED as f64)?;
    ensure!(result.delivered == result.expected, "{} were not told what was said", result.expected - result.delivered);
    let mut figures = figures(&result, &load);
    let all = connections as f64;
    for (key, value) in [
        ("kib", memory as f64 / all),
        ("connects", all / took.as_secs_f64()),
        ("connect_us", coming.server.as_secs_f64() * 1e6 / all),
        ("connect_redis_us", coming.redis.as_secs_f64() * 1e6 / all),
        ("idle_pct", 100.0 * silent.server.as_secs_f64() / silent.wall.as_secs_f64()),
    ] {
        figures.insert(key.into(), value);
    }
    Ok(figures)
}
