//! The machine of a measurement: its cores, its limits, its description.

use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::{Deserialize, Serialize};

/// Which core the servers have, and which the generator.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    servers: CpuSet,
    generator: CpuSet,
    /// Whether there are two to keep apart.
    pub apart: bool,
}

impl Cores {
    /// The first two that this process may use: servers on the first, the
    /// generator on the second.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn share_out() -> Result<Self> {
        let all = sched_getaffinity(None)?;
        let mut allowed = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
        let (Some(first), Some(second)) = (allowed.next(), allowed.next()) else {
            return Ok(Self { servers: all, generator: all, apart: false });
        };
        Ok(Self { servers: only(first), generator: only(second), apart: true })
    }

    /// Runs `start` so that the processes that it starts are pinned to the servers' core.
    ///
    /// # Errors
    /// The system refuses.
    pub fn start_servers<T>(&self, start: impl FnOnce() -> T) -> Result<T> {
        sched_setaffinity(None, &self.servers)?;
        let started = start();
        sched_setaffinity(None, &self.generator)?;
        Ok(started)
    }
}

fn only(core: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(core);
    set
}

/// Raises the limit of open files of this process and those it starts as far as allowed; returns it.
///
/// # Errors
/// The system refuses.
pub fn open_files() -> Result<u64> {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(1 << 20);
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), ..limit })?;
    Ok(most)
}

/// What a reader has to know to compare it with their own machine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    /// The day of the run in UTC, as 2026-01-31.
    pub date: String,
    /// The model of the processor, as the system names it.
    pub processor: String,
    /// How many cores the system has.
    pub cores: usize,
    /// Whether servers and generator had one each.
    pub pinned: bool,
    /// The memory of the machine, rounded to whole GiB.
    pub memory_gib: u64,
    /// The version of the kernel, without what a host adds to it.
    pub kernel: String,
    /// Other programs, with their versions.
    pub versions: Vec<String>,
}

impl Machine {
    /// Describes the machine that this runs on.
    pub fn describe(cores: &Cores) -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let field = |line: &str| Some(line.split_once(':')?.1.trim().to_owned());
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self {
            date: day(seconds / 86_400),
            processor: info.lines().find(|line| line.starts_with("model name")).and_then(field).unwrap_or_default(),
            cores: info.lines().filter(|line| line.starts_with("processor")).count(),
            pinned: cores.apart,
            memory_gib: (kib.unwrap_or(0) + (1 << 19)) >> 20,
            kernel: kernel(),
            versions: [["redis-server", "--version"], ["node", "--version"], ["rustc", "--version"]]
                .into_iter()
                .filter_map(|[program, flag]| program_version(program, flag))
                .collect(),
        }
    }
}

/// The version of the kernel, without what a distribution or a host adds to it.
fn kernel() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().split('-').next().unwrap_or_default().to_owned()
}

/// A program's name and version.
fn program_version(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    Some(format!("{program} {}", version(&String::from_utf8(output.stdout).ok()?)?))
}

/// The first word that is a version: 1.2, v1.2 or v=1.2.
fn version(said: &str) -> Option<&str> {
    let mut words = said.split_whitespace().map(|word| word.trim_start_matches(['v', '=']));
    words.find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The date of a day since 1970, in the calendar of today.
fn day(since_1970: u64) -> String {
    // Counted from the first of March of the year 0, so that leap days are last.
    let days = since_1970 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{}-{month:02}-{day:02}", era * 400 + year + next_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, found) in [
            ("Redis server v=7.0.15 sha=0", "7.0.15"),
            ("v20.20.2\n", "20.20.2"),
            ("rustc 1.95.0 (5980 2026)", "1.95.0"),
        ] {
            assert_eq!(version(said), Some(found));
        }
        assert_eq!(version("unknown"), None);
    }

    #[test]
    fn days_have_their_dates() {
        for (since_1970, date) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_779, "2026-11-22"),
        ] {
            assert_eq!(day(since_1970), date);
        }
    }
}
