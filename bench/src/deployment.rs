//! The processes of one measurement: fresh ones each time.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::time::sleep;

use super::cost::WatchedProcesses;
use super::peers::{Peer, Programs};
use chaos::stage::process::Process;
use chaos::stage::{Postgres, Redis, free_address, http};

const START_WITHIN: Duration = Duration::from_secs(20);
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// Nothing is written to the disk: a bus needs none of it, and the others have only a bus.
/// And a bus may be late: it is the server that is measured.
const REDIS: [&str; 4] = ["--appendonly", "no", "--client-output-buffer-limit", "pubsub 256mb 128mb 60"];

/// How many processes serve, where a peer can have several.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Nodes, where the peer can have several.
    pub nodes: usize,
    /// Redis servers that share the rooms out, where the peer can have several.
    pub shards: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { nodes: 2, shards: 1 }
    }
}

/// All processes; they end when this is dropped.
#[derive(Debug)]
pub struct Deployment {
    nodes: Vec<(SocketAddr, Process)>,
    redis: Vec<Redis>,
    _database: Option<Postgres>,
    _folder: TempDir,
}

impl Deployment {
    /// Starts everything and waits until it answers.
    ///
    /// # Errors
    /// Something does not start; the error has the end of its log.
    pub async fn start(programs: &Programs<'_>, peer: &Peer, size: Size) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("hubbub-bench-").tempdir()?;
        let mut redis = Vec::new();
        for number in 1..=if peer.redis { size.shards } else { 0 } {
            let (data, log) =
                (folder.path().join(format!("{number}")), folder.path().join(format!("redis{number}.log")));
            redis.push(Redis::start(free_address()?, data, log, REDIS.map(str::to_owned).to_vec()).await?);
        }
        let servers: Vec<_> = redis.iter().map(Redis::address).collect();
        let database = match peer.database {
            true => Some(Postgres::start(free_address()?, folder.path().join("postgres.log"), None).await?),
            false => None,
        };
        let url = database.as_ref().map(Postgres::url);
        let mut nodes = Vec::new();
        for number in 1..=if peer.redis { size.nodes } else { 1 } {
            let (address, log) = (free_address()?, folder.path().join(format!("n{number}.log")));
            let mut process =
                Process::start(&mut peer.command(programs, number, address, &servers, url.as_deref()), &log)?;
            if let Err(error) = answers(&mut process, peer, address).await {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                let end: Vec<_> = log.lines().rev().take(5).collect();
                return Err(error.context(format!(
                    "{}: {}",
                    peer.name,
                    end.into_iter().rev().collect::<Vec<_>>().join("; ")
                )));
            }
            nodes.push((address, process));
        }
        Ok(Self { nodes, redis, _database: database, _folder: folder })
    }

    /// The addresses of the nodes.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|(address, _)| *address).collect()
    }

    /// The process ids to be measured.
    pub fn watched(&self) -> WatchedProcesses {
        WatchedProcesses {
            servers: self.nodes.iter().map(|(_, process)| process.id()).collect(),
            redis: self.redis.iter().filter_map(Redis::process_id).collect(),
        }
    }
}

async fn answers(process: &mut Process, peer: &Peer, address: SocketAddr) -> Result<()> {
    let began = Instant::now();
    loop {
        if let Some(status) = process.ended().context("a node")? {
            bail!("it ended with {status}");
        }
        let there = match peer.dialect {
            super::load::dialect::Dialect::Hubbub => {
                http::get(address, "/readyz", ANSWER_WITHIN).await.is_ok_and(|answer| answer.status == 200)
            }
            _ => TcpStream::connect_timeout(&address, ANSWER_WITHIN).is_ok(),
        };
        if there {
            return Ok(());
        }
        ensure!(began.elapsed() < START_WITHIN, "it does not answer after {START_WITHIN:?}");
        sleep(Duration::from_millis(20)).await;
    }
}
