//! The processes of a run and the networks between them.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub mod http;
pub mod load_balancer;
pub mod node;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod redis;
pub mod redis_cluster;
pub mod redis_shape;
pub mod resp;

pub use load_balancer::LoadBalancer;
pub use node::Node;
pub use postgres::Postgres;
pub use proxy::{Fault, NetworkConditions, Proxy};
pub use redis::Redis;
pub use redis_shape::Shape;

/// What a run was told about the machine it is on.
#[derive(Clone, Debug)]
pub struct RunEnvironment {
    /// The path of the release program.
    pub program: PathBuf,
    /// The program of the version before, for an upgrade.
    pub before: Option<PathBuf>,
    /// The folder with the built pages.
    pub site: PathBuf,
    /// Where logs and data stay after the run; `None`: nothing stays.
    pub keep: Option<PathBuf>,
}

/// What has to stand on the stage.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many nodes; they share a Redis, and one without Redis is embedded.
    pub nodes: usize,
    /// How the Redis that keeps the rooms is made up; `None`: they are embedded.
    pub redis: Option<Shape>,
    /// Whether there is a database, beside Redis.
    pub database: bool,
    /// The folder of the database, if it is not the run's own.
    pub database_folder: Option<PathBuf>,
    /// Where nodes look for the database, if it may move: the first has it at the beginning.
    pub database_addresses: Option<[SocketAddr; 2]>,
    /// Whether a network that can be spoiled lies before each node.
    pub people_network: bool,
    /// Whether one lies between the nodes and Redis, which must be a single one.
    pub redis_network: bool,
    /// Flags of the nodes, beside those that all runs have.
    pub flags: Vec<String>,
    /// The data folder of an embedded node, if it is not the run's own.
    pub data: Option<PathBuf>,
    /// Whether clients meet the limits that strangers do, or may talk as fast as they like.
    pub limits: Limits,
    /// How many files a node may have open; `None`: as many as this program.
    pub open_files: Option<u32>,
}

/// The limits of the nodes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Those of an operator who sets none.
    Default,
    /// None on messages and connections: clients of a run share one address.
    Off,
}

impl Plan {
    /// So many nodes that share one Redis and a database, with no network that could be disturbed.
    pub fn cluster(nodes: usize) -> Self {
        Self {
            nodes,
            redis: Some(Shape::One),
            database: true,
            database_folder: None,
            database_addresses: None,
            people_network: false,
            redis_network: false,
            flags: Vec::new(),
            data: None,
            limits: Limits::Off,
            open_files: None,
        }
    }

    /// The plan of one node without Redis.
    pub fn embedded() -> Self {
        Self { redis: None, database: false, ..Self::cluster(1) }
    }
}

/// Everything that runs, gone when this is dropped.
#[derive(Debug)]
pub struct Stage {
    /// The nodes of the run, by their numbers.
    pub nodes: Vec<Node>,
    /// The Redis servers, where planned; of a cluster the masters first, as they were at the start.
    pub redis_servers: Vec<Redis>,
    /// The database, where planned.
    pub database: Option<Postgres>,
    /// The networks before the nodes, where planned.
    pub people_networks: Vec<Proxy>,
    /// The network before Redis, where planned.
    redis_network: Option<Proxy>,
    /// The load balancer before the nodes.
    pub load_balancer: Arc<LoadBalancer>,
    folder: Folder,
}

impl Stage {
    /// Starts everything and waits until it is ready.
    ///
    /// # Errors
    /// Something does not start; the error says what.
    pub async fn build(environment: &RunEnvironment, name: &str, plan: &Plan) -> Result<Self> {
        let folder = Folder::new(environment, name)?;
        let mut redis_servers = Vec::new();
        let mut redis_network = None;
        let mut flags = shared_flags(environment, plan.limits);
        let database = match plan.database {
            true => Some(start_database(plan, &folder).await?),
            false => None,
        };
        if let Some(database) = &database {
            let url = plan.database_addresses.map_or_else(|| database.url(), |addresses| Postgres::url_of(&addresses));
            flags.extend(["--database".into(), url]);
        }
        if let Some(shape) = plan.redis {
            redis_servers = shape.start(&folder).await?;
            let mut addresses: Vec<_> = redis_servers.iter().map(Redis::address).collect();
            if plan.redis_network {
                ensure!(shape == Shape::One, "there is no network before several Redis servers");
                let network = Proxy::start(free_address()?, addresses[0]).await?;
                addresses = vec![network.address()];
                redis_network = Some(network);
            }
            flags.extend(["--redis".into(), shape.url(&addresses)]);
        } else {
            let data = plan.data.clone().unwrap_or_else(|| folder.path().join("data"));
            flags.extend(["--data-dir".into(), data.display().to_string()]);
        }
        flags.extend(plan.flags.iter().cloned());
        let starting = (1..=plan.nodes).map(|number| start_node(environment, plan, &folder, &flags, number));
        let nodes = try_join_all(starting).await?;
        let mut people_networks = Vec::new();
        let mut ways = Vec::new();
        for node in &nodes {
            let mut entrance = node.address();
            if plan.people_network {
                people_networks.push(Proxy::start(free_address()?, entrance).await?);
                entrance = people_networks.last().map_or(entrance, Proxy::address);
            }
            ways.push((entrance, node.address()));
        }
        Ok(Self {
            nodes,
            redis_servers,
            database,
            people_networks,
            redis_network,
            load_balancer: Arc::new(LoadBalancer::new(&ways)),
            folder,
        })
    }

