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
pub struct Door {
    gates: Vec<Arc<Gate>>,
    _checks: Vec<Task>,
}

#[derive(Debug)]
struct Gate {
    /// Where people come in: the node, or the network before it.
    entrance: SocketAddr,
    open: AtomicBool,
    failed_checks: AtomicU64,
}

impl Door {
    /// A door to nodes: where people come in, and where the node itself is asked.
    pub fn new(nodes: &[(SocketAddr, SocketAddr)]) -> Self {
        let gate = |entrance| Arc::new(Gate { entrance, open: true.into(), failed_checks: 0.into() });
        let gates: Vec<_> = nodes.iter().map(|(entrance, _)| gate(*entrance)).collect();
        let checks = gates.iter().zip(nodes).map(|(gate, (_, node))| Task::spawn(watch(gate.clone(), *node)));
        Self { _checks: checks.collect(), gates }
    }

    /// How often any node was asked whether it is ready, and did not say that it is.
    pub fn failed_checks(&self) -> u64 {
        self.gates.iter().map(|gate| gate.failed_checks.load(Ordering::Relaxed)).sum()
    }

    /// A connection to any node. `dice` decides which one is tried first.
    ///
    /// # Errors
    /// No ready node takes it.
    pub async fn connect(&self, dice: u32) -> Result<(TcpStream, SocketAddr)> {
        for entrance in self.entrances(dice) {
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
    pub async fn post(&self, path: &str, form: &str, cookie: Option<&str>, dice: u32) -> Result<Answer> {
        let entrance = self.entrances(dice).next().context("no node is ready")?;
        http::post(entrance, path, form, cookie, Duration::from_secs(10)).await
    }

    fn entrances(&self, dice: u32) -> impl Iterator<Item = SocketAddr> + '_ {
        let (count, first) = (self.gates.len(), dice as usize);
        let in_turn = (0..count).map(move |step| &self.gates[first.wrapping_add(step) % count]);
        in_turn.filter(|gate| gate.open.load(Ordering::Relaxed)).map(|gate| gate.entrance)
    }
}

async fn watch(gate: Arc<Gate>, node: SocketAddr) {
    let mut failed = 0;
    loop {
        if node::is_ready(node, Duration::from_secs(1)).await {
            failed = 0;
        } else {
            failed += 1;
            gate.failed_checks.fetch_add(1, Ordering::Relaxed);
        }
        gate.open.store(failed < FALL, Ordering::Relaxed);
        sleep(CHECK_EVERY).await;
    }
}
