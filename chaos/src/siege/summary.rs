//! One line for each attack, one at the end, and the table of all of them.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Attack;
use crate::verdict::{Seconds, Skipped, Verdict};

/// At most so many faults are printed.
const FAULTS: usize = 8;

/// How an attack ended: the server held, fell, or could not be attacked so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Held,
    Fell,
    Skipped,
}

struct Row {
    attack: Attack,
    outcome: Outcome,
    figures: String,
}

/// Collects how each attack ended, for the table at the end.
#[derive(Default)]
pub struct Summary {
    rows: Vec<Row>,
}

impl Summary {
    /// Prints how an attack ended that began at `began`.
    pub fn add(&mut self, attack: &Attack, began: Instant, ended: Result<Verdict>) {
        let (outcome, figures, faults) = match ended {
            Ok(verdict) if verdict.is_ok() => (Outcome::Held, verdict.figures(), Vec::new()),
            Ok(verdict) => (Outcome::Fell, verdict.figures(), verdict.faults().to_vec()),
            Err(error) => match error.downcast::<Skipped>() {
                Ok(Skipped(why)) => (Outcome::Skipped, why, Vec::new()),
                Err(error) => (Outcome::Fell, String::new(), vec![format!("{error:#}")]),
            },
        };
        let told = if figures.is_empty() { String::new() } else { format!("{figures}; ") };
        println!("attack {} ... {} ({told}{})", attack.name, outcome.word(), Seconds(began.elapsed()));
        faults.iter().take(FAULTS).for_each(|fault| println!("    {fault}"));
        if faults.len() > FAULTS {
            println!("    and {} more", faults.len() - FAULTS);
        }
        self.rows.push(Row { attack: *attack, outcome, figures });
    }

    /// The last line; true where everything held.
    pub fn close(&self, took: Duration) -> bool {
        let count = |outcome| self.rows.iter().filter(|row| row.outcome == outcome).count();
        for row in self.rows.iter().filter(|row| row.outcome == Outcome::Fell) {
            println!("FELL: {}", row.attack.name);
        }
        let skipped = match count(Outcome::Skipped) {
            0 => String::new(),
            some => format!(", {some} skipped"),
        };
        println!("{} held, {} fell{skipped} ({})", count(Outcome::Held), count(Outcome::Fell), Seconds(took));
        count(Outcome::Fell) == 0
    }

    /// One row for each attack, as a table in Markdown.
    pub fn table(&self) -> String {
        let mut table = String::from("| Attack | | Figures |\n|---|---|---|\n");
        for Row { attack, outcome, figures } in &self.rows {
            let figures = figures.replace('|', "/");
            let _ = writeln!(table, "| `{}`: {} | {} | {figures} |", attack.name, attack.about, outcome.word());
        }
        table
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Fell => "FELL",
            Self::Skipped => "skipped",
        }
    }
}
