//! The load balancer of a run: people come to any node that says it is ready.
//!
//! As `deploy/haproxy.cfg` does it: random, no stickiness, another node where
//! one refuses the connection, no new people for a node that is not ready.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::http::{self, Answer};
use super::{Task, node};

const CHECK_EVERY: Duration = Duration::from_millis(500);
/// So many failed checks, one after the other, make a node unready.
const FALL: u32 = 2;
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// Chooses a ready node for each new connection.
#[derive(Debug)]
pub struct LoadBalancer {
    backends: Vec<Arc<Backend>>,
    _checks: Vec<Task>,
}

#[derive(Debug)]
struct Backend {
    /// Where people come in: the node, or the network before it.
    entrance: SocketAddr,
    open: AtomicBool,
    failed_checks: AtomicU64,
}

impl LoadBalancer {
    /// A load balancer before nodes: where people come in, and where the node itself is asked.
    pub fn new(nodes: &[(SocketAddr, SocketAddr)]) -> Self {
        let backend = |entrance| Arc::new(Backend { entrance, open: true.into(), failed_checks: 0.into() });
        let backends: Vec<_> = nodes.iter().map(|(entrance, _)| backend(*entrance)).collect();
        let checks = backends.iter().zip(nodes).map(|(backend, (_, node))| Task::spawn(watch(backend.clone(), *node)));
        Self { _checks: checks.collect(), backends }
    }

    /// How often any node was asked whether it is ready, and did not say that it is.
    pub fn failed_checks(&self) -> u64 {
        self.backends.iter().map(|backend| backend.failed_checks.load(Ordering::Relaxed)).sum()
    }

    /// A connection to any node. `random` decides which one is tried first.
    ///
    /// # Errors
    /// No ready node takes it.
    pub async fn connect(&self, random: u32) -> Result<(TcpStream, SocketAddr)> {
        for entrance in self.entrances(random) {
            if let Ok(Ok(stream)) = timeout(CONNECT_WITHIN, TcpStream::connect(entrance)).await {
                stream.set_nodelay(true)?;
                return Ok((stream, entrance));
            }
        }
        anyhow::bail!("no node is ready")
    }

    /// Sends a form to any node.
    ///
    /// # Errors
    /// No ready node answers.
    pub async fn post(&self, path: &str, form: &str, cookie: Option<&str>, random: u32) -> Result<Answer> {
        let entrance = self.entrances(random).next().context("no node is ready")?;
        http::post(entrance, path, form, cookie, Duration::from_secs(10)).await
    }

    fn entrances(&self, random: u32) -> impl Iterator<Item = SocketAddr> + '_ {
        let (count, first) = (self.backends.len(), random as usize);
        let in_turn = (0..count).map(move |step| &self.backends[first.wrapping_add(step) % count]);
        in_turn.filter(|backend| backend.open.load(Ordering::Relaxed)).map(|backend| backend.entrance)
    }
}

async fn watch(backend: Arc<Backend>, node: SocketAddr) {
    let mut failed = 0;
    loop {
        if node::is_ready(node, Duration::from_secs(1)).await {
            failed = 0;
        } else {
            failed += 1;
            backend.failed_checks.fetch_add(1, Ordering::Relaxed);
        }
        backend.open.store(failed < FALL, Ordering::Relaxed);
        sleep(CHECK_EVERY).await;
    }
}
