//! A PostgreSQL of the run's own, in a folder that goes with it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::time::sleep;

use super::process::Process;

/// Makes the folder at the first start, and runs the server as a user that it accepts.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/postgres");
/// What it acknowledged survives its own end without this, and no run ends the machine.
const SETTINGS: [&str; 4] = ["fsync=off", "max_connections=200", "min_wal_size=32MB", "max_wal_size=64MB"];
/// Until it has made its folder, or repaired what a crash left, and answers.
const START_WITHIN: Duration = Duration::from_secs(30);

/// A PostgreSQL that can be troubled.
#[derive(Debug)]
pub struct Postgres {
    address: SocketAddr,
    folder: PathBuf,
    /// Removes the folder. It is directly in the one for temporary files: the server is another user, who may not pass
    /// through the run's own.
    _own: Option<TempDir>,
    log: PathBuf,
    /// The port of the server that it follows, until it is promoted.
    primary: Option<u16>,
    process: Option<Process>,
}

impl Postgres {
    /// Starts one on `address`, with its data in a folder of its own or in `folder`; what it says goes to the file `log`.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not start.
    pub async fn start(address: SocketAddr, log: PathBuf, folder: Option<PathBuf>) -> Result<Self> {
        let own = match folder {
            None => Some(tempfile::Builder::new().prefix("hubbub-postgres-").tempdir()?),
            Some(_) => None,
        };
        let folder = folder.or_else(|| own.as_ref().map(|own| own.path().to_owned())).unwrap_or_default();
        let mut postgres = Self { address, folder, _own: own, log, primary: None, process: None };
        postgres.start_again().await?;
        Ok(postgres)
    }

    /// Starts a standby on `address` that follows another one, and may lack the last of what that acknowledged.
    ///
    /// # Errors
    /// As [`Postgres::start`], and where the other one cannot be copied.
    pub async fn follow(primary: &Self, address: SocketAddr, log: PathBuf) -> Result<Self> {
        let own = tempfile::Builder::new().prefix("hubbub-postgres-").tempdir()?;
        let (folder, primary) = (own.path().to_owned(), Some(primary.address.port()));
        let mut standby = Self { address, folder, _own: Some(own), log, primary, process: None };
        standby.start_again().await?;
        Ok(standby)
    }

    /// Lets a standby take over, and waits until it takes writes.
    ///
    /// # Errors
    /// The standby does not take over in time.
    pub async fn promote(&mut self) -> Result<()> {
        self.primary = None;
        let data = self.folder.join("data");
        // As `pg_ctl promote` does it.
        std::fs::write(data.join("promote"), "")?;
        let id = self.process.as_ref().context("the standby is not running")?.id().to_string();
        ensure!(Command::new("kill").args(["-USR1", &id]).status()?.success(), "the standby takes no signal");
        let begin = Instant::now();
        while data.join("standby.signal").exists() {
            ensure!(begin.elapsed() < START_WITHIN, "the standby does not take over; see {}", self.log.display());
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Its address, as a node is given it.
    pub fn url(&self) -> String {
        Self::url_of(&[self.address])
    }

    /// The address of one that may be at any of these.
    pub fn url_of(addresses: &[SocketAddr]) -> String {
        let hosts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        format!("postgres://hubbub@{}/hubbub", hosts.join(","))
    }

    /// Starts it with the data in its folder, and waits until it takes connections.
    ///
    /// # Errors
    /// It takes none in time; its log says why.
    pub async fn start_again(&mut self) -> Result<()> {
        let begin = Instant::now();
        while !self.is_ready() {
            ensure!(begin.elapsed() < START_WITHIN, "PostgreSQL does not start; see {}", self.log.display());
            // After a kill the processes of its connections may hold its memory for a moment.
            if self.process.as_mut().is_none_or(|process| process.ended().is_ok_and(|ended| ended.is_some())) {
                let mut command = Command::new(PROGRAM);
                command.arg(&self.folder).arg(self.address.port().to_string());
                command.args(self.primary.map(|primary| format!("standby={primary}"))).args(SETTINGS);
                self.process = Some(Process::start(&mut command, &self.log)?);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The server writes `ready` or `standby` in the last line of this file once it takes connections.
    fn is_ready(&self) -> bool {
        let Some(process) = &self.process else { return false };
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let mut lines = file.lines();
        lines.next() == Some(process.id().to_string().as_str())
            && lines.last().is_some_and(|line| ["ready", "standby"].contains(&line.trim()))
    }

    /// Ends it as a crash would. What it acknowledged is in its files.
    pub fn kill(&mut self) {
        // A frozen one would leave the processes of its connections behind, frozen for ever.
        let _ = self.thaw();
        self.process = None;
    }

    /// Stops it from doing anything, while its connections stay open.
    ///
    /// # Errors
    /// It is not running.
    pub fn freeze(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// Ends what [`Self::freeze`] began.
    ///
    /// # Errors
    /// It is not running.
    pub fn thaw(&self) -> Result<()> {
        self.signal("-CONT")
    }

    /// Signals the server and the processes of its connections.
    fn signal(&self, signal: &str) -> Result<()> {
        let id = self.process.as_ref().context("PostgreSQL is not running")?.id().to_string();
        // It fails if there is no connection.
        Command::new("pkill").args([signal, "-P", &id]).stderr(Stdio::null()).status()?;
        ensure!(Command::new("kill").args([signal, &id]).status()?.success(), "PostgreSQL takes no signal");
        Ok(())
    }
}

impl Drop for Postgres {
    /// It ends before its folder goes.
    fn drop(&mut self) {
        self.kill();
    }
}
