//! One node: the release program, as an operator would run it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::time::sleep;

use super::http;
use super::process::{Process, Signal};

const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The flag for the address of the metrics.
const METRICS: &str = "--metrics-listen";
const START_WITHIN: Duration = Duration::from_secs(20);

/// What a node is started with.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// The address that it serves on.
    pub address: SocketAddr,
    /// Where it shows its figures, unless its flags say something else.
    pub figures: SocketAddr,
    /// The program and the flags before the node's own, such as `faketime`.
    pub program: Vec<String>,
    /// The flags of the node's own.
    pub flags: Vec<String>,
    /// The file that it logs to.
    pub log: PathBuf,
}

/// A node that can be troubled.
#[derive(Debug)]
pub struct Node {
    order: NodeConfig,
    process: Option<Process>,
}

impl Node {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    /// It ends, or does not become ready.
    pub async fn start(order: NodeConfig) -> Result<Self> {
        let mut node = Self { order, process: None };
        node.start_again()?;
        node.becomes_ready(START_WITHIN).await?;
        Ok(node)
    }

    /// The address that it serves on.
    pub fn address(&self) -> SocketAddr {
        self.order.address
    }

    /// The file that it logs to.
    pub fn log(&self) -> &Path {
        &self.order.log
    }

    /// The id of its process.
    ///
    /// # Errors
    /// It does not run.
    pub fn process_id(&self) -> Result<u32> {
        Ok(self.process()?.id())
    }

    /// Whether its process was started and not ended.
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Starts it on the same address, without waiting.
    ///
    /// # Errors
    /// The program is not there.
    pub fn start_again(&mut self) -> Result<()> {
        let (program, first) = self.order.program.split_first().context("no program")?;
        let mut command = Command::new(program);
        command.args(first).args(&self.order.flags);
        if !self.order.flags.iter().any(|flag| flag == METRICS) {
            command.args([METRICS, &self.order.figures.to_string()]);
        }
        self.process = Some(Process::start(&mut command, &self.order.log)?);
        Ok(())
    }

    /// The same with another program.
    ///
    /// # Errors As [`Node::start_again`].
    pub fn start_as(&mut self, program: &Path) -> Result<()> {
        if let Some(last) = self.order.program.last_mut() {
            *last = program.display().to_string();
        }
        self.start_again()
    }

    /// Waits until it says it is ready; returns after how long.
    ///
    /// # Errors
    /// It ended, or it does not within the time.
    pub async fn becomes_ready(&mut self, within: Duration) -> Result<Duration> {
        let begin = Instant::now();
        while !self.is_ready().await {
            if let Some(status) = self.process.as_mut().context("the node does not run")?.ended()? {
                bail!("the node ended with {status}; see {}", self.order.log.display());
            }
            ensure!(begin.elapsed() < within, "not ready after {within:?}; see {}", self.order.log.display());
            sleep(Duration::from_millis(20)).await;
        }
        Ok(begin.elapsed())
    }

    /// Waits until it says it is not ready; returns after how long.
    ///
    /// # Errors
    /// It goes on saying that it is.
    pub async fn becomes_unready(&self, within: Duration) -> Result<Duration> {
        let begin = Instant::now();
        while self.is_ready().await {
            ensure!(begin.elapsed() < within, "still ready after {within:?}");
            sleep(Duration::from_millis(20)).await;
        }
        Ok(begin.elapsed())
    }

    /// Whether it says that people can be sent to it.
    pub async fn is_ready(&self) -> bool {
        is_ready(self.order.address, ANSWER_WITHIN).await
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Asks it to leave and waits until it did; returns after how long.
    ///
    /// # Errors
    /// It still runs after `within`, or does not run.
    pub async fn leave(&mut self, within: Duration) -> Result<Duration> {
        let mut process = self.process.take().context("the node does not run")?;
        process.signal(Signal::Term)?;
        process.ends(within).await
    }

    /// Stops it from doing anything, while its connections stay open.
    ///
    /// # Errors
    /// It does not run.
    pub fn freeze(&self) -> Result<()> {
        self.process()?.signal(Signal::Stop)
    }

    /// Ends what [`Self::freeze`] began.
    ///
    /// # Errors
    /// It does not run.
    pub fn thaw(&self) -> Result<()> {
        self.process()?.signal(Signal::Cont)
    }

    /// The memory it has in use, in bytes.
    ///
    /// # Errors
    /// It does not run.
    pub fn memory(&self) -> Result<u64> {
        self.process()?.memory()
    }

    /// The sum of a figure in `/metrics` over all its labels.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let answer = http::get(self.order.figures, "/metrics", ANSWER_WITHIN).await?;
        let lines = answer.body.lines().filter_map(|line| line.strip_prefix(name));
        let of_this = lines.filter(|rest| rest.starts_with([' ', '{']));
        Ok(of_this.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    fn process(&self) -> Result<&Process> {
        self.process.as_ref().context("the node does not run")
    }
}

/// Whether a node says that people can be sent to it.
pub(super) async fn is_ready(address: SocketAddr, within: Duration) -> bool {
    http::get(address, "/readyz", within).await.is_ok_and(|answer| answer.status == 200)
}
