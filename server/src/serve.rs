//! The HTTP loop: takes connections, gives each a bounded time to say what it
//! wants, and lets them go when the node stops.
//!
//! Our own loop, because `axum::serve` 0.8 waits for a request's head for ever
//! and has no limit of connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::{debug, warn};

/// The wait after a failed accept, mostly for want of file descriptors.
const BREATHER: Duration = Duration::from_millis(100);

/// What the loop allows.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Connections at one time; more wait in the kernel's queue.
    pub connections: usize,
    /// Until the head of a request must have come.
    pub header_within: Duration,
    /// From the stop until what is still running is dropped.
    pub drain_within: Duration,
}

/// A connection's place among all; in every request's extensions, so that a
/// connection that becomes a WebSocket can keep it.
#[derive(Clone)]
pub struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Serves until `stop`, then until the last request is answered or the time for it is up.
pub async fn serve(listener: TcpListener, router: Router, allowance: Allowance, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(allowance.connections.min(Semaphore::MAX_PERMITS)));
    let connections = TaskTracker::new();
    loop {
        let place = tokio::select! {
            Ok(permit) = places.clone().acquire_owned() => Place { _permit: Arc::new(permit) },
            () = stop.cancelled() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!("a connection could not be taken: {error}");
                tokio::time::sleep(BREATHER).await;
                continue;
            }
        };
        let stop = stop.clone();
        connections.spawn(converse(stream, peer, place, router.clone(), allowance.header_within, stop));
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(allowance.drain_within, connections.wait()).await.is_err() {
        warn!("some requests were still running when the time to stop was up");
    }
}

/// Answers what comes over one connection, until it ends or becomes a WebSocket.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: Router,
    header_within: Duration,
    stop: CancellationToken,
) {
    // Frames are small and people wait for them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(place.clone());
        router.clone().oneshot(request.map(axum::body::Body::new) as Request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_within)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            // Answers the request at hand and takes no further one.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!("a connection ended badly: {error}");
    }
}
