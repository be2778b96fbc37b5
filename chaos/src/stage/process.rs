//! One process of a run: its log, its signals, its end.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::time::sleep;

/// What can be sent to a process.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// SIGTERM: asks it to end.
    Term,
    /// SIGSTOP: freezes the process, which keeps its connections open.
    Stop,
    /// SIGCONT: lets a frozen process go on.
    Cont,
}

/// A process that ends, by its id, when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts it. What it writes is added to the file `log`.
    ///
    /// # Errors
    /// The program is not there, or the log cannot be written.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let file = OpenOptions::new().create(true).append(true).open(log).context("a log cannot be written")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("{program} cannot be started; is it installed and built?"))?;
        Ok(Self { child })
    }

    /// The process id in the system.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, through the command of the system: this crate has no unsafe code.
    ///
    /// # Errors
    /// The process is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let name = match signal {
            Signal::Term => "-TERM",
            Signal::Stop => "-STOP",
            Signal::Cont => "-CONT",
        };
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).stderr(Stdio::null()).status()?;
        if sent.success() { Ok(()) } else { bail!("process {} takes no signal", self.child.id()) }
    }

    /// Ends it as a crash would, at once.
    pub fn kill(mut self) {
        self.end();
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// The system's.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has ended by itself; returns after how long.
    ///
    /// # Errors
    /// It still runs after `within`.
    pub async fn ends(&mut self, within: Duration) -> Result<Duration> {
        let begin = Instant::now();
        while begin.elapsed() < within {
            if self.ended()?.is_some() {
                return Ok(begin.elapsed());
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!("still runs after {within:?}")
    }

    /// The memory it has in use, in bytes.
    ///
    /// # Errors
    /// The process is gone.
    pub fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("it has no memory")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024)
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
