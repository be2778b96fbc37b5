//! A redis-server of the run's own, with its append-only file in a folder.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use protocol::RoomId;
use tokio::time::sleep;

use super::process::{Process, Signal};
use super::resp::{self, Reply};

const COMMAND_WITHIN: Duration = Duration::from_secs(5);
/// Until it has read its file and answers.
const START_WITHIN: Duration = Duration::from_secs(20);

/// A Redis that can be troubled.
#[derive(Debug)]
pub struct Redis {
    address: SocketAddr,
    folder: PathBuf,
    log: PathBuf,
    flags: Vec<String>,
    process: Option<Process>,
}

impl Redis {
    /// Starts one on `address`, with its data in `folder`, and with more flags.
    ///
    /// # Errors
    /// redis-server is not installed, or does not start.
    pub async fn start(address: SocketAddr, folder: PathBuf, log: PathBuf, flags: Vec<String>) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut redis = Self { address, folder, log, flags, process: None };
        redis.start_again().await?;
        Ok(redis)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Starts it with the data in its folder, and waits until it answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn start_again(&mut self) -> Result<()> {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &self.address.port().to_string()]);
        // With `everysec` Redis answers up to 2 s before it writes while an fsync takes long (aof.c,
        // flushAppendOnlyFile), and a kill loses that. With `no` it always writes before it answers.
        command.args(["--save", "", "--appendonly", "yes", "--appendfsync", "no"]);
        command.arg("--dir").arg(&self.folder).args(&self.flags);
        self.process = Some(Process::start(&mut command, &self.log)?);
        let begin = Instant::now();
        while self.command(&["PING"]).await.ok() != Some(Reply::Text("PONG".into())) {
            ensure!(begin.elapsed() < START_WITHIN, "redis-server does not answer; see {}", self.log.display());
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends it as a crash would. What it acknowledged is in its file.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Stops it from doing anything, while its connections stay open.
    ///
    /// # Errors
    /// It is not running.
    pub fn freeze(&self) -> Result<()> {
        self.process()?.signal(Signal::Stop)
    }

    /// Ends what [`Self::freeze`] began.
    ///
    /// # Errors
    /// It is not running.
    pub fn thaw(&self) -> Result<()> {
        self.process()?.signal(Signal::Cont)
    }

    /// Gives it a command.
    ///
    /// # Errors
    /// It refuses, or does not answer.
    pub async fn command(&self, words: &[&str]) -> Result<Reply> {
        resp::command(self.address, words, COMMAND_WITHIN).await
    }

    /// The rooms whose logs it keeps. A replica has those of its master.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn rooms(&self) -> Result<Vec<RoomId>> {
        const KEY: [&str; 2] = ["hubbub:{room:", "}:meta"];
        let Reply::List(keys) = self.command(&["KEYS", &KEY.join("*")]).await? else { return Ok(Vec::new()) };
        let names = keys.iter().filter_map(|key| key.text().strip_prefix(KEY[0])?.strip_suffix(KEY[1]));
        Ok(names.filter_map(RoomId::parse_canonical).collect())
    }

    /// The rooms with something in their log that is not archived.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn behind_archive(&self) -> Result<Vec<RoomId>> {
        let mut behind = Vec::new();
        for room in self.rooms().await? {
            let meta = format!("hubbub:{{room:{room}}}:meta");
            let Reply::List(known) = self.command(&["HMGET", &meta, "top", "archived"]).await? else { continue };
            let [top, archived] = known.as_slice() else { continue };
            if !["", "0", archived.text()].contains(&top.text()) {
                behind.push(room);
            }
        }
        Ok(behind)
    }

    /// The memory it has in use, in bytes.
    ///
    /// # Errors
    /// It is not running.
    pub fn memory(&self) -> Result<u64> {
        self.process()?.memory()
    }

    /// Copies its data, as it is in its file now, to `target`.
    ///
    /// # Errors
    /// The file system's.
    pub fn copy_data(&self, target: &Path) -> Result<()> {
        copy(&self.folder, target)
    }

    /// Puts other data in the place of its own; it must not run.
    ///
    /// # Errors
    /// The file system's.
    pub fn replace_data(&self, source: &Path) -> Result<()> {
        ensure!(self.process.is_none(), "Redis still runs");
        fs::remove_dir_all(&self.folder)?;
        copy(source, &self.folder)
    }

    fn process(&self) -> Result<&Process> {
        self.process.as_ref().context("Redis does not run")
    }
}

fn copy(source: &Path, target: &Path) -> Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let to = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
