//! Makes a Redis Cluster of single servers, and tells who leads in it.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{sleep, timeout};

use super::Redis;
use super::resp::Reply;

/// How many servers a cluster has: first the masters, then their replicas in the same order.
pub(super) const SERVERS: usize = 6;
const MASTERS: usize = 3;
/// The first slots of the masters, and the end.
const PARTS: [u16; MASTERS + 1] = [0, 5_461, 10_923, 16_384];
/// How long servers wait for each other before they call one dead.
const NODE_TIMEOUT_MS: &str = "2000";
/// Only a failure waits for this.
const WHOLE_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a server of a cluster is started with; its peers find it at the port `bus`.
pub(super) fn flags(bus: u16) -> Vec<String> {
    let bus = bus.to_string();
    let own = ["--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MS, "--cluster-port", &bus];
    // A replica gets its copy at once, not after waiting for others that might want one.
    own.into_iter().chain(["--repl-diskless-sync-delay", "0"]).map(str::to_owned).collect()
}

/// Introduces servers to each other, and waits until the cluster is whole and
/// every replica has its copy.
///
/// # Errors
/// They refuse, or it takes too long.
pub(super) async fn form(servers: &[Redis], buses: &[u16]) -> Result<()> {
    timeout(WHOLE_WITHIN, introduce(servers, buses)).await.context("no cluster came about; see the logs of Redis")?
}

async fn introduce(servers: &[Redis], buses: &[u16]) -> Result<()> {
    for (at, server) in servers.iter().enumerate() {
        // Otherwise all are masters of the same age, and have to settle that first.
        server.command(&["CLUSTER", "SET-CONFIG-EPOCH", &(at + 1).to_string()]).await?;
        if let Some([from, end]) = PARTS.get(at..at + 2) {
            let (from, to) = (from.to_string(), (end - 1).to_string());
            server.command(&["CLUSTER", "ADDSLOTSRANGE", &from, &to]).await?;
        }
    }
    // The others hear of each other from the first.
    for (other, bus) in servers.iter().zip(buses).skip(1) {
        let port = other.address().port().to_string();
        servers[0].command(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus.to_string()]).await?;
    }
    for server in servers {
        until(server, &["CLUSTER", "NODES"], |told| told.lines().count() == SERVERS && !told.contains("handshake"))
            .await?;
    }
    let (masters, replicas) = servers.split_at(MASTERS);
    for (master, replica) in masters.iter().zip(replicas) {
        let master = master.command(&["CLUSTER", "MYID"]).await?;
        replica.command(&["CLUSTER", "REPLICATE", master.text()]).await?;
    }
    for server in servers {
        until(server, &["CLUSTER", "INFO"], |told| told.contains("cluster_state:ok")).await?;
    }
    for replica in replicas {
        follows(replica).await?;
    }
    Ok(())
}

async fn until(server: &Redis, asked: &[&str], is_so: impl Fn(&str) -> bool) -> Result<()> {
    while !is_so(server.command(asked).await?.text()) {
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Waits until a server is a master.
///
/// # Errors
/// It does not answer.
pub async fn leads(server: &Redis) -> Result<()> {
    while !role(server).await?.starts_with(&["master".to_owned()]) {
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Waits until a server is a replica that has all its master has.
///
/// # Errors
/// It does not answer.
pub async fn follows(server: &Redis) -> Result<()> {
    loop {
        let role = role(server).await?;
        if role.first().is_some_and(|kind| kind == "slave") && role.iter().any(|word| word == "connected") {
            return Ok(());
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The fields of Redis' `ROLE`.
async fn role(server: &Redis) -> Result<Vec<String>> {
    let Reply::List(role) = server.command(&["ROLE"]).await? else { return Ok(Vec::new()) };
    Ok(role.iter().map(|word| word.text().to_owned()).collect())
}
