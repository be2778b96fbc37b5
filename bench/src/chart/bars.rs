//! Bars: every peer beside the others, a panel for each figure.

use super::svg::Drawing;
use crate::peers::{self, LIMIT, LIMIT_LOG, LIMIT_REDIS};
use crate::record::{Record, Spread};
use crate::table::number;

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 28.0;
const HEAD: f64 = 74.0;
const GAP: f64 = 36.0;
const NAME: f64 = 92.0;
const VALUE: f64 = 70.0;
const ROW: f64 = 24.0;
const BAR: f64 = 14.0;
const PANEL_HEAD: f64 = 42.0;
const COLUMNS: usize = 2;

/// A figure that is drawn.
struct Panel {
    scenario: &'static str,
    key: &'static str,
    title: &'static str,
    more: &'static str,
    digits: usize,
}

const PANELS: [Panel; 6] = [
    Panel {
        scenario: "saturate",
        key: "per_second",
        title: "Deliveries per second, at most",
        more: "longer is better; a room of 1,000, one core for all servers and Redis",
        digits: 0,
    },
    Panel {
        scenario: "fanout",
        key: "server_us",
        title: "CPU µs per delivery",
        more: "shorter is better; a room of 1,000 at an ordinary rate",
        digits: 1,
    },
    Panel {
        scenario: "idle",
        key: "kib",
        title: "KiB per silent connection",
        more: "shorter is better; 15,000 people in rooms of 15",
        digits: 1,
    },
    Panel {
        scenario: "rooms",
        key: "server_us",
        title: "CPU µs per delivery, small rooms",
        more: "shorter is better; 500 rooms of ten, 1,000 messages a second",
        digits: 1,
    },
    Panel {
        scenario: "cross",
        key: "p99_ms",
        title: "Milliseconds from node to node, p99",
        more: "shorter is better; 100 messages a second to 50 people",
        digits: 2,
    },
    Panel {
        scenario: "slow-readers",
        key: "p999_ms",
        title: "Milliseconds beside slow readers, p99.9",
        more: "shorter is better; a fifth of 250 reads 5 kB a second",
        digits: 1,
    },
];

/// A bar of a panel.
struct Bar {
    name: &'static str,
    spread: Spread,
}

/// The picture of a record; `None` where nothing of it is drawn.
pub fn draw(record: &Record) -> Option<String> {
    let panels: Vec<_> =
        PANELS.iter().map(|panel| (panel, bars(record, panel))).filter(|(_, bars)| !bars.is_empty()).collect();
    let most = panels.iter().map(|(_, bars)| bars.len()).max()?;
    let panel_height = PANEL_HEAD + ROW * most as f64 + 22.0;
    let height = HEAD + panel_height * panels.len().div_ceil(COLUMNS) as f64 + 8.0;
    let panel_width = (WIDTH - 2.0 * MARGIN - GAP) / COLUMNS as f64;
    let mut drawing = Drawing::new(WIDTH, height);
    drawing.text(MARGIN, 36.0, "head", "Hubbub beside other servers");
    let machine = &record.machine;
    let told = format!(
        "{}, {}; two nodes and Redis on one core. Dashed: the floor, a program that does nothing but send.",
        machine.date, machine.processor
    );
    drawing.text(MARGIN, 56.0, "quiet", &told);
    let mut about = Vec::new();
    for (at, (panel, bars)) in panels.iter().enumerate() {
        let x = MARGIN + (at % COLUMNS) as f64 * (panel_width + GAP);
        let y = HEAD + (at / COLUMNS) as f64 * panel_height;
        draw_panel(&mut drawing, panel, bars, (x, y), panel_width);
        let told: Vec<_> =
            bars.iter().map(|bar| format!("{} {}", bar.name, number(bar.spread.median, panel.digits))).collect();
        about.push(format!("{}: {}.", panel.title, told.join(", ")));
    }
    Some(drawing.finish("Hubbub beside other servers", &about.join(" ")))
}

fn bars(record: &Record, panel: &Panel) -> Vec<Bar> {
    let of = |name| Some(Bar { name, spread: record.spread(panel.scenario, name, panel.key)? });
    peers::ALL.iter().filter_map(|peer| of(peer.name)).collect()
}

fn draw_panel(drawing: &mut Drawing, panel: &Panel, bars: &[Bar], (x, y): (f64, f64), width: f64) {
    drawing.text(x, y + 16.0, "panel", panel.title);
    drawing.text(x, y + 33.0, "quiet", panel.more);
    let longest = bars.iter().map(|bar| bar.spread.median).fold(f64::MIN_POSITIVE, f64::max);
    let room = width - NAME - VALUE;
    for (at, bar) in bars.iter().enumerate() {
        let (top, length) = (y + PANEL_HEAD + ROW * at as f64, (room * bar.spread.median / longest).max(1.0));
        let (bar_class, text_class) = match bar.name {
            "Hubbub" => ("ours", "strong"),
            LIMIT | LIMIT_REDIS | LIMIT_LOG => ("floor", ""),
            _ => ("other", ""),
        };
        drawing.text(x, top + 12.0, text_class, bar.name);
        drawing.bar(x + NAME, top + 1.0, length, BAR, bar_class);
        drawing.text(x + NAME + length + 6.0, top + 12.0, text_class, &number(bar.spread.median, panel.digits));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Trial;
    use crate::scenarios::Figures;

    #[test]
    fn every_peer_has_a_bar_as_long_as_its_figure() {
        let trial = |(peer, kib): (&str, f64)| Trial {
            peer: peer.into(),
            scenario: "idle".into(),
            repetition: 1,
            figures: Figures::from([("kib".into(), kib)]),
            failure: None,
            others_pct: 0.0,
        };
        let trials = [("Hubbub", 4.0), ("ws", 8.0)].map(trial).to_vec();
        let svg = draw(&Record { trials, ..Record::default() }).unwrap();
        let width = |class: &str| -> f64 {
            let bar = svg.lines().find(|line| line.starts_with("<rect") && line.contains(class)).unwrap();
            bar.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        assert!((width("class=\"ours\"") * 2.0 - width("class=\"other\"")).abs() < 0.2, "{svg}");
        assert!(svg.contains("KiB per silent connection: Hubbub 4.0, ws 8.0."), "{svg}");
        assert_eq!(draw(&Record::default()), None);
    }
}
