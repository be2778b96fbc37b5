//! The cost of a unit of work as there is more of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::chart::lines::{Chart, Series, draw};
use super::deployment::Size;
use super::record::{Grown, Record, Spread, exponent};
use super::scenarios::fanout::{Room, in_room};
use super::scenarios::idle::silent;
use super::scenarios::rooms::{Rooms, in_rooms};
use super::scenarios::{Column, Figures, Play};
use super::table::number;

/// Exponents below this are no growth: figures repeat to about a tenth.
const FLAT: f64 = 0.1;

/// Something that grows, while the work of a second stays the same.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The name by which the command line chooses it.
    pub name: &'static str,
    /// What is measured, for a heading.
    pub title: &'static str,
    /// What the sizes count, in the words of an axis.
    pub sizes_are: &'static str,
    /// The sizes that are measured, from the smallest to the largest.
    pub sizes: &'static [usize],
    /// What it costs; the first is the one that is judged.
    pub columns: &'static [Column],
    /// How many of the columns are drawn: those with the same unit.
    drawn: usize,
    /// The servers that a size needs.
    pub servers: fn(usize) -> Size,
    /// The function that measures one size.
    pub play: fn(&Play, usize) -> Result<Figures>,
}

const SERVER: Column = Column { key: "server_us", title: "CPU µs per delivery", digits: 2 };
const REDIS: Column = Column { key: "redis_us", title: "Redis µs per message", digits: 1 };
const P99: Column = Column { key: "p99_ms", title: "p99 ms", digits: 2 };

/// All growths that can be measured.
pub const ALL: [Growth; 5] = [
    Growth {
        name: "connections",
        title: "Memory, as connections grow",
        sizes_are: "silent connections, in rooms of 15 on two nodes",
        sizes: &[1_000, 2_000, 4_000, 8_000, 15_000],
        columns: &[
            Column { key: "kib", title: "KiB per connection", digits: 2 },
            Column { key: "connect_us", title: "CPU µs per connect", digits: 0 },
            Column { key: "idle_pct", title: "CPU % while silent", digits: 2 },
        ],
        drawn: 1,
        servers: |_| Size { nodes: 2, shards: 1 },
        play: silent,
    },
    Growth {
        name: "room",
        title: "A delivery, as the room grows",
        sizes_are: "people in one room on two nodes; 20,000 deliveries a second",
        sizes: &[10, 100, 1_000, 10_000],
        columns: &[SERVER, REDIS, P99],
        drawn: 1,
        servers: |_| Size { nodes: 2, shards: 1 },
        play: |play, members| {
            let room = Room { members, rate: 20_000.0 / members as f64 };
            in_room(play, room, play.length.of(6.0, 3.0))
        },
    },
    Growth {
        name: "rooms",
        title: "A message, as rooms grow",
        sizes_are: "rooms of one on two nodes; 1,000 messages a second",
        sizes: &[10, 100, 1_000, 10_000],
        columns: &[SERVER, REDIS, P99],
        drawn: 2,
        servers: |_| Size { nodes: 2, shards: 1 },
        play: |play, count| in_rooms(play, Rooms { count, members: 1, rate: 1_000.0 }, play.length.of(5.0, 3.0)),
    },
    Growth {
        name: "nodes",
        title: "A delivery, as nodes grow",
        sizes_are: "nodes with a room of 1,000 spread over them, all on one core; 20 messages a second",
        sizes: &[1, 2, 3, 4],
        columns: &[SERVER, REDIS, P99],
        drawn: 1,
        servers: |nodes| Size { nodes, shards: 1 },
        play: |play, _| in_room(play, Room { members: 1_000, rate: 20.0 }, play.length.of(6.0, 3.0)),
    },
    Growth {
        name: "shards",
        title: "A message, as Redis servers grow",
        sizes_are: "Redis servers, all on one core; 500 rooms of ten on two nodes, 1,000 messages a second",
        sizes: &[1, 2, 3, 4],
        columns: &[REDIS, SERVER, P99],
        drawn: 2,
        servers: |shards| Size { nodes: 2, shards },
        play: |play, _| in_rooms(play, Rooms { count: 500, members: 10, rate: 1_000.0 }, play.length.of(5.0, 3.0)),
    },
];

