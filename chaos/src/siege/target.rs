//! What is attacked: the release, with the limits that an operator who sets none has.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use tokio::time::sleep;

use super::stranger::{Stranger, home};
use super::usage::{Usage, folder_bytes};
use crate::play::Setting;
use crate::stage::{Limits, Plan, RunEnvironment, Stage};

/// A processor that rests takes less than this in [`LOOK_EVERY`].
const AT_REST: Duration = Duration::from_millis(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Running nodes. Dropped, they are gone.
pub(super) struct Target {
    pub(super) stage: Stage,
    _logs: TempDir,
}

impl Target {
    /// One embedded node with these flags.
    ///
    /// # Errors
    /// It does not start; the error has its own words.
    pub(super) async fn embedded(setting: &Setting, name: &str, flags: &[&str]) -> Result<Self> {
        Self::build(setting, name, Plan::embedded(), flags).await
    }

    /// Two nodes with a Redis.
    ///
    /// # Errors
    /// As [`Self::embedded`].
    pub(super) async fn cluster(setting: &Setting, name: &str, flags: &[&str]) -> Result<Self> {
        Self::build(setting, name, Plan::cluster(2), flags).await
    }

    /// What is planned, with the limits for strangers and these flags.
    ///
    /// # Errors
    /// As [`Self::embedded`].
    pub(super) async fn build(setting: &Setting, name: &str, plan: Plan, flags: &[&str]) -> Result<Self> {
        let flags = flags.iter().map(ToString::to_string).collect();
        let plan = Plan { limits: Limits::Default, flags, ..plan };
        // Its words are needed where it does not start.
        let logs = tempfile::Builder::new().prefix("hubbub-siege-").tempdir()?;
        let keep = setting.environment.keep.clone().unwrap_or_else(|| logs.path().to_owned());
        let environment = RunEnvironment { keep: Some(keep.clone()), ..setting.environment.clone() };
        match Stage::build(&environment, name, &plan).await {
            Ok(stage) => Ok(Self { stage, _logs: logs }),
            Err(error) => Err(why_not(&keep.join(name).join("n1.log")).unwrap_or(error)),
        }
    }

    /// Where the first node serves.
    pub(super) fn node(&self) -> SocketAddr {
        self.stage.nodes[0].address()
    }

    /// The first node's process, to be asked what it has used.
    pub(super) fn usage(&self) -> Result<Usage> {
        Ok(Usage::of(self.stage.nodes[0].process_id()?))
    }

    /// The folder of an embedded node's data.
    pub(super) fn data(&self) -> PathBuf {
        self.stage.folder().join("data")
    }

    /// Bytes of what is kept: in the data folder, or in Redis.
    pub(super) async fn stored(&mut self) -> Result<u64> {
        if self.stage.redis_servers.is_empty() {
            return folder_bytes(&self.data());
        }
        let info = self.stage.redis()?.command(&["INFO", "memory"]).await?;
        let used = info.text().lines().find_map(|line| line.strip_prefix("used_memory:"));
        Ok(used.context("Redis does not tell its memory")?.trim().parse()?)
    }

    /// Somebody at the `number`th address.
    pub(super) fn stranger(&self, number: usize) -> Stranger {
        Stranger::new(self.node(), home(number))
    }

    /// Waits until the first node's processor is at rest; says whether it was within the time.
    pub(super) async fn rests(&self, within: Duration) -> Result<bool> {
        let (usage, begin) = (self.usage()?, Instant::now());
        let mut before = usage.processor()?;
        while begin.elapsed() < within {
            sleep(LOOK_EVERY).await;
            let now = usage.processor()?;
            if now - before <= AT_REST {
                return Ok(true);
            }
            before = now;
        }
        Ok(false)
    }
}

/// What a node that did not start wrote about it.
fn why_not(log: &std::path::Path) -> Option<anyhow::Error> {
    let log = fs::read_to_string(log).ok()?;
    let line = log.lines().find(|line| line.starts_with("error") || line.contains("ERROR"))?;
    Some(anyhow!("it does not start: {}", line.trim_start_matches("error: ")))
}

/// Opens a game of a sample; the stranger becomes its host. Answers the PIN.
pub(super) async fn host_game(host: &mut Stranger) -> Result<String> {
    let answer = host.form("/api/host-game", "quiz=sample-solar-system").await?;
    let pin = answer.text().trim().trim_matches('"').to_owned();
    let is_pin = pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit());
    is_pin.then_some(pin).with_context(|| format!("no game: {} {}", answer.status, answer.text()))
}
