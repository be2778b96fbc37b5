//! Writes figures as tables in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::peers::{self, LIMIT, LIMIT_REDIS};
use super::record::{Record, Spread};
use super::scenarios::{self, Column, Scenario, alone};

/// When others use more of the machine than this, the figures are theirs, too.
const OTHERS_PCT: f64 = 15.0;

/// A table for each scenario that was played, and what went wrong.
pub fn all(record: &Record) -> String {
    let mut text = String::new();
    for scenario in &scenarios::ALL {
        if record.trials.iter().any(|trial| trial.scenario == scenario.name) {
            // Writing to a string does not fail.
            let _ = write!(text, "**{}**: {}.\n\n{}\n", scenario.name, scenario.about, one(record, scenario));
        }
    }
    for trouble in troubles(record) {
        let _ = writeln!(text, "- {trouble}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The description of the machine.
pub fn machine(record: &Record) -> String {
    let machine = &record.machine;
    let pinned = match machine.pinned {
        true => "servers and Redis on one core, the generator on another",
        false => "servers and generator could not be pinned to cores of their own",
    };
    let length = if record.quick { ", in the quick form" } else { "" };
    format!(
        "Measured on {} on {} with {} cores and {} GiB, Linux {}, {}: {pinned}. Median of {} [least–most]{length}.\n",
        machine.date,
        machine.processor,
        machine.cores,
        machine.memory_gib,
        machine.kernel,
        machine.versions.join(", "),
        repetitions(record),
    )
}

/// The usual number of repetitions, and what had another one: `3 (of 9: cross, fanout)`.
fn repetitions(record: &Record) -> String {
    let trials = record.trials.iter().map(|trial| (trial.scenario.as_str(), trial.repetition));
    let growth = record.growth.iter().map(|grown| (grown.growth.as_str(), grown.repetition));
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, repetition) in trials.chain(growth) {
        let most = times.entry(name).or_default();
        *most = repetition.max(*most);
    }
    let mut by_count: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    times.iter().for_each(|(name, count)| by_count.entry(*count).or_default().push(name));
    let usual = by_count.iter().rev().max_by_key(|(_, names)| names.len()).map_or(1, |(count, _)| *count);
    by_count.remove(&usual);
    let others: Vec<_> = by_count.iter().map(|(count, names)| format!("of {count}: {}", names.join(", "))).collect();
    if others.is_empty() { usual.to_string() } else { format!("{usual} ({})", others.join("; ")) }
}

/// The few figures that a first page has: peers in rows, one figure of a scenario each.
pub fn summary(record: &Record) -> String {
    const FIGURES: [(&str, &str, &str, usize); 5] = [
        ("saturate", "per_second", "Deliveries per second, at most", 0),
        ("fanout", "server_us", "CPU µs per delivery", 2),
        ("rooms", "p99_ms", "p99 ms, small rooms", 2),
        ("cross", "p99_ms", "p99 ms, node to node", 2),
        ("idle", "kib", "KiB per connection", 1),
    ];
    let heads: Vec<_> = FIGURES.iter().map(|(_, _, title, _)| *title).collect();
    let mut text = format!("| | {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len() + 1));
    for peer in &peers::ALL {
        let told = FIGURES.map(|(scenario, key, _, digits)| {
            record.spread(scenario, peer.name, key).map_or("–".into(), |spread| number(spread.median, digits))
        });
        if told.iter().any(|cell| cell != "–") {
            // Writing to a string does not fail.
            let _ = writeln!(text, "| {} | {} |", name(peer.name), told.join(" | "));
        }
    }
    format!("{text}\n{}", machine(record))
}

/// The name in a table: Hubbub is bold, and what is no peer is in italics.
fn name(peer: &str) -> String {
    match peer {
        "Hubbub" => format!("**{peer}**"),
        alone::NAME => format!("*{peer}*"),
        _ => peer.to_owned(),
    }
}

fn one(record: &Record, scenario: &Scenario) -> String {
    let headline = scenario.columns[0];
    let floor =
        |peer: &str| Some(record.spread(scenario.name, peer, headline.key)?.median).filter(|value| *value > 0.0);
    let floors: Vec<_> = [LIMIT, LIMIT_REDIS].into_iter().filter_map(|name| Some((name, floor(name)?))).collect();
    let mut heads = vec!["".to_owned()];
    for (at, column) in scenario.columns.iter().enumerate() {
        heads.push(column.title.to_owned());
        if at == 0 {
            heads.extend(floors.iter().map(|(name, _)| format!("× {name}")));
        }
    }
    let mut rows = vec![heads, Vec::new()];
    for peer in peers::ALL.iter().map(|peer| peer.name).chain([alone::NAME]) {
        let Some(first) = record.spread(scenario.name, peer, headline.key) else { continue };
        let mut row = vec![name(peer)];
        for (at, column) in scenario.columns.iter().enumerate() {
            row.push(cell(record.spread(scenario.name, peer, column.key), *column));
            if at == 0 {
                // It delivers nothing that could be compared.
                let beside = |floor| if peer == alone::NAME { "–".into() } else { ratio(first.median / floor) };
                row.extend(floors.iter().map(|(_, floor)| beside(*floor)));
            }
        }
        rows.push(row);
    }
    let width = rows[0].len();
    rows[1] = vec!["---".to_owned(); width];
    rows.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect()
}

fn cell(spread: Option<Spread>, column: Column) -> String {
    let Some(Spread { median, least, most }) = spread else { return "–".into() };
    let told = |value| number(value, column.digits);
    match (told(median), told(least), told(most)) {
        (median, least, most) if least == most => median,
        (median, least, most) => format!("{median} [{least}–{most}]"),
    }
}

fn ratio(ratio: f64) -> String {
    number(ratio, if ratio < 0.1 { 3 } else { 2 })
}

/// A number with its thousands apart.
pub fn number(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut told = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    let sign = if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "-" } else { "" };
    format!("{sign}{told}{rest}")
}

/// What a reader must know before believing the figures.
pub fn troubles(record: &Record) -> Vec<String> {
    let mut told = Vec::new();
    for trial in &record.trials {
        let who = format!("{}, {} ({})", trial.peer, trial.scenario, trial.repetition);
        if let Some(failure) = &trial.failure {
            told.push(format!("{who} failed: {failure}"));
        }
        let faults = [
            ("lost_pct", "% lost"),
            ("disorder", "out of order"),
            ("refused", "refused"),
            ("gone", "connections closed by the server"),
            ("skipped", "not sent, because the server did not read"),
        ];
        for (key, what) in faults {
            if let Some(value) = trial.figures.get(key).filter(|value| **value > 0.0) {
                told.push(format!("{who}: {} {what}", number(*value, if key == "lost_pct" { 2 } else { 0 })));
            }
        }
    }
    let noisy = record.trials.iter().filter(|trial| trial.others_pct > OTHERS_PCT).count();
    if noisy > 0 {
        let all = record.trials.len();
        told.push(format!("{noisy} of {all} began while others used more than {OTHERS_PCT:.0} % of the machine"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Trial;
    use crate::scenarios::Figures;

    fn record(figures: &[(&str, f64)]) -> Record {
        let trial = |(peer, value): &(&str, f64)| Trial {
            peer: (*peer).into(),
            scenario: "idle".into(),
            repetition: 1,
            figures: Figures::from([("kib".into(), *value)]),
            failure: None,
            others_pct: 0.0,
        };
        Record { trials: figures.iter().map(trial).collect(), ..Record::default() }
    }

    #[test]
    fn a_table_compares_with_the_floor() {
        let text = all(&record(&[("Hubbub", 3.0), ("Hubbub", 5.0), ("Hubbub", 4.0), ("LIMIT", 2.0)]));
        assert!(text.contains("|  | KiB per connection | × LIMIT | connects per second |"), "{text}");
        assert!(text.contains("| **Hubbub** | 4.00 [3.00–5.00] | 2.00 | – |"), "{text}");
        assert!(text.contains("| LIMIT | 2.00 | 1.00 | – |"), "{text}");
    }

    #[test]
    fn what_was_measured_more_often_is_named() {
        let mut both = record(&[("Hubbub", 3.0), ("LIMIT", 2.0)]);
        assert!(machine(&both).ends_with("Median of 1 [least–most].\n"));
        both.trials[1].scenario = "saturate".into();
        for (scenario, repetition) in [("fanout", 1), ("fanout", 3)] {
            both.trials.push(Trial { scenario: scenario.into(), repetition, ..both.trials[0].clone() });
        }
        assert!(machine(&both).ends_with("Median of 1 (of 3: fanout) [least–most].\n"), "{}", machine(&both));
    }

    #[test]
    fn what_went_wrong_is_told() {
        let mut record = record(&[("Hubbub", 3.0)]);
        record.trials[0].figures.insert("lost_pct".into(), 0.5);
        record.trials[0].failure = Some("no".into());
        record.trials[0].others_pct = 40.0;
        let told = troubles(&record);
        assert_eq!(told[..2], ["Hubbub, idle (1) failed: no", "Hubbub, idle (1): 0.50 % lost"]);
        assert_eq!(told[2..], ["1 of 1 began while others used more than 15 % of the machine"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        for (value, digits, told) in
            [(0.0, 0, "0"), (999.4, 0, "999"), (1234.5, 1, "1,234.5"), (-1e6, 0, "-1,000,000"), (-0.001, 2, "0.00")]
        {
            assert_eq!(number(value, digits), told);
        }
    }
}
