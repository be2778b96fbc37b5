//! What processes cost, as the kernel counts it in /proc.

use std::fs;
use std::time::{Duration, Instant};

/// A tick of /proc/PID/stat, which is the same on every Linux of today.
const TICK: Duration = Duration::from_millis(10);
/// Ticks run before or after the exact count by this at most.
const TICK_ERROR: Duration = Duration::from_millis(30);

/// The processes that are measured.
#[derive(Clone, Debug, Default)]
pub struct WatchedProcesses {
    /// The servers, by process id.
    pub servers: Vec<u32>,
    /// The process ids of Redis, which is counted apart.
    pub redis: Vec<u32>,
}

/// Their cost during a measurement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// How long the measurement took, by the clock.
    pub wall: Duration,
    /// Processor time of all nodes of the server, together.
    pub server: Duration,
    /// Processor time of all Redis processes of the run, together.
    pub redis: Duration,
    /// Processor time of this process, the load generator.
    pub own: Duration,
}

/// Runs from [`Meter::start`] to [`Meter::stop`].
#[derive(Debug)]
pub struct Meter<'a> {
    watched: &'a WatchedProcesses,
    began: Instant,
    server: Duration,
    redis: Duration,
    own: Duration,
}

impl<'a> Meter<'a> {
    /// Starts to measure the processes.
    pub fn start(watched: &'a WatchedProcesses) -> Self {
        Self {
            watched,
            began: Instant::now(),
            server: computed(&watched.servers),
            redis: computed(&watched.redis),
            own: exact(std::process::id()),
        }
    }

    /// Ends the measurement and returns the cost.
    pub fn stop(self) -> Cost {
        Cost {
            wall: self.began.elapsed(),
            server: computed(&self.watched.servers).saturating_sub(self.server),
            redis: computed(&self.watched.redis).saturating_sub(self.redis),
            own: exact(std::process::id()).saturating_sub(self.own),
        }
    }
}

/// The memory that processes have in use, in KiB.
pub fn memory_kib(ids: &[u32]) -> u64 {
    ids.iter().filter_map(|id| kib(&read(&format!("/proc/{id}/status")), "VmRSS:")).sum()
}

/// The most memory that processes have in use from now on.
pub fn most_memory_kib(ids: &[u32]) -> Peak<'_> {
    for id in ids {
        // `man 5 proc`: 5 sets the peak to what is in use now. Refused, it is that since the start.
        let _ = fs::write(format!("/proc/{id}/clear_refs"), "5");
    }
    Peak(ids)
}

/// A running measurement of [`most_memory_kib`].
#[derive(Debug)]
pub struct Peak<'a>(&'a [u32]);

impl Peak<'_> {
    /// In KiB, up to now; the sum of peaks that need not have been at one moment.
    pub fn stop(self) -> u64 {
        self.0.iter().filter_map(|id| kib(&read(&format!("/proc/{id}/status")), "VmHWM:")).sum()
    }
}

fn kib(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn computed(ids: &[u32]) -> Duration {
    ids.iter().map(|id| better(exact(*id), in_ticks(&read(&format!("/proc/{id}/stat"))))).sum()
}

/// The sum over the threads that live, to the nanosecond.
fn exact(id: u32) -> Duration {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return Duration::ZERO };
    let counts = threads.flatten().map(|thread| read(&thread.path().join("schedstat").display().to_string()));
    Duration::from_nanos(counts.filter_map(|count| count.split(' ').next()?.parse::<u64>().ok()).sum())
}

/// User and system time of the process, those of ended threads included.
fn in_ticks(stat: &str) -> Duration {
    // The name, in parentheses, may have anything in it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// The exact count, but for a process whose threads ended and took their counts along.
fn better(exact: Duration, ticks: Duration) -> Duration {
    if exact + TICK_ERROR >= ticks { exact } else { ticks }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn ticks_are_read_past_any_name() {
        let stat = "123 (a) b 9 (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0 100";
        assert_eq!(in_ticks(stat), Duration::from_secs(2));
    }

    #[test]
    fn memory_is_read_in_kib() {
        let status = "Name:\tx\nVmHWM:\t  9000 kB\nVmRSS:\t  4096 kB\n";
        assert_eq!((kib(status, "VmRSS:"), kib(status, "VmHWM:")), (Some(4096), Some(9000)));
        assert_eq!(kib("Name:\tx\n", "VmRSS:"), None);
    }

    #[test]
    fn work_of_a_process_shows() {
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let watched = WatchedProcesses { servers: vec![busy.id()], redis: Vec::new() };
        let meter = Meter::start(&watched);
        while meter.began.elapsed() < Duration::from_secs(10) && exact(busy.id()) < meter.server + TICK {
            std::thread::yield_now();
        }
        let (cost, memory) = (meter.stop(), memory_kib(&watched.servers));
        busy.kill().unwrap();
        busy.wait().unwrap();
        assert!(cost.server >= TICK, "{cost:?}");
        assert_eq!(cost.redis, Duration::ZERO);
        assert!(memory > 100, "{memory}");
    }

    #[test]
    fn threads_that_ended_are_counted_in_ticks() {
        let ms = Duration::from_millis;
        assert_eq!(better(ms(500), ms(520)), ms(500));
        assert_eq!(better(ms(500), ms(600)), ms(600));
    }
}