impl Growth {
    /// The growth with this name; `None` where the command line names none of them.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|growth| growth.name == name)
    }

    /// The value of a figure at each size.
    pub fn points(&self, record: &Record, key: &str) -> Vec<(f64, f64)> {
        let at = |size: &usize| {
            let these = record.growth.iter().filter(|one: &&Grown| one.growth == self.name && one.size == *size);
            Some((*size as f64, Spread::of(these.filter_map(|one| one.figures.get(key).copied()))?.median))
        };
        self.sizes.iter().filter_map(at).collect()
    }

    /// The finding, as a sentence.
    fn found(&self, record: &Record) -> Option<String> {
        let judged = self.columns[0];
        let points = self.points(record, judged.key);
        let ((from, first), (to, last)) = (points.first()?, points.last()?);
        let exponent = exponent(&points)?;
        let verdict = match exponent {
            flat if flat.abs() < FLAT => "flat",
            less if less < 0.0 => "falling",
            more if more < 0.9 => "growing slower than the size",
            _ => "growing with the size",
        };
        let told = |value: &f64, digits| number(*value, digits);
        Some(format!(
            "{} {} at {}, {} at {}: size to the power of {}, {verdict}.",
            judged.title,
            told(first, judged.digits),
            told(from, 0),
            told(last, judged.digits),
            told(to, 0),
            number(exponent, 2)
        ))
    }

    fn chart(&self, record: &Record) -> Option<Chart> {
        let series = self.columns.iter().take(self.drawn).map(|column| Series {
            title: column.title.into(),
            digits: column.digits,
            points: self.points(record, column.key),
        });
        Some(Chart {
            title: self.title.into(),
            found: self.found(record)?,
            sizes: self.sizes_are.into(),
            series: series.collect(),
        })
    }

    fn file(&self) -> String {
        format!("growth-{}.svg", self.name)
    }
}

/// Draws the measurements into a folder; returns the paths of the files.
///
/// # Errors
/// The file system's.
pub fn draw_all(record: &Record, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut drawn = Vec::new();
    for growth in &ALL {
        if let Some(picture) = growth.chart(record).as_ref().and_then(draw) {
            let file = folder.join(growth.file());
            std::fs::create_dir_all(folder)?;
            std::fs::write(&file, picture)?;
            drawn.push(file);
        }
    }
    Ok(drawn)
}

/// A picture, where there is one in `images`, and a table for each.
pub fn tables(record: &Record, images: Option<&str>) -> String {
    let mut text = String::new();
    for growth in &ALL {
        let Some(found) = growth.found(record) else { continue };
        // Writing to a string does not fail.
        let _ = write!(text, "**{}.** {found}\n\n", growth.title);
        if let Some(images) = images {
            let _ = write!(text, "![{}: {found}]({images}/{})\n\n", growth.title, growth.file());
        }
        let titles: Vec<_> = growth.columns.iter().map(|column| column.title).collect();
        let _ =
            write!(text, "| {} | {} |\n|{}\n", growth.sizes_are, titles.join(" | "), "---|".repeat(titles.len() + 1));
        for size in growth.sizes {
            let at = |column: &Column| {
                let points = growth.points(record, column.key);
                let (_, value) = points.into_iter().find(|(x, _)| *x as usize == *size)?;
                Some(number(value, column.digits))
            };
            let cells: Vec<_> = growth.columns.iter().map(|column| at(column).unwrap_or("–".into())).collect();
            let _ = writeln!(text, "| {} | {} |", number(*size as f64, 0), cells.join(" | "));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(law: fn(usize) -> f64) -> Record {
        let grown = |size: &usize| Grown {
            growth: "room".into(),
            size: *size,
            repetition: 1,
            figures: Figures::from([("server_us".into(), law(*size))]),
        };
        Record { growth: [10, 100, 1_000, 10_000].iter().map(grown).collect(), ..Record::default() }
    }

    #[test]
    fn what_does_not_grow_is_called_flat() {
        let found = |law| Growth::named("room").unwrap().found(&record(law)).unwrap();
        assert!(found(|_| 5.0).ends_with("power of 0.00, flat."), "{}", found(|_| 5.0));
        assert!(found(|size| (size as f64).sqrt()).ends_with("power of 0.50, growing slower than the size."));
        assert!(found(|size| size as f64).ends_with("power of 1.00, growing with the size."));
        assert!(found(|size| 1.0 / size as f64).ends_with("power of -1.00, falling."));
    }

    #[test]
    fn what_was_not_measured_is_not_told() {
        assert_eq!(tables(&Record::default(), None), "");
        let text = tables(&record(|_| 5.0), Some("images"));
        assert!(text.contains("](images/growth-room.svg)"), "{text}");
        assert!(text.contains("| 10,000 | 5.00 | – | – |"), "{text}");
    }
}
