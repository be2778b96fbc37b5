//! A bad network: a proxy between two ends, which does harm when told to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Task;

/// So many bytes of each write leave one by one in [`NetworkConditions::slices`]: enough
/// to cut through every header and letter, and not a system call for each byte.
const SLICED: usize = 48;

/// What the network does to everything that passes, from now on.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetworkConditions {
    /// Each piece waits for so long.
    pub delay: Duration,
    /// No more than so many bytes a second, on each connection and way.
    pub bytes_per_second: Option<u32>,
    /// Pieces arrive byte by byte.
    pub slices: bool,
    /// Nothing passes and nobody is told, as with a pulled cable.
    pub blackhole: bool,
}

impl NetworkConditions {
    /// A network in which nothing passes, as with a pulled cable.
    pub fn pulled() -> Self {
        Self { blackhole: true, ..Self::default() }
    }
}

/// What happens once, to the connections that are open.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Both ends of each connection get a TCP reset.
    Reset,
    /// The client is told that nothing more comes; its own bytes still pass.
    CloseToClient,
    /// The server is told that nothing more comes; its own bytes still pass.
    CloseToServer,
}

/// The network between clients and one server. Dropped, all of it is gone.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    conditions: watch::Sender<NetworkConditions>,
    faults: broadcast::Sender<Fault>,
    _accepting: Task,
}

impl Proxy {
    /// Listens on `address` for what is meant for `server`.
    ///
    /// # Errors
    /// The address is taken.
    pub async fn start(address: SocketAddr, server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (conditions, _) = watch::channel(NetworkConditions::default());
        let (faults, _) = broadcast::channel(16);
        let accepting = Task::spawn(accept(listener, server, conditions.clone(), faults.clone()));
        Ok(Self { address, conditions, faults, _accepting: accepting })
    }

    /// The address that clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what the network does, for connections that are open, too.
    pub fn set(&self, conditions: NetworkConditions) {
        self.conditions.send_replace(conditions);
    }

    /// Does something to all connections that are open.
    pub fn inject(&self, fault: Fault) {
        // Without connections there is nothing to do.
        let _ = self.faults.send(fault);
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    conditions: watch::Sender<NetworkConditions>,
    faults: broadcast::Sender<Fault>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((client, _)) = accepted {
                let (conditions, faults) = (conditions.subscribe(), faults.subscribe());
                connections.spawn(async move { drop(carry(client, server, conditions, faults).await) });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    mut conditions: watch::Receiver<NetworkConditions>,
    mut faults: broadcast::Receiver<Fault>,
) -> io::Result<()> {
    passable(&mut conditions).await;
    let Ok(mut server) = TcpStream::connect(server).await else {
        return client.set_zero_linger();
    };
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let fault = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let both = async {
            tokio::join!(
                pass(from_client, to_server, conditions.clone()),
                pass(from_server, to_client, conditions.clone())
            )
        };
        tokio::select! {
            _ = both => return Ok(()),
            fault = faults.recv() => fault,
        }
    };
    match fault {
        Ok(Fault::CloseToClient) => {
            client.shutdown().await?;
            pass(client, server, conditions).await
        }
        Ok(Fault::CloseToServer) => {
            server.shutdown().await?;
            pass(server, client, conditions).await
        }
        Ok(Fault::Reset) | Err(_) => {
            client.set_zero_linger()?;
            server.set_zero_linger()
        }
    }
}

/// Passes one way on, until its end.
async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut conditions: watch::Receiver<NetworkConditions>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        let now = passable(&mut conditions).await;
        let Ok(length @ 1..) = read else { break };
        sleep(now.delay).await;
        let sliced = if now.slices { length.min(SLICED) } else { 0 };
        for byte in buffer[..sliced].chunks(1) {
            to.write_all(byte).await?;
            tokio::task::yield_now().await;
        }
        to.write_all(&buffer[sliced..length]).await?;
        if let Some(rate) = now.bytes_per_second {
            sleep(Duration::from_secs_f64(length as f64 / f64::from(rate))).await;
        }
    }
    to.shutdown().await
}

/// Waits until anything passes; returns the conditions then.
async fn passable(conditions: &mut watch::Receiver<NetworkConditions>) -> NetworkConditions {
    let changed = conditions.wait_for(|conditions| !conditions.blackhole).await.map(|conditions| *conditions);
    match changed {
        Ok(conditions) => conditions,
        // The network is being taken down with everything in it.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
