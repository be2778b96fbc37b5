//! What a scenario found: figures, and what did not hold.

use std::fmt::Display;
use std::time::Duration;

use anyhow::Result;

/// Collected while a scenario runs.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    figures: Vec<(String, String)>,
    faults: Vec<String>,
}

impl Verdict {
    /// Adds a figure to the report.
    pub fn figure(&mut self, name: &str, value: impl Display) {
        self.figures.push((name.to_owned(), value.to_string()));
    }

    /// Adds a time to the report.
    pub fn time(&mut self, name: &str, time: Duration) {
        self.figure(name, Seconds(time));
    }

    /// Reports a time that must not be longer than `limit`.
    pub fn at_most(&mut self, name: &str, time: Duration, limit: Duration) {
        self.time(name, time);
        self.must(time <= limit, || format!("{name}: {} is more than {}", Seconds(time), Seconds(limit)));
    }

    /// Reports a count that must be this one.
    pub fn exactly(&mut self, name: &str, count: u64, expected: u64) {
        self.figure(name, count);
        self.must(count == expected, || format!("{name}: {count}, not {expected}"));
    }

    /// Notes a fault unless something holds; `otherwise` describes it.
    pub fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }

    /// Something that must come about; returns its outcome where it did.
    pub fn must_be<T>(&mut self, what: &str, outcome: Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.push(format!("{what}: {error:#}"));
                None
            }
        }
    }

    /// Whether everything held so far.
    pub fn is_ok(&self) -> bool {
        self.faults.is_empty()
    }

    /// The figures, on one line.
    pub fn figures(&self) -> String {
        let figures: Vec<_> = self.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
        figures.join(", ")
    }

    /// What did not hold, in the order in which it was found; empty: passed.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

/// A time for people: `3.2 s`, `140 ms`.
#[derive(Clone, Copy, Debug)]
pub struct Seconds(pub Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_millis() {
            ms @ 0..1_000 => write!(f, "{ms} ms"),
            _ => write!(f, "{:.1} s", self.0.as_secs_f64()),
        }
    }
}

/// This machine cannot run a scenario; not passed and not failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Skipped(pub String);
