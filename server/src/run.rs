//! The life of a node: assemble, serve, shut down.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::backend::{self, BackendError};
use crate::config::Config;
use crate::metrics_server::Gauged;
use crate::node::Node;
use crate::serve::{self, Capacity, ConnectionLimiter, Deadlines};
use crate::ws::Service;
use crate::{metrics, metrics_server, quota, retention, router};

/// How long clients that were sent away last need to be on another node.
const COMING_BACK: Duration = Duration::from_secs(1);

/// The time for requests when closing the sockets has taken all of the drain.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// The time beyond the drain: clients reconnect, and other nodes are told.
const TELLING_OTHERS: Duration = Duration::from_millis(1500);

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {0} (--listen): {1}")]
    Listen(SocketAddr, io::Error),
    /// The same for the address of the metrics.
    #[error("cannot listen on {0} (--metrics-listen): {1}")]
    ListenForFigures(SocketAddr, io::Error),
    /// Pages and metrics are configured at one port.
    #[error("--listen {listen} and --metrics-listen {figures} have the same port: give one of them another")]
    SamePort {
        /// The address that pages and WebSockets are served at.
        listen: SocketAddr,
        /// The address that metrics were to be served at, with the same port.
        figures: SocketAddr,
    },
    /// Storage could not be opened.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The built pages are not where they should be.
    #[error(transparent)]
    Site(#[from] router::SiteError),
    /// The metrics cannot be collected.
    #[error("metrics cannot be collected: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

impl StartError {
    fn of_figures(figures: SocketAddr, listen: SocketAddr, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::AddrInUse && figures.port() == listen.port() {
            Self::SamePort { listen, figures }
        } else {
            Self::ListenForFigures(figures, error)
        }
    }
}

/// A running node, until [`Running::stop`].
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The address of its metrics, if they are served.
    pub metrics_address: Option<SocketAddr>,
    node: Arc<Node>,
    stop_http: CancellationToken,
    stop_dispatcher: CancellationToken,
    http: JoinHandle<()>,
    figures: Option<JoinHandle<()>>,
    dispatcher: JoinHandle<()>,
    upkeep: Vec<AbortOnDropHandle<()>>,
}

/// Starts a node.
///
/// # Errors [`StartError`], as a sentence for the operator.
pub async fn start(config: Config) -> Result<Running, StartError> {
    start_with(config, Node::room_sockets).await
}

/// Starts a node with another service behind `/ws`.
///
/// # Errors [`StartError`], as for [`start`].
pub async fn start_with<S: Service>(
    config: Config,
    service: impl FnOnce(&Node) -> Arc<S>,
) -> Result<Running, StartError> {
    let collecting = AbortOnDropHandle::new(tokio::spawn(metrics::upkeep(metrics::install()?)));
    let address = config.address();
    let listener = TcpListener::bind(address).await.map_err(|error| StartError::Listen(address, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(address, error))?;
    for warning in config.warnings(address) {
        warn!("{warning}");
    }

    let figures =
        metrics_server::bind(&config).await.map_err(|(at, error)| StartError::of_figures(at, address, error))?;

    let opened = backend::open(&config).await?;
    let (node, deliveries) = Node::assemble(config, opened);
    let measuring = AbortOnDropHandle::new(tokio::spawn(quota::watch(node.quotas.clone())));
    let sweeping = retention::watch(node.sweep.clone(), node.config.storage.policy());
    let sweeping = AbortOnDropHandle::new(tokio::spawn(sweeping));
    let stop_dispatcher = CancellationToken::new();
    let dispatcher = tokio::spawn(node.dispatcher().run(deliveries, stop_dispatcher.clone()));
    if let Err(error) = node.subscribe_to_nodes().await {
        warn!("what other nodes say to all is heard later: {error}");
    }

    let router = router::build(node.routes(service(&node)), &node.config, address)?;
    let stop_http = CancellationToken::new();
    let deadlines = deadlines(&node.config);
    let http =
        tokio::spawn(serve::serve(listener, router, connection_limiter(&node.config), deadlines, stop_http.clone()));
    info!(node = node.name, "node {} serves http://{address}", node.name);
    let metrics_address = figures.as_ref().and_then(|listener| listener.local_addr().ok());
    let figures = figures.zip(metrics_address).map(|(listener, address)| {
        info!("the figures of node {} are at http://{address}/metrics", node.name);
        let gauged = Gauged { hub: node.hub.clone(), games: node.games.clone() };
        let router = metrics_server::router(gauged, address);
        let connection_limiter =
            ConnectionLimiter::new(Capacity { connections: metrics_server::READERS, ..Capacity::UNBOUNDED }, 0, &[]);
        tokio::spawn(serve::serve(listener, router, connection_limiter, deadlines, stop_http.clone()))
    });
    let archiving = node.archiver.clone().map(|archiver| AbortOnDropHandle::new(tokio::spawn(archiver.run())));
    let upkeep = [collecting, measuring, sweeping].into_iter().chain(archiving).collect();
    Ok(Running { address, metrics_address, node, stop_http, stop_dispatcher, http, figures, dispatcher, upkeep })
}

fn deadlines(config: &Config) -> Deadlines {
    let limits = &config.limits;
    Deadlines {
        header_within: limits.header_within,
        write_within: limits.write_within,
        drain_within: limits.drain_within,
    }
}

/// The limits of connections, after the limit of open files was raised.
fn connection_limiter(config: &Config) -> Arc<ConnectionLimiter> {
    let (connections, per_address) = (config.limits.connections, config.limits.connections_per_address);
    let open_files = serve::raise_open_files();
    let capacity = Capacity::new(connections, open_files);
    capacity.warn_of_less(connections, per_address, open_files);
    ConnectionLimiter::new(capacity, per_address, &config.trusted_proxies)
}

impl Running {
    /// The parts of the running node.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Shuts down: at once not ready, then the sockets are closed one after the other with a code that says
    /// come back, then the rest; all within the configured time and what other nodes need to be told.
    pub async fn stop(self) {
        let within = self.node.config.limits.drain_within + TELLING_OTHERS;
        if timeout(within, self.leave()).await.is_err() {
            warn!("the node has not left in time, and ends as it is");
        }
    }

    async fn leave(self) {
        let Self { node, stop_http, stop_dispatcher, http, figures, dispatcher, upkeep, .. } = self;
        info!(node = node.name, "node {} is leaving", node.name);
        node.leaving.cancel();
        let had_people = !node.sockets.is_empty();
        node.sockets.close();
        let drained_at = Instant::now() + node.config.limits.drain_within;
        if timeout_at(drained_at, node.sockets.wait()).await.is_err() {
            warn!("{} connections did not close in time", node.sockets.len());
        }
        stop_http.cancel();
        let http = AbortOnDropHandle::new(http);
        if timeout_at(drained_at.max(Instant::now() + LAST_ANSWERS), http).await.is_err() {
            warn!("some requests were not answered in time");
        }
        if let Some(figures) = figures {
            let _ = figures.await;
        }
        // A person who is on another node within this time was never seen to leave.
        if had_people {
            sleep(COMING_BACK).await;
        }
        if let Err(error) = node.presence.shutdown().await {
            warn!("the other nodes were not told who left: {error}");
        }
        node.games.stop().await;
        node.hub.stop().await;
        stop_dispatcher.cancel();
        let _ = dispatcher.await;
        // They hold the data folder, which the next node may be waiting for.
        for task in upkeep {
            task.abort();
            let _ = task.await;
        }
    }
}
