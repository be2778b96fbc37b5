//! Plays scenarios on peers, each time with fresh processes.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::runtime::Runtime;

use super::deployment::{Deployment, Size};
use super::growth::Growth;
use super::machine::Cores;
use super::peers::{self, Peer, Programs};
use super::record::{Grown, Trial};
use super::scenarios::{Figures, Length, Play, Scenario, alone};
use super::stop;
use super::table::number;

/// While others use more of the machine than this, a run waits ...
const OTHERS_PCT: f64 = 12.0;
/// ... but in a whole run no longer than this; in a quick one than a tenth of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// What all measurements of a run share.
#[derive(Debug)]
pub struct Bench<'a> {
    programs: Programs<'a>,
    cores: Cores,
    length: Length,
    runtime: Runtime,
    patience: Duration,
}

impl<'a> Bench<'a> {
    /// Prepares a run, with the processes' cores and the length of measurements.
    ///
    /// # Errors
    /// The system's.
    pub fn new(programs: Programs<'a>, cores: Cores, length: Length) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let patience = if length == Length::Full { PATIENCE } else { PATIENCE / 10 };
        Ok(Self { programs, cores, length, runtime, patience })
    }

    /// Measures a scenario on a peer; prints how that went in one line.
    pub fn measure(&mut self, peer: &Peer, scenario: &Scenario, repetition: usize) -> Trial {
        let began = Instant::now();
        let others_pct = self.quiet();
        let outcome = self.with(peer, Size::default(), scenario.play);
        print_line(peer.name, scenario, repetition, began, others_pct, outcome)
    }

    /// Measures what the generator could do where it might be the limit of a scenario.
    pub fn measure_alone(&mut self, scenario: &Scenario, repetition: usize) -> Option<Trial> {
        let (began, together) = (Instant::now(), scenario.flood?);
        let others_pct = self.quiet();
        let outcome = alone::measure(&self.cores, together, self.length);
        Some(print_line(alone::NAME, scenario, repetition, began, others_pct, outcome))
    }

    /// Measures Hubbub at one size of something that grows.
    ///
    /// # Errors
    /// It does not start, or the play fails.
    pub fn grow(&mut self, growth: &Growth, size: usize, repetition: usize) -> Result<Grown> {
        self.quiet();
        let figures = self.with(&peers::ALL[0], (growth.servers)(size), |play| (growth.play)(play, size))?;
        let told = growth.columns.iter().filter_map(|column| {
            Some(format!("{} {}", number(*figures.get(column.key)?, column.digits), column.title))
        });
        println!("{repetition} {:12} {size:6}  {}", growth.name, told.collect::<Vec<_>>().join(", "));
        Ok(Grown { growth: growth.name.into(), size, repetition, figures })
    }

    /// Starts a peer of some size and plays on it.
    ///
    /// # Errors
    /// It does not start, or the play fails.
    pub fn with(&self, peer: &Peer, size: Size, play: impl FnOnce(&Play) -> Result<Figures>) -> Result<Figures> {
        let started = || {
            self.runtime.block_on(async {
                tokio::select! {
                    started = Deployment::start(&self.programs, peer, size) => started,
                    told = stop::requested() => Err(told),
                }
            })
        };
        let deployment = self.cores.start_servers(started)??;
        // What a node does once, shortly after it started, belongs to no scenario.
        sleep(Duration::from_secs(1));
        play(&Play {
            dialect: peer.dialect,
            nodes: deployment.addresses(),
            watched: deployment.watched(),
            length: self.length,
        })
    }

    /// Waits until nobody else uses the machine much; returns how much they still do.
    pub fn quiet(&mut self) -> f64 {
        loop {
            let began = Instant::now();
            let before = ticks();
            sleep(Duration::from_millis(400));
            let after = ticks();
            let all = (after.0 - before.0).max(1.0);
            let busy = 100.0 * (1.0 - (after.1 - before.1) / all);
            if busy < OTHERS_PCT || self.patience.is_zero() || stop::check().is_err() {
                return busy;
            }
            sleep(Duration::from_secs(1));
            self.patience = self.patience.saturating_sub(began.elapsed());
        }
    }
}

/// Prints in one line how a measurement went.
fn print_line(
    peer: &str,
    scenario: &Scenario,
    repetition: usize,
    began: Instant,
    others_pct: f64,
    outcome: Result<Figures>,
) -> Trial {
    let (figures, failure) = match outcome {
        Ok(figures) => (figures, None),
        Err(error) => (Figures::new(), Some(format!("{error:#}"))),
    };
    let headline =
        scenario.columns.iter().take(3).filter_map(|column| {
            Some(format!("{} {}", number(*figures.get(column.key)?, column.digits), column.title))
        });
    let told = failure.clone().unwrap_or_else(|| headline.collect::<Vec<_>>().join(", "));
    let seconds = began.elapsed().as_secs_f64();
    println!("{repetition} {:12} {:12} {seconds:5.1} s  {told}", scenario.name, peer);
    Trial { peer: peer.into(), scenario: scenario.name.into(), repetition, figures, failure, others_pct }
}

/// Ticks of all cores since the start of the system, and those in which nothing was done.
fn ticks() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = first.split_whitespace().skip(1).take(8).filter_map(|count| count.parse().ok()).collect();
    (ticks.iter().sum(), ticks.get(3).unwrap_or(&0.0) + ticks.get(4).unwrap_or(&0.0))
}
