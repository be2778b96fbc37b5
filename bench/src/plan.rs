//! What a million people would need, on paper, from what was measured here.

use std::fmt::Write as _;

use super::growth::Growth;
use super::record::Record;
use super::table::number;

const US: &str = "Hubbub";

/// Who they are and what they do.
const PEOPLE: f64 = 1_000_000.0;
const ROOM: f64 = 50.0;
/// Seconds between two messages of one person.
const SILENCE_S: f64 = 120.0;
/// How full a core may be, so that it follows when another dies.
const FILLED: f64 = 0.5;
/// Cores of one node's machine; one process of Hubbub uses all of them.
const NODE_CORES: f64 = 8.0;
/// What the kernel keeps of a quiet TCP connection; not measured here.
const SOCKET_KIB: f64 = 4.0;

/// Measured figures that the plan is made of.
#[derive(Clone, Copy, Debug)]
struct Measured {
    kib: f64,
    connect_us: f64,
    server_us: f64,
    bytes: f64,
    /// Redis' microseconds for a message, with so many nodes: `base + each · nodes`.
    redis_base: f64,
    redis_each: f64,
}

impl Measured {
    fn of(record: &Record, grown: Option<&Record>) -> Option<Self> {
        let figure = |scenario, key| Some(record.spread(scenario, US, key)?.median);
        let nodes =
            grown.map(|grown| Growth::named("nodes").map(|nodes| nodes.points(grown, "redis_us")).unwrap_or_default());
        let redis_us = figure("rooms", "redis_us")?;
        let each = slope(&nodes.unwrap_or_default()).unwrap_or(0.0).max(0.0);
        Some(Self {
            kib: figure("idle", "kib")?,
            connect_us: figure("idle", "connect_us")?,
            server_us: figure("rooms", "server_us")?,
            bytes: figure("rooms", "bytes")?,
            // The rooms were measured on two nodes.
            redis_base: (redis_us - 2.0 * each).max(0.0),
            redis_each: each,
        })
    }
}

/// How much y grows with each step of x, by least squares.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let (mean_x, mean_y) =
        (points.iter().map(|(x, _)| x).sum::<f64>() / count, points.iter().map(|(_, y)| y).sum::<f64>() / count);
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    (spread > 0.0).then(|| points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread)
}

/// The plan in words and a table; `None` while something it needs was not measured.
pub fn million(record: &Record, grown: Option<&Record>) -> Option<String> {
    let measured = Measured::of(record, grown)?;
    let messages = PEOPLE / SILENCE_S;
    let deliveries = messages * ROOM;
    let cores = deliveries * measured.server_us / 1e6;
    let nodes = (cores / FILLED / NODE_CORES).ceil().max(3.0);
    let redis_us = measured.redis_base + measured.redis_each * nodes;
    let redis = messages * redis_us / 1e6;
    let shards = (redis / FILLED).ceil().max(1.0);
    let memory = PEOPLE * measured.kib / f64::from(1 << 20);
    let kernel = PEOPLE * SOCKET_KIB / f64::from(1 << 20);
    let people = PEOPLE / nodes;
    let back = people * measured.connect_us / 1e6 / ((nodes - 1.0) * NODE_CORES * (1.0 - FILLED));
    let bits = deliveries * measured.bytes * 8.0 / 1e9;
    let rows = [
        ("Messages a second".into(), "people / seconds between their messages", number(messages, 0)),
        ("Deliveries a second".into(), "messages × people in a room", number(deliveries, 0)),
        (
            "Cores for delivering".into(),
            "deliveries × CPU µs per delivery (rooms)",
            format!("{} × {} µs = {}", number(deliveries, 0), number(measured.server_us, 2), number(cores, 1)),
        ),
        (
            format!("Nodes of {NODE_CORES:.0} cores"),
            "cores / half full / cores of a node, at least three",
            number(nodes, 0),
        ),
        (
            "Memory of a node".into(),
            "its people × (KiB per connection + 4 KiB of the kernel, not measured)",
            format!("{} GiB", number((memory + kernel) / nodes, 1)),
        ),
        (
            "Redis servers".into(),
            "messages × Redis µs per message with so many nodes / half full",
            format!(
                "{} × {} µs = {} cores: {}",
                number(messages, 0),
                number(redis_us, 0),
                number(redis, 2),
                number(shards, 0)
            ),
        ),
        (
            "Network to people".into(),
            "deliveries × bytes per delivery",
            format!("{} Gbit/s, {} each node", number(bits, 1), number(bits / nodes, 2)),
        ),
        (
            "A node dies".into(),
            "its people × CPU µs per connect, on the free half of the others",
            format!("{} people are back after {} s", number(people, 0), number(back.max(1.0), 0)),
        ),
    ];
    let mut text = format!(
        "{} people in rooms of {ROOM:.0}, each of whom says something every {SILENCE_S:.0} s.\n\n| | How | |\n|---|---|---|\n",
        number(PEOPLE, 0)
    );
    for (what, how, much) in rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {what} | {how} | {much} |");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Trial;
    use crate::scenarios::Figures;

    fn trial(scenario: &str, figures: &[(&str, f64)]) -> Trial {
        Trial {
            peer: US.into(),
            scenario: scenario.into(),
            repetition: 1,
            figures: figures.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect::<Figures>(),
            failure: None,
            others_pct: 0.0,
        }
    }

    #[test]
    fn a_million_is_reckoned_from_what_was_measured() {
        let mut record = Record::default();
        assert_eq!(million(&record, None), None);
        record.trials.push(trial("idle", &[("kib", 8.0), ("connect_us", 100.0)]));
        record.trials.push(trial("rooms", &[("server_us", 12.0), ("redis_us", 54.0), ("bytes", 300.0)]));
        let text = million(&record, None).unwrap();
        // 1,000,000 / 120 = 8,333 messages, × 50 = 416,667 deliveries, × 12 µs = 5 cores.
        for told in ["| 8,333 |", "= 5.0 |", "| 3 |", "× 54 µs = 0.45 cores: 1 |", "1.0 Gbit/s"] {
            assert!(text.contains(told), "{told}: {text}");
        }
    }

    #[test]
    fn a_slope_is_what_each_step_adds() {
        assert_eq!(slope(&[(1.0, 30.0), (2.0, 35.0), (3.0, 40.0)]), Some(5.0));
        assert_eq!(slope(&[]), None);
    }
}
