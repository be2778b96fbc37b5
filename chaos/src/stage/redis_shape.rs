//! How Redis stands behind the nodes: one server, several, or a cluster.

use std::net::SocketAddr;

use anyhow::Result;

use super::redis_cluster;
use super::{Folder, Redis, free_address};

/// How many Redis servers there are, and how they belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A single server with all rooms.
    One,
    /// Three that know nothing of each other; each keeps a share of the rooms.
    Three,
    /// A Redis Cluster: three masters, each with a replica.
    Cluster,
}

impl Shape {
    /// Starts its servers and waits until they answer, and a cluster is whole.
    pub(super) async fn start(self, folder: &Folder) -> Result<Vec<Redis>> {
        match self {
            Self::One => Ok(vec![server(folder, "redis", Vec::new()).await?]),
            Self::Three => {
                let mut servers = Vec::new();
                for number in 1..=3 {
                    servers.push(server(folder, &format!("redis{number}"), Vec::new()).await?);
                }
                Ok(servers)
            }
            Self::Cluster => {
                let (mut servers, mut buses) = (Vec::new(), Vec::new());
                for number in 1..=redis_cluster::SERVERS {
                    let bus = free_address()?.port();
                    servers.push(server(folder, &format!("redis{number}"), redis_cluster::flags(bus)).await?);
                    buses.push(bus);
                }
                redis_cluster::form(&servers, &buses).await?;
                Ok(servers)
            }
        }
    }

    /// The address of its servers for the nodes, which find them at these addresses.
    pub(super) fn url(self, addresses: &[SocketAddr]) -> String {
        let (scheme, told) = match self {
            Self::One | Self::Three => ("redis", addresses.to_vec()),
            // A master and a replica: the nodes find the others by themselves.
            Self::Cluster => ("redis-cluster", addresses.iter().skip(1).step_by(2).take(2).copied().collect()),
        };
        told.iter().map(|address| format!("{scheme}://{address}")).collect::<Vec<_>>().join(",")
    }
}

async fn server(folder: &Folder, name: &str, flags: Vec<String>) -> Result<Redis> {
    Redis::start(free_address()?, folder.path().join(name), folder.log(name), flags).await
}
