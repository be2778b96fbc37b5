//! One line for each scenario, and one at the end.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::verdict::{Seconds, Skipped, Verdict};

/// Counts how many scenarios passed and were skipped, and names those that failed.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failed: Vec<&'static str>,
    skipped: usize,
}

impl Report {
    /// Prints how a scenario went that began at `began`.
    pub fn add(&mut self, name: &'static str, began: Instant, outcome: Result<Verdict>) {
        let (word, told, faults) = match outcome {
            Ok(verdict) if verdict.is_ok() => ("ok", verdict.figures(), Vec::new()),
            Ok(verdict) => ("FAILED", verdict.figures(), verdict.faults().to_vec()),
            Err(error) => match error.downcast::<Skipped>() {
                Ok(Skipped(why)) => ("skipped", why, Vec::new()),
                Err(error) => ("FAILED", "did not end".to_owned(), vec![format!("{error:#}")]),
            },
        };
        match word {
            "ok" => self.passed += 1,
            "skipped" => self.skipped += 1,
            _ => self.failed.push(name),
        }
        println!("scenario {name} ... {word} ({told}; {})", Seconds(began.elapsed()));
        for fault in faults {
            println!("    {fault}");
        }
    }

    /// The last line; true where nothing failed.
    pub fn close(&self, took: Duration) -> bool {
        for name in &self.failed {
            println!("Failed: {name}");
        }
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        println!("{} passed, {} failed{skipped} ({})", self.passed, self.failed.len(), Seconds(took));
        self.failed.is_empty()
    }
}
