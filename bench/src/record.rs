//! The measurements of a run, stored as JSON beside the tables made of them.
#![expect(clippy::disallowed_methods, reason = "measurements are written and read here")]

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::scenarios::Figures;

/// All measurements of a run, which the tables and charts are made of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The machine and the day of the run.
    pub machine: Machine,
    /// Whether the times were those of a quick look.
    pub quick: bool,
    /// One for each peer, scenario and repetition.
    pub trials: Vec<Trial>,
    /// One for each size of each growth.
    pub growth: Vec<Grown>,
}

/// One scenario on one peer, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// The name of the peer.
    pub peer: String,
    /// The name of the scenario.
    pub scenario: String,
    /// Which of the repetitions it was, counted from 1.
    pub repetition: usize,
    /// The figures that were measured.
    pub figures: Figures,
    /// Why the trial failed, if it did.
    pub failure: Option<String>,
    /// How much of the machine others used just before, in per cent.
    pub others_pct: f64,
}

/// The figures of Hubbub at one size of a growth.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grown {
    /// The name of the growth.
    pub growth: String,
    /// The size, in what the growth counts.
    pub size: usize,
    /// Which of the repetitions it was, counted from 1.
    pub repetition: usize,
    /// The figures at this size.
    pub figures: Figures,
}

impl Record {
    /// Reads a record that [`Self::store`] wrote.
    ///
    /// # Errors
    /// The file does not exist, or is no record.
    pub fn open(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no record of a run", file.display()))
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// The file system's.
    pub fn store(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, serde_json::to_string(self)?).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// A figure in all repetitions.
    pub fn spread(&self, scenario: &str, peer: &str, key: &str) -> Option<Spread> {
        let trials = self.trials.iter().filter(|trial| trial.scenario == scenario && trial.peer == peer);
        Spread::of(trials.filter_map(|trial| trial.figures.get(key).copied()))
    }
}

/// The median of several, with the least and the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The one in the middle; of an even number, between the two in the middle.
    pub median: f64,
    /// The smallest of the values.
    pub least: f64,
    /// The largest of the values.
    pub most: f64,
}

impl Spread {
    /// The spread of some values; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        Some(Self { median, least, most })
    }
}

/// The exponent b of y ≈ a·x^b, by least squares on the logarithms: 0 where y
/// does not change, 1 where it grows as x does.
pub fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<_> = points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let (mean_x, mean_y) =
        (logs.iter().map(|(x, _)| x).sum::<f64>() / count, logs.iter().map(|(_, y)| y).sum::<f64>() / count);
    let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let common: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (logs.len() > 1 && spread > 0.0).then(|| common / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!(Spread::of([4.0, 1.0]), Some(Spread { median: 2.5, least: 1.0, most: 4.0 }));
        assert_eq!(Spread::of([f64::NAN]), None);
    }

    #[test]
    fn growth_is_told_by_its_exponent() {
        let points = |law: fn(f64) -> f64| [10.0, 100.0, 1_000.0].map(|x| (x, law(x)));
        let near = |law, expected: f64| (exponent(&points(law)).unwrap() - expected).abs() < 1e-9;
        assert!(near(|_| 7.0, 0.0));
        assert!(near(|x| 3.0 * x, 1.0));
        assert!(near(|x| x.sqrt(), 0.5));
        assert_eq!(exponent(&[(1.0, 1.0)]), None);
        assert_eq!(exponent(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }

    #[test]
    fn a_record_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/run.json");
        let trial = Trial {
            peer: "Hubbub".into(),
            scenario: "fanout".into(),
            repetition: 1,
            figures: Figures::from([("server_us".into(), 5.25)]),
            failure: None,
            others_pct: 0.0,
        };
        Record { trials: vec![trial], ..Record::default() }.store(&file).unwrap();
        let record = Record::open(&file).unwrap();
        assert_eq!(record.spread("fanout", "Hubbub", "server_us").map(|spread| spread.median), Some(5.25));
        assert_eq!(record.spread("fanout", "LIMIT", "server_us"), None);
        std::fs::write(&file, "{}").unwrap();
        assert!(Record::open(&file).is_err());
    }
}
