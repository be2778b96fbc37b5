//! What a process takes of the machine, as the system counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Ticks of processor time in a second, on every Linux that is in use (`getconf CLK_TCK`).
const TICKS: u64 = 100;

/// A process that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    process: u32,
}

impl Usage {
    pub(super) fn of(process: u32) -> Self {
        Self { process }
    }

    /// Processor time since its start.
    pub(super) fn processor(self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process))?;
        // The name stands in brackets and may hold anything.
        let (_, fields) = stat.rsplit_once(')').context("not a stat")?;
        let ticks: Option<u64> =
            fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks.context("not a stat")? * 1_000 / TICKS))
    }

    /// The memory in use, in bytes.
    pub(super) fn memory(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most bytes that were in use since [`Self::forget_peak`].
    pub(super) fn peak(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// Lets the peak begin anew.
    pub(super) fn forget_peak(self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.process), "5")?)
    }

    fn status(self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("it has no memory")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024)
    }
}

/// A number of bytes in MiB, for people.
pub(super) fn mib(bytes: u64) -> String {
    if bytes < 1024 * 1024 { format!("{} KiB", bytes / 1024) } else { format!("{} MiB", bytes / (1024 * 1024)) }
}

/// Bytes of all files in a folder.
pub(super) fn folder_bytes(folder: &std::path::Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