    /// The Redis of this stage; of several the first.
    ///
    /// # Errors
    /// None was planned.
    pub fn redis(&mut self) -> Result<&mut Redis> {
        self.redis_servers.first_mut().context("there is no Redis on this stage")
    }

    /// The database of this stage.
    ///
    /// # Errors
    /// The plan of this run has none.
    pub fn database(&mut self) -> Result<&mut Postgres> {
        self.database.as_mut().context("there is no database on this stage")
    }

    /// The file for what a process of this run says.
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.log(name)
    }

    /// The network before Redis.
    ///
    /// # Errors
    /// None was planned.
    pub fn redis_network(&self) -> Result<&Proxy> {
        self.redis_network.as_ref().context("there is no network before Redis on this stage")
    }

    /// A load balancer that leads straight to some of the nodes, past the networks.
    pub fn load_balancer_to(&self, nodes: &[usize]) -> Arc<LoadBalancer> {
        let addresses = nodes.iter().filter_map(|at| self.nodes.get(*at)).map(Node::address);
        Arc::new(LoadBalancer::new(&addresses.map(|address| (address, address)).collect::<Vec<_>>()))
    }

    /// A folder for the data of this run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

async fn start_database(plan: &Plan, folder: &Folder) -> Result<Postgres> {
    let address = match plan.database_addresses {
        Some([first, _]) => first,
        None => free_address()?,
    };
    Postgres::start(address, folder.log("postgres"), plan.database_folder.clone()).await
}

/// What all nodes of all runs are started with.
fn shared_flags(environment: &RunEnvironment, limits: Limits) -> Vec<String> {
    const RATE: &[&str] = &["--rate-limit", "off", "--connections-per-address", "0", "--seats-per-address", "off"];
    const QUOTAS: &[&str] = &[
        "--storage-quota",
        "off",
        "--quota-per-person",
        "off",
        "--quota-per-address",
        "off",
        "--games-per-person",
        "1000000",
        "--games-per-address",
        "1000000",
    ];
    const LOGS: &[&str] = &["--log-length", "1000000", "--log-bytes", "1t"];
    let site = environment.site.display().to_string();
    let off = if limits == Limits::Off { [RATE, QUOTAS, LOGS].concat() } else { Vec::new() };
    let flags = ["--site-dir", &site, "--session-key", "the same on all nodes of a chaos run"];
    flags.into_iter().chain(off).map(str::to_owned).collect()
}

async fn start_node(
    environment: &RunEnvironment,
    plan: &Plan,
    folder: &Folder,
    flags: &[String],
    number: usize,
) -> Result<Node> {
    let address = free_address()?;
    let name = format!("n{number}");
    // One thread and many are two kinds of runtime; both have to live through everything.
    let threads = if number.is_multiple_of(2) { "2" } else { "1" };
    let own = ["--listen", &address.to_string(), "--node-name", &name, "--threads", threads].map(str::to_owned);
    let order = node::NodeConfig {
        address,
        program: program(environment, plan.open_files),
        // On an address that nobody comes from, so that no client's own port is in the way.
        figures: SocketAddr::from(([127, 255, 255, 1], address.port())),
        flags: own.into_iter().chain(flags.iter().cloned()).collect(),
        log: folder.log(&name),
    };
    Node::start(order).await
}

/// The program, below a limit of open files where there is one.
fn program(environment: &RunEnvironment, open_files: Option<u32>) -> Vec<String> {
    let program = environment.program.display().to_string();
    match open_files {
        None => vec![program],
        Some(most) => {
            let limited = format!("ulimit -n {most} && exec \"$0\" \"$@\"");
            vec!["bash".into(), "-c".into(), limited, program]
        }
    }
}

/// Where a run keeps its data and logs.
#[derive(Debug)]
enum Folder {
    Passing(TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn new(environment: &RunEnvironment, name: &str) -> Result<Self> {
        let Some(keep) = &environment.keep else {
            return Ok(Self::Passing(tempfile::Builder::new().prefix("hubbub-chaos-").tempdir()?));
        };
        let folder = std::path::absolute(keep)?.join(name.replace(' ', "-"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self::Kept(folder))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    fn log(&self, name: &str) -> PathBuf {
        self.path().join(format!("{name}.log"))
    }
}

/// An address that stays ours while its process is away: below the ports from
/// which the system makes connections.
pub fn free_address() -> Result<SocketAddr> {
    for _ in 0..100 {
        let address = SocketAddr::from(([127, 0, 0, 1], rand::random_range(10_240..32_000)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no port is free")
}

/// A task that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
